"""CITATION.cff has what its format asks for, and LICENSE is the licence that it and the package name."""

import re

import yaml

import r4t_demo
from r4t_demo.settings import ROOT

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
PAPERS = {
    "2603.06397": "Efficient, Property-Aligned Fan-Out Retrieval via RL-Amortized Diffusion",
    "2606.26899": "Generative Retrieval via Diffusion Transformer with Metric-Ordered Sequence Training and "
    "Hybrid-Policy Preference Optimization",
}


def test_the_citation_has_what_version_1_2_0_of_the_format_asks_for() -> None:
    assert CITATION["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(CITATION) and CITATION["type"] == "software"
    assert CITATION["version"] == r4t_demo.__version__
    for cited in (CITATION, *CITATION["references"]):
        assert isinstance(cited["title"], str) and cited["authors"]
        assert all(set(author) in ({"name"}, {"family-names", "given-names"}) for author in cited["authors"])
    for paper in CITATION["references"]:
        assert paper["type"] == "article"
        assert [set(identifier) for identifier in paper["identifiers"]] == [{"type", "value"}]


def test_both_papers_are_cited_by_title_and_number() -> None:
    cited = {paper["identifiers"][0]["value"].removeprefix("arXiv:"): paper for paper in CITATION["references"]}
    assert {number: paper["title"] for number, paper in cited.items()} == PAPERS
    assert all(paper["url"] == f"https://arxiv.org/abs/{number}" for number, paper in cited.items())
    assert [paper["authors"][0]["family-names"] for paper in cited.values()] == ["Jiang", "Liu"]


def test_one_licence_everywhere() -> None:
    head = " ".join((ROOT / "LICENSE").read_text().split()[:4])
    assert head == "Apache License Version 2.0,"
    assert CITATION["license"] == "Apache-2.0"
    front = (ROOT / "README.md").read_text().split("---")[1]
    assert re.search(r"^license: apache-2.0$", front, re.M)
