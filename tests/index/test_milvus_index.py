"""What only a collection can do (being filled anew), and what is said when Milvus is not as expected."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from r4t_demo.errors import UserError
from r4t_demo.index.milvus_index import MilvusIndex
from tests.index.rows import nearest, unit_rows

D = 8
ROWS = unit_rows(60, D)
CATEGORIES = ["hat" if row % 3 else "belt" for row in range(60)]


@pytest.fixture(scope="module", params=["embedded", "server"])
def uri(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def test_it_is_an_index_of_what_it_holds_whatever_categories_are_called(uri: str) -> None:
    names = np.random.default_rng(0).choice(["hat", "belt", "new\n'\"name"], 60).tolist()
    index = MilvusIndex.create(uri, "named", [(ROWS[:35], names[:35]), (ROWS[35:], names[35:])], D, "e")
    held = {row: (ROWS[row], names[row]) for row in range(60)}
    queries = unit_rows(3, D, 200)
    for categories in (None, ["belt"], ["new\n'\"name", "belt"]):
        scores, found = index.search(queries, 100, effort=1_000, categories=categories)
        expected_scores, expected_rows = nearest(held, queries, 100, categories)
        np.testing.assert_array_equal(found, expected_rows)
        np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    assert len(index) == 60
    np.testing.assert_array_equal(index.vectors(np.arange(60)), ROWS)


def test_a_row_that_is_not_there_is_told(uri: str) -> None:
    index = MilvusIndex.create(uri, "gone", [(ROWS[:5], CATEGORIES[:5])], D, "e")
    with pytest.raises(UserError, match="The collection 'gone' holds no row 5"):
        index.vectors(np.array([4, 5, 6]))


def test_encoder_and_source_are_kept_and_checked(uri: str) -> None:
    MilvusIndex.create(uri, "labelled", [(ROWS, CATEGORIES)], D, "encoder-a", "catalogue-1")
    opened = MilvusIndex(uri, "labelled", "encoder-a", "catalogue-1")
    assert (opened.encoder_id, opened.source, opened.dim, len(opened)) == ("encoder-a", "catalogue-1", D, 60)
    with pytest.raises(UserError, match="made with the encoder 'encoder-a', not 'encoder-b'. Fill it anew: python -m r4t_demo"):
        MilvusIndex(uri, "labelled", "encoder-b")
    with pytest.raises(UserError, match="another version of the catalogue"):
        MilvusIndex(uri, "labelled", "encoder-a", "catalogue-2")
    with pytest.raises(UserError, match="has no collection 'nothing'"):
        MilvusIndex(uri, "nothing")


def test_filling_anew_replaces_even_with_other_dimensions(uri: str) -> None:
    MilvusIndex.create(uri, "replaced", [(ROWS, CATEGORIES)], D, "encoder-a")
    wider = unit_rows(20, 2 * D)
    index = MilvusIndex.create(uri, "replaced", [(wider[:15], ["hat"] * 15), (wider[15:], ["belt"] * 5)], 2 * D, "encoder-b")
    assert (len(index), index.dim, index.encoder_id) == (20, 2 * D, "encoder-b")
    np.testing.assert_array_equal(index.search(wider, 1)[1][:, 0], np.arange(20))
    assert sorted(index.search(wider[:1], 9, categories=["belt"])[1][0].tolist()) == [15, 16, 17, 18, 19]


def test_a_filling_that_is_cut_leaves_the_old_collection(uri: str) -> None:
    def cut() -> Iterator[tuple[np.ndarray, list[str]]]:
        yield ROWS[:10], CATEGORIES[:10]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        MilvusIndex.create(uri, "cut", cut(), D, "e")
    assert not MilvusIndex.exists(uri, "cut")
    MilvusIndex.create(uri, "cut", [(ROWS, CATEGORIES)], D, "e")
    with pytest.raises(KeyboardInterrupt):
        MilvusIndex.create(uri, "cut", cut(), D, "e")
    assert len(MilvusIndex(uri, "cut")) == 60


def test_vectors_of_another_width_are_told(uri: str) -> None:
    index = MilvusIndex.create(uri, "narrow", [(ROWS, CATEGORIES)], D, "e")
    with pytest.raises(UserError, match="Milvus at .* failed"):
        index.search(unit_rows(1, D + 1), 3)


def test_no_server_is_one_sentence_without_the_password() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UserError) as told:
        MilvusIndex.exists(f"http://root:s3cret@127.0.0.1:{port}", "any")
    sentence = str(told.value)
    assert sentence.startswith(f"Milvus at 'http://127.0.0.1:{port}' failed (")
    assert sentence.endswith("check the address and that the server runs, or leave R4T_INDEX empty to use FAISS.")
    assert "s3cret" not in sentence
    assert "\n" not in sentence
