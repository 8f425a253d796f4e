"""Demonstrations: the repository's own, how requests are split, and the cards that are shown with them."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo import minilm
from r4t_demo.errors import UserError
from r4t_demo.settings import Settings
from r4t_demo.train.data import corpus, demonstrations
from r4t_demo.train.data.demonstrations import FOLDER, NEAR, SPLITS, Cards, Demonstration, assign, head, read, select

ASSETS = Settings().assets
ONE = {"domain": "home", "query": "reading corner", "items": ["wool throw", "floor lamp"]}


@pytest.fixture(scope="module")
def ours() -> list[Demonstration]:
    return read(ASSETS / FOLDER)


@pytest.fixture(scope="module")
def splits() -> dict[str, list[str]]:
    return json.loads((ASSETS / FOLDER / SPLITS).read_text(encoding="utf-8"))


def test_there_are_enough_and_each_lists_twelve_different_things(ours: list[Demonstration]) -> None:
    assert len(ours) >= 6_000 and sum(one.domain == "fashion" for one in ours) >= 3_500
    for one in ours:
        assert one.query and len(one.items) == len(set(one.items)) == 12 and all(one.items), one
        assert all(item == item.lower() and not {*",;\n"} & {*item} for item in one.items), "a comma would end a thing"


def test_every_request_is_in_exactly_one_split(ours: list[Demonstration], splits: dict[str, list[str]]) -> None:
    assert set(splits) == {"train", "held-out", "left-out"}
    every = [query for queries in splits.values() for query in queries]
    assert len(every) == len(set(every)) and set(every) == {one.query for one in ours}
    assert 0.05 < len(splits["held-out"]) / len(every) < 0.15 and len(splits["left-out"]) < 0.05 * len(every)
    of_split = {split: select(ASSETS / FOLDER, split) for split in splits}
    assert sum(map(len, of_split.values())) == len(ours)
    for split, own in of_split.items():
        assert {one.query for one in own} == {*splits[split]}


def test_nothing_that_is_measured_or_held_out_is_nearly_trained_on(splits: dict[str, list[str]]) -> None:
    rows = (json.loads(line) for line in (ASSETS / "atelier" / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    measured = {row["query"] for row in rows if row["split"] != "train"}
    for path in (ASSETS / "suits").glob("*.jsonl"):
        measured |= {json.loads(line)["query"] for line in path.read_text(encoding="utf-8").splitlines()}
    embed = minilm.MiniLM().embed
    train, held_out, asked = (embed(texts) for texts in (splits["train"], splits["held-out"], sorted(measured)))
    assert len(measured) > 150
    assert (train @ held_out.T).max() <= NEAR
    assert (train @ asked.T).max() <= NEAR and (held_out @ asked.T).max() <= NEAR
    read_or_tried = [*splits["train"], *splits["held-out"]]
    assert corpus.without_terms(read_or_tried, corpus.held_out_terms(ASSETS)) == read_or_tried


def vectors_of(degrees: list[float]) -> np.ndarray:
    """Unit vectors of a plane."""
    radians = np.deg2rad(np.array(degrees, np.float64)).reshape(-1, 1)
    return np.hstack([np.cos(radians), np.sin(radians)]).astype(np.float32)


NOTHING = np.zeros((0, 2), np.float32)


@given(st.lists(st.floats(0, 360), min_size=1, max_size=30), st.lists(st.floats(0, 360), max_size=2), st.integers(0, 3))
def test_requests_are_assigned_by_what_they_are_near(degrees: list[float], measured: list[float], terms: int) -> None:
    queries = [f"request {place}" for place in range(len(degrees))]
    vectors, asked, held_out = vectors_of(degrees), vectors_of(measured), queries[:terms]
    found = assign(queries, vectors, asked, held_out)
    split_of = {query: split for split, own in found.items() for query in own}
    assert sorted(split_of) == sorted(queries) and sum(map(len, found.values())) == len(queries)
    for row, query in enumerate(queries):
        out = query in held_out or any(vectors[row] @ other > NEAR for other in asked)
        assert (split_of[query] == "left-out") == out
        for column, other in enumerate(queries):
            if vectors[row] @ vectors[column] > NEAR:
                assert {split_of[query], split_of[other]} != {"train", "held-out"}, "near-duplicates stay together"
    order = random.Random(0).sample(range(len(queries)), len(queries))
    again = assign([queries[row] for row in order], vectors[order], asked, held_out)
    assert again == found, "the order of the files does not matter"


def test_a_chain_of_near_duplicates_stays_together() -> None:
    """Each is 20 degrees from the next, which is near; the first and the last are opposite."""
    rng = random.Random(0)
    for number in range(40):
        queries = [f"{number} {place}" for place in range(10)]
        degrees = rng.sample([20 * place for place in range(10)], 10)  # in any order
        found = assign(queries, vectors_of(degrees), NOTHING, [])
        assert sorted(map(len, found.values())) == [0, 0, 10]
    assert (vectors_of([0]) @ vectors_of([20]).T).item() > NEAR > (vectors_of([0]) @ vectors_of([40]).T).item()


def test_one_request_in_ten_is_held_out_and_more_of_them_move_none() -> None:
    queries = [f"request {place}" for place in range(1_000)]
    vectors = np.eye(1_000, dtype=np.float32)
    found = assign(queries, vectors, vectors[:0], [])
    assert 70 < len(found["held-out"]) < 130 and not found["left-out"]
    fewer = assign(queries[:300], vectors[:300], vectors[:0], [])
    assert all({*fewer[split]} <= {*found[split]} for split in found)


def test_files_are_read_in_order_and_the_first_of_a_request_stays(tmp_path: Path) -> None:
    rows = {
        "b.jsonl": [ONE | {"query": "Reading Corner "}, ONE | {"card": "lamps"}, ONE | {"domain": "fashion"}],
        "a.jsonl": [ONE | {"items": ["Wool,  throw", "floor; LAMP"]}, ONE],
    }
    for name, own in rows.items():
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in own))
    found = read(tmp_path)
    assert [(one.domain, one.card) for one in found] == [("home", ""), ("home", "lamps"), ("fashion", "")]
    assert found[0].items == ("wool throw", "floor lamp") and found[0].query == "reading corner"
    (tmp_path / SPLITS).write_text(json.dumps({"train": ["reading corner"], "held-out": [], "left-out": []}))
    assert len(select(tmp_path, "train")) == 3 and select(tmp_path, "held-out") == []


@pytest.mark.parametrize(
    "line",
    [
        '{"domain": "home", "query": "x", "items": ["a", ',
        json.dumps(["a"]),
        json.dumps({"domain": "home", "query": "x"}),
        json.dumps({"query": "x", "items": ["a"]}),
        json.dumps(ONE | {"query": None}),
        json.dumps(ONE | {"items": [1]}),
        json.dumps(ONE | {"items": None}),
    ],
)
def test_a_broken_line_is_told_with_its_file_and_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "fine.jsonl").write_text(json.dumps(ONE) + "\n")
    (tmp_path / "odd.jsonl").write_text(f"{json.dumps(ONE)}\n{line}\n")
    with pytest.raises(UserError, match=r"'odd.jsonl', line 2, is no demonstration \(.+\)\."):
        read(tmp_path)


def test_no_demonstrations_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There are no demonstrations in "):
        read(tmp_path)


CARDS = [
    Demonstration("home", "a", ("brass floor lamp", "wool throw", "oak shelf")),
    Demonstration("home", "b", ("stoneware mug", "linen cushion", "round table", "wall mirror", "wicker basket")),
    Demonstration("fashion", "c", ("leather tote bag", "wool coat")),
    Demonstration("fashion", "d", ("felt hat",), "hats, scarves"),
]
HOME = {"floor lamp", "throw", "shelf", "mug", "cushion", "table", "mirror", "basket"}


def test_a_card_names_what_a_things_domain_holds_and_often_the_thing() -> None:
    cards, rng = Cards(CARDS), random.Random(0)
    made = [cards.card(CARDS[0], rng).split(", ") for _ in range(200)]
    assert all(1 <= len(words) == len({*words}) <= 16 for words in made)
    assert {word for words in made for word in words} == HOME, "of its own domain, and of all of that"
    named = {word: sum(word in words for words in made) for word in HOME}
    assert min(named["throw"], named["floor lamp"]) > 100 and max(named.values()) < 200, "often, and not by heart"
    assert len({tuple(words) for words in made}) > 150, "cards vary"
    assert cards.card(CARDS[0], random.Random(1)) == cards.card(CARDS[0], random.Random(1))


def test_a_fixed_card_stays_and_lends_its_things_to_no_other() -> None:
    cards, rng = Cards(CARDS), random.Random(0)
    assert {cards.card(CARDS[3], rng) for _ in range(20)} == {"hats, scarves"}
    assert {word for _ in range(100) for word in cards.card(CARDS[2], rng).split(", ")} == {"tote bag", "coat"}


@pytest.mark.parametrize(
    ("item", "kind"),
    [("long wool coat", "coat"), ("leather tote bag", "tote bag"), ("brass floor lamp", "floor lamp"), ("hat", "hat")],
)
def test_the_kind_of_a_thing_comes_last(item: str, kind: str) -> None:
    assert head(item) == kind


def test_the_splits_are_made_anew_of_what_is_there(tmp_path: Path) -> None:
    """On made assets, by the real text model."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / "suits").mkdir()
    (tmp_path / "atelier").mkdir()
    requests = [
        "thunderstorm at night", "picnic by the river", "a picnic by the river", "kitchen for a baker", "boho chic holiday",
        "opening night of an opera", "an opera's opening night", "gothic wedding", "wedding of goths in a castle",
    ]  # fmt: skip
    lines = "".join(json.dumps(ONE | {"query": query}) + "\n" for query in requests)
    (tmp_path / FOLDER / "all.jsonl").write_text(lines)
    (tmp_path / "suits" / "tiny.jsonl").write_text(json.dumps({"query": "thunderstorm at night!"}) + "\n")
    rows = [
        ("gothic wedding", "gothic wedding", "train"),
        ("holidays", "boho chic", "test"),
        ("a kitchen for bakers", "x", "test"),
    ]
    asked = [{"query": query, "term": term, "split": split} for query, term, split in rows]
    (tmp_path / "atelier" / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    made = demonstrations.save_splits(tmp_path)
    assert made == json.loads((tmp_path / FOLDER / SPLITS).read_text())
    assert made["left-out"] == ["boho chic holiday", "kitchen for a baker", "thunderstorm at night"]
    together = [split for split, own in made.items() if "picnic by the river" in own]
    assert together == [split for split, own in made.items() if "a picnic by the river" in own]
    assert sorted(query for own in made.values() for query in own) == sorted(requests)
