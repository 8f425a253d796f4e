"""One suite over every index: at full effort each finds what a sorted matrix product finds."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.index import kinds
from r4t_demo.index.base import VectorIndex
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.milvus_index import MilvusIndex
from tests.index.rows import nearest, unit_rows

N, D = 10_000, 32
NAMES = ("dress", "boots", 'a "quoted" hat', "back\\slash", "сумка", "in [brackets], {braces}", "it's\na scarf")
RARE = "rare"
ROWS, QUERIES = unit_rows(N, D), unit_rows(20, D, seed=1)
CATEGORIES = [RARE if row % 3_000 == 7 else NAMES[row % len(NAMES)] for row in range(N)]
STORED = {row: (ROWS[row], CATEGORIES[row]) for row in range(N)}
APPROXIMATE = ("hnsw", "ivfpq", "milvus-lite", "milvus-server")


@pytest.fixture(scope="module", params=["flat", *APPROXIMATE])
def index(request: pytest.FixtureRequest) -> VectorIndex:
    if request.param.startswith("milvus"):
        uri = request.getfixturevalue("embedded" if request.param == "milvus-lite" else "server")
        return MilvusIndex.create(uri, "parity", [(ROWS[:6_000], CATEGORIES[:6_000]), (ROWS[6_000:], CATEGORIES[6_000:])], D, "e")
    kind = {"flat": kinds.Flat(), "hnsw": kinds.Hnsw(), "ivfpq": kinds.IvfPq(cells=64, code_bytes=8)}[request.param]
    return FaissIndex.build(ROWS, "e", categories=CATEGORIES, kind=kind)


def test_the_top_ten_are_those_of_a_matrix_product(index: VectorIndex) -> None:
    scores, rows = index.search(QUERIES, 10, effort=N)
    expected_scores, expected_rows = nearest(STORED, QUERIES, 10)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    assert (scores.dtype, rows.dtype) == (np.float32, np.int64)
    assert (len(index), index.dim) == (N, D)


@settings(max_examples=6)
@given(st.sets(st.sampled_from([*NAMES, RARE, "unheard of"])), st.integers(1, 40))
def test_a_filter_leaves_the_best_of_its_categories(index: VectorIndex, categories: set[str], n: int) -> None:
    scores, rows = index.search(QUERIES[:3], n, effort=N, categories=sorted(categories))
    expected_scores, expected_rows = nearest(STORED, QUERIES[:3], n, categories)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)


def test_a_small_category_gives_all_it_has(index: VectorIndex) -> None:
    _, rows = index.search(QUERIES[:2], 10, effort=N, categories=[RARE])
    assert [sorted(found) for found in rows.tolist()] == [[7, 3_007, 6_007, 9_007]] * 2
    assert index.search(QUERIES[:2], 10, categories=["unheard of"])[1].shape == (2, 0)


def test_vectors_keep_the_shape_of_rows(index: VectorIndex) -> None:
    rows = np.array([[0, N - 1, 3], [7, 7, 1]])
    np.testing.assert_allclose(index.vectors(rows), ROWS[rows], atol=1e-7)
    assert index.vectors(np.arange(2_500)).shape == (2_500, D)


def test_effort_holds_for_one_request(index: VectorIndex, request: pytest.FixtureRequest) -> None:
    truth = nearest(STORED, QUERIES, 10)[1]
    little, full, again = (index.search(QUERIES, 10, effort=effort)[1] for effort in (1, N, 1))
    np.testing.assert_array_equal(full, truth)
    np.testing.assert_array_equal(little, again)
    assert (little != truth).any() == (request.node.callspec.params["index"] in APPROXIMATE)


def test_threads_get_the_answers_that_one_gets(index: VectorIndex) -> None:
    alone = index.search(QUERIES, 10)[1]
    with ThreadPoolExecutor(4) as pool:
        for rows in pool.map(lambda _: index.search(QUERIES, 10)[1], range(8)):
            np.testing.assert_array_equal(rows, alone)


@pytest.mark.parametrize("index", ["hnsw", "ivfpq"], indirect=True)  # milvus-lite does not: see MilvusIndex.search
def test_threads_keep_their_own_effort(index: VectorIndex) -> None:
    queries = QUERIES[:5]
    truth, little = nearest(STORED, queries, 10)[1], index.search(queries, 10, effort=1)[1]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda effort: index.search(queries, 10, effort=effort)[1], [1, N] * 6))
    for rows, expected in zip(found, [little, truth] * 6, strict=True):
        np.testing.assert_array_equal(rows, expected)
