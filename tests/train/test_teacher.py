"""The teacher's rotation keeps meaning: cosines in full, and as much as can be kept in a prefix."""

from pathlib import Path

import numpy as np
import pytest

from r4t_demo.train.teacher import fit_rotation, fit_space, kept_vectors, rotate


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((300, 384)) * np.geomspace(1, 0.01, 384) @ np.linalg.qr(rng.standard_normal((384, 384)))[0]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_a_full_rotation_keeps_every_cosine(vectors: np.ndarray) -> None:
    turned = rotate(vectors, fit_rotation(vectors, 384))
    np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, atol=1e-4)


@pytest.mark.parametrize("dim", [4, 64])
def test_a_cut_rotation_keeps_the_most_variance(vectors: np.ndarray, dim: int) -> None:
    rotation = fit_rotation(vectors, dim)
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(dim), atol=1e-5)
    best = (np.linalg.svd(vectors, compute_uv=False)[:dim] ** 2).sum()
    assert ((vectors @ rotation) ** 2).sum() == pytest.approx(best, rel=1e-4)
    np.testing.assert_allclose(np.linalg.norm(rotate(vectors, rotation), axis=1), 1, atol=1e-5)


def test_the_space_keeps_neighbours_and_its_first_dimensions_carry_the_most(vectors: np.ndarray) -> None:
    looks = np.repeat(np.arange(6), 10)
    space = fit_space(vectors, vectors[:60], looks, 64)
    seen = rotate(vectors, space)
    variance = (seen**2).sum(0)
    assert space.shape == (384, 64) and (np.diff(variance) < 1e-3).all()
    assert np.corrcoef((seen @ seen.T).ravel(), (vectors @ vectors.T).ravel())[0, 1] > 0.7
    same = looks[:, None] == looks
    turned = rotate(vectors, fit_rotation(vectors, 64))[:60]
    apart = [(part @ part.T)[same].mean() - (part @ part.T)[~same].mean() for part in (turned, seen[:60])]
    assert apart[1] > apart[0], "the looks stand further apart than in the teacher's space"


def test_vectors_are_kept_block_by_block(tmp_path: Path) -> None:
    class Teacher:
        calls: list[list[str]] = []

        def embed(self, texts: list[str]) -> np.ndarray:
            self.calls.append(list(texts))
            return np.array([[float(text)] for text in texts])

    teacher, texts = Teacher(), [str(i) for i in range(7)]
    for _ in range(2):
        np.testing.assert_array_equal(kept_vectors(teacher, texts, tmp_path, block=3)[:, 0], np.arange(7))
    assert [len(call) for call in teacher.calls] == [3, 3, 1], "the second time nothing is embedded"
    kept_vectors(teacher, [*texts[:3], "9", *texts[4:]], tmp_path, block=3)
    assert teacher.calls[3:] == [["9", "4", "5"]], "only the block that changed"
