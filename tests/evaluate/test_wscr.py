"""Recall, hit and variation by hand and against loops; the posed item stays hidden."""

import numpy as np
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.engine import Engine
from r4t_demo.evaluate import wscr
from r4t_demo.fanout.base import FanOut
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.data.reference_sets import ReferenceSet, select, titled_outfits


class Fixed:
    """Directions by hand: for each seed the items that they point at."""

    def __init__(self, index: FaissIndex, rows: list[list[int]]):
        self.index, self.rows = index, rows

    def fan_out(self, queries, vectors, k, *, seed=0):
        directions = self.index.vectors(np.array(self.rows[seed]))
        return [FanOut("fixed", [""] * len(directions), directions, 0.0) for _ in queries]


@pytest.fixture
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wscr, "N", 3)  # of 48 items, so that something is missed


def nearest(index: FaissIndex, row: int) -> list[int]:
    everything = index.vectors(np.arange(len(index)))
    return np.argsort(-(everything @ everything[row]), kind="stable").tolist()


def test_figures_by_hand(engine: Engine, index: FaissIndex, catalog: Catalog, shallow: None) -> None:
    ids = [item.item_id for item in catalog.items]
    near, far = nearest(index, 5)[:3], nearest(index, 5)[-2:]
    engine.fanouts._loaded["folm"] = Fixed(index, [[5], [far[0]]])  # the second run searches elsewhere
    one = ReferenceSet("q", (ids[near[0]], ids[near[2]], ids[far[1]]), "test", "c")
    two = ReferenceSet("q", (ids[nearest(index, 5)[10]],), "test", "c")
    figures = wscr._measure(engine, [one, two], "folm", seeds=2)
    elsewhere = set(nearest(index, far[0])[:3])
    recall = [2 / 3, sum(row in elsewhere for row in (near[0], near[2], far[1])) / 3]
    assert figures["recall"][0] == pytest.approx(np.mean(recall))
    assert figures["hit"].tolist() == [np.mean([value > 0 for value in recall]), 0.0]
    cosine = float(index.vectors(np.array([5]))[0] @ index.vectors(np.array([far[0]]))[0])
    spectrum = np.array([(1 + cosine) / 2, (1 - cosine) / 2])  # of two unit rows
    assert figures["vs"] == pytest.approx(np.exp(-(spectrum * np.log(spectrum)).sum()), rel=1e-4)


def test_one_answer_to_all_is_what_training_sets_hold_most_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wscr, "K", 1)
    monkeypatch.setattr(wscr, "N", 2)
    practised = [ReferenceSet("q", items, "train", "c") for items in (("a", "b"), ("a", "b", "x"), ("a", "y"))]
    asked = [ReferenceSet("r", items, "test", "c") for items in (("a", "b"), ("b", "x", "y"), ("x", "z"))]
    assert wscr.popular(asked, practised) == pytest.approx((1 + 1 / 3 + 0) / 3)


@pytest.mark.parametrize("method", ["none", "mmr", "folm", "diffusion"])
def test_recall_is_that_of_brute_force(engine: Engine, index: FaissIndex, catalog: Catalog, shallow: None, method: str) -> None:
    sets = select(titled_outfits(catalog.root), "test")
    figures = wscr._measure(engine, sets, method, seeds=2)
    everything = index.vectors(np.arange(len(index))).astype(np.float64)
    queries = list(dict.fromkeys(one.query for one in sets))
    vectors = engine.encoder.encode_text(queries)
    for number, one in enumerate(sets):
        recalls, union = [], set()
        for seed in (0, 1):
            if method == "none":
                directions, depth = vectors[[queries.index(one.query)]], 30
            else:
                fans = engine.fanouts[method].fan_out(queries, vectors, 10, seed=seed)
                directions, depth = fans[queries.index(one.query)].vectors, 3
            found = {
                catalog.items[row].item_id for d in directions for row in np.argsort(-(everything @ d), kind="stable")[:depth]
            }
            union |= found
            recalls.append(len(found & set(one.items)) / len(one.items))
        assert figures["recall"][number] == pytest.approx(np.mean(recalls))
        assert figures["union"][number] == pytest.approx(len(union & set(one.items)) / len(one.items))
        assert figures["hit"][number] == np.mean([recall > 0 for recall in recalls])


def test_the_posed_item_is_never_found(engine: Engine, index: FaissIndex, catalog: Catalog, shallow: None) -> None:
    order = nearest(index, 5)[:5]
    ids = [catalog.items[row].item_id for row in order]
    assert order[0] == 5
    engine.fanouts._loaded["folm"] = Fixed(index, [[5]])
    hidden = ReferenceSet("q", tuple(ids), "test", "c", posed=ids[0])
    assert wscr._measure(engine, [hidden], "folm", 1)["recall"] == pytest.approx([3 / 5])  # the next three, and not itself
    found = wscr.candidates(index.search(index.vectors(np.array([5])), 4)[1], 3, posed=5)
    assert found == set(order[1:4])
    assert wscr.candidates(np.array([[1, 2, 3, 4], [7, 1, -1, -1]]), 3, posed=None) == {1, 2, 3, 7}


def test_variation_by_hand() -> None:
    eye = np.eye(5)
    assert wscr.variation(np.tile(3 * eye[0], (1, 5, 1))) == pytest.approx([1.0])  # the length does not matter
    spectrum = np.array([0.8, 0.2])  # four runs in one place, the fifth elsewhere
    expected = [5.0, float(np.exp(-(spectrum * np.log(spectrum)).sum()))]
    assert wscr.variation(np.stack([eye, eye[[0, 0, 0, 0, 1]]])) == pytest.approx(expected)


def test_without_a_second_run_there_is_no_variation(engine: Engine, catalog: Catalog) -> None:
    sets = select(titled_outfits(catalog.root), "test")
    result = wscr.evaluate(engine, sets, ["folm", "none"], seeds=1)
    assert result["methods"]["folm"]["vs"] is result["union"]["folm"] is None and "–" in wscr.tables(result)
    assert result["chance"] == 1.0 and result["methods"]["none"]["recall"] == [1.0, 1.0, 1.0], "500 items of 48 are all"
    assert wscr.evaluate(engine, sets, ["none"], seeds=2)["methods"]["none"]["vs"] == pytest.approx([1.0, 1.0, 1.0])
