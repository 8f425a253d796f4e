"""What only a collection can do (upserts, deletes, being filled anew), and what is said when Milvus is not as expected."""

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


def test_after_any_changes_it_is_an_index_of_what_it_holds(uri: str) -> None:
    """A walk of upserts (new rows, known ones, far numbers) and deletes (also of rows that are not there)."""
    index = MilvusIndex.create(uri, "changing", [(ROWS, CATEGORIES)], D, "e")
    held = {row: (ROWS[row], CATEGORIES[row]) for row in range(60)}
    rng = np.random.default_rng(0)
    for step in range(12):
        rows = rng.choice([*range(70), 2**40, 2**63 - 1], size=rng.integers(1, 12), replace=False).tolist()
        if rng.random() < 0.5:
            vectors, names = unit_rows(len(rows), D, 100 + step), rng.choice(["hat", "belt", "new\n'\"name"], len(rows)).tolist()
            index.upsert(rows, vectors, names)
            held |= {row: (vector, name) for row, vector, name in zip(rows, vectors, names, strict=True)}
        else:
            index.delete(rows)
            held = {row: value for row, value in held.items() if row not in rows}
        queries = unit_rows(3, D, 200 + step)
        for categories in (None, ["belt"], ["new\n'\"name", "belt"]):
            scores, found = index.search(queries, 100, effort=1_000, categories=categories)
            expected_scores, expected_rows = nearest(held, queries, 100, categories)
            np.testing.assert_array_equal(found, expected_rows)
            np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
        assert len(index) == len(held)
        stored = np.array(sorted(held))
        np.testing.assert_array_equal(index.vectors(stored), np.stack([held[row][0] for row in stored.tolist()]))


def test_a_row_that_is_gone_is_told(uri: str) -> None:
    index = MilvusIndex.create(uri, "gone", [(ROWS, CATEGORIES)], D, "e")
    index.delete([5])
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
