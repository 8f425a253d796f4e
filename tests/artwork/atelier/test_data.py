"""Atelier's data: exact labels, honest titles, held-out terms, wearable outfits, pictures that redraw to the same bytes."""

import json
import re
from collections import Counter

import pyarrow.parquet as pq
import pytest

from artwork.atelier import cloth, terms
from artwork.atelier.build import _row, webp, write_tables
from artwork.atelier.items import make_items, visible
from artwork.atelier.outfits import BAGS, BOTTOMS, ONE_PIECE, OUTER, SHOES, TOPS
from artwork.atelier.queries import MIN_ANSWERS
from artwork.atelier.styles import admits, load_styles
from r4t_demo.settings import ROOT
from r4t_demo.train.data.wardrobe import CATEGORIES, COLOURS, MATERIALS, PATTERNS, TRIMS

ASSETS = ROOT / "assets" / "atelier"
PIECES = list(make_items(0))
BY_ID = {piece.item_id: piece for piece in PIECES}
STYLES = load_styles()


def _lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (ASSETS / name).read_text(encoding="utf-8").splitlines()]


OUTFITS, QUERIES = _lines("outfits.jsonl"), _lines("queries.jsonl")


def _plain(text: str) -> str:
    """Lower-case words between single spaces, so that a phrase is found as a substring with its borders."""
    return " " + " ".join(re.findall(r"[a-z0-9'.&-]+", text.lower())) + " "


def _phrases(split: set[str]) -> list[str]:
    return [_plain(term.text) for term in terms.load_terms() if term.split in split]


def _found(phrases: list[str], texts: list[str]) -> list[tuple[str, str]]:
    """Return (text, phrase) wherever one of the phrases occurs in one of the texts."""
    pattern = re.compile("|".join(sorted(map(re.escape, (phrase.strip() for phrase in phrases)), key=len, reverse=True)))
    hits = ((text, match) for text in texts for match in pattern.finditer(_plain(text)))
    return [(text, m[0]) for text, m in hits if m.string[m.start() - 1] == " " and m.string[m.end()] == " "]


def test_counts():
    assert len(PIECES) >= 2520 and len(BY_ID) == len(PIECES)
    assert len({piece.garment.category for piece in PIECES}) >= 32 and len(STYLES) >= 28
    assert len({visible(piece.garment) for piece in PIECES}) == len(PIECES)
    assert len({piece.title.lower() for piece in PIECES}) > 0.98 * len(PIECES)
    queries = Counter(query["split"] for query in QUERIES)
    assert len(OUTFITS) >= 3000 and queries["train"] >= 4000 and queries["test"] >= 400


def test_tables_on_disk_are_those_of_the_data(tmp_path):
    write_tables(PIECES, tmp_path, 0)
    for name in ("outfits.jsonl", "queries.jsonl"):
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes()
    assert pq.read_table(ASSETS / "items.parquet").to_pylist() == [_row(piece) for piece in PIECES]


@pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
def test_style_uses_the_shared_vocabulary(style):
    assert set(style.palette) <= set(COLOURS) and set(style.metals) <= {"gold", "silver"}
    assert set(style.materials) <= set(MATERIALS) and set(style.patterns) <= set(PATTERNS) and set(style.trims) <= set(TRIMS)
    assert all(set(cuts) <= set(CATEGORIES[category]) for category, cuts in style.cuts.items())
    assert set(style.seasons) <= set(cloth.SEASONS) and style.formality in ("casual", "smart", "formal")
    assert len({piece.garment.category for piece in PIECES if style.name in piece.aesthetics}) >= 14


def test_labels_are_what_the_styles_admit():
    for piece in PIECES:
        assert piece.aesthetics == tuple(name for name, style in STYLES.items() if admits(style, piece.garment))


def test_titles_name_no_style_and_no_term():
    phrases = _phrases({"train", "validation", "test"}) + [_plain(name) for name in STYLES]
    assert _found(phrases, [piece.title for piece in PIECES]) == []


def test_terms_are_distinct_and_split_as_promised():
    texts = [term.text for term in terms.load_terms()]
    assert len(set(texts)) == len(texts)
    for name in STYLES:
        assert name.lower() in terms.of(name, "train")
        assert len(terms.of(name, "test")) >= 2 and len(terms.of(name, "validation")) >= 1
        others = [text for split in ("train", "validation", "test") for text in terms.of(name, split) if text != name.lower()]
        assert all(2 <= len(text.split()) <= 4 for text in others)
    assert "rainy sunday" in terms.of("rainy day", "train")


def test_no_held_out_term_reaches_training():
    held = _phrases({"validation", "test"})
    seen = [query["query"] for query in QUERIES if query["split"] == "train"]
    seen += [outfit["title"] for outfit in OUTFITS if outfit["split"] == "train"]
    assert _found(held, seen + [text for piece in PIECES for text in (piece.title, piece.description)]) == []
    assert _found([_plain(term) for term in ("rainy sunday",)], ["A rainy sunday, indoors"]) != []  # the search itself finds


def test_splits_follow_terms():
    split_of = {term.text: term.split for term in terms.load_terms()}
    for row in OUTFITS + QUERIES:
        assert row["split"] == split_of[row["term"]]
    share = Counter(outfit["split"] for outfit in OUTFITS)
    assert 0.75 < share["train"] / len(OUTFITS) < 0.85 and share["test"] > 0.07 * len(OUTFITS) < 12 * share["validation"]


def test_outfits_can_be_worn():
    assert len({frozenset(outfit["items"]) for outfit in OUTFITS}) == len(OUTFITS)
    for outfit in OUTFITS:
        pieces = [BY_ID[item] for item in outfit["items"]]
        kinds = [piece.garment.category for piece in pieces]
        assert 4 <= len(set(outfit["items"])) == len(pieces) <= 9
        assert all(outfit["aesthetic"] in piece.aesthetics for piece in pieces)
        assert 2 <= len(outfit["title"].split()) <= 6
        worn = Counter(slot for kind in kinds for slot in (ONE_PIECE, BOTTOMS, TOPS, OUTER, SHOES, BAGS) if kind in slot)
        assert worn[SHOES] == worn[BAGS] == 1 and worn[OUTER] <= 1
        assert (worn[ONE_PIECE], worn[TOPS], worn[BOTTOMS]) in ((1, 0, 0), (0, 1, 1))
        assert set.intersection(*(set(piece.seasons) for piece in pieces))


def test_queries_have_answers():
    assert len({(query["query"], query["aesthetic"]) for query in QUERIES}) == len(QUERIES)
    answers: Counter = Counter()
    for piece in PIECES:
        for name in piece.aesthetics:
            answers.update((name, fact) for fact in (*cloth.families(piece.garment), *piece.seasons))
    for query in QUERIES:
        require = query["require"]
        assert 2 <= len(query["query"].split()) <= 6 and require["aesthetics"] == [query["aesthetic"]]
        for fact in require.get("colour_families", []) + require.get("seasons", []):
            assert answers[query["aesthetic"], fact] >= MIN_ANSWERS


def test_pictures_redraw_to_the_same_bytes():
    paths = sorted((ASSETS / "images").glob("*.webp"))
    assert [path.stem for path in paths] == sorted(BY_ID)
    assert sum(path.stat().st_size for path in paths) < 18_000_000
    for item in [piece.item_id for piece in PIECES][:: len(PIECES) // 5][:6]:
        assert webp(BY_ID[item].garment) == (ASSETS / "images" / f"{item}.webp").read_bytes()
