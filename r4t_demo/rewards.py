"""How good a set of directions is, without labels: pure functions over arrays.

Symbols as in the paper: k directions of d dimensions; e(q_i) a sub-query's embedding, e(q) the query's, c_i the catalogue
item found first by direction i. All vectors are unit rows. Leading axes are batches: (..., k, d) gives (...).
"""

from collections.abc import Collection, Hashable

import numpy as np

WEIGHTS = (0.6, 0.2, 0.2)  # groundedness, diversity, alignment: the paper's default


def groundedness(sub_vectors: np.ndarray, nearest_vectors: np.ndarray) -> np.ndarray:
    """r_ground = 1 - (1/k) sum_i ||e(q_i) - c_i||_2: does the catalogue hold what the sub-queries ask for?

    Both (..., k, d), ``nearest_vectors`` the catalogue's nearest row to each sub-query; returns (...), 1 at best, -1 at worst.
    """
    return 1.0 - np.linalg.norm(_wide(sub_vectors) - _wide(nearest_vectors), axis=-1).mean(axis=-1)


def alignment(vectors: np.ndarray, query_vector: np.ndarray) -> np.ndarray:
    """r_align = (1/k) sum_i cos(v_i, e(q)). ``vectors`` (..., k, d), ``query_vector`` (..., d); returns (...).

    Over the sub-queries' embeddings this is the paper's alignment; over the found items it is the content alignment.
    """
    return np.einsum("...kd,...d->...k", _wide(vectors), _wide(query_vector)).mean(axis=-1)


def vendi(vectors: np.ndarray) -> np.ndarray:
    """Vendi score exp(-sum_i l_i log l_i), l the eigenvalues of XXᵀ/n: the effective number of different rows.

    ``vectors`` (..., n, d) unit rows; returns (...) between 1 and n. When d < n the smaller XᵀX/n has the same spectrum.
    """
    x = _wide(vectors)
    n, d = x.shape[-2:]
    gram = (x @ x.swapaxes(-1, -2) if n <= d else x.swapaxes(-1, -2) @ x) / n
    eigenvalues = np.linalg.eigvalsh(gram).clip(min=0.0)
    logs = np.log(eigenvalues, where=eigenvalues > 0, out=np.zeros_like(eigenvalues))
    return np.exp(-(eigenvalues * logs).sum(axis=-1))


def diversity(top1_vectors: np.ndarray, k: int | None = None) -> np.ndarray:
    """r_div = Vendi / k over the content found first by each direction. (..., k, d) gives (...), between 1/k and 1.

    ``k`` is the number of directions *asked for*. A language model may write fewer; without it, one lone sub-query
    would count as perfectly diverse. The default is the number of rows.
    """
    return vendi(top1_vectors) / (k or np.shape(top1_vectors)[-2])


def oar_parts(sub_vectors: np.ndarray, nearest_vectors: np.ndarray, query_vector: np.ndarray, k: int) -> np.ndarray:
    """Groundedness, diversity and alignment, shape (3,), of one list of up to k sub-queries (both (…, d); ``query_vector`` (d,)).

    A sub-query that the language model left out counts as 0 in each mean over k, and as nothing in the Vendi score.
    """
    if len(sub_vectors) == 0:
        return np.zeros(3)
    present = len(sub_vectors) / k
    ground, aligned = groundedness(sub_vectors, nearest_vectors), alignment(sub_vectors, query_vector)
    return np.array([present * ground, diversity(nearest_vectors, k), present * aligned])


def composite(g: np.ndarray, d: np.ndarray, a: np.ndarray, weights: tuple[float, float, float] = WEIGHTS) -> np.ndarray:
    """R = w_g r_ground + w_d r_div + w_a r_align, elementwise over groundedness, diversity and alignment."""
    return weights[0] * g + weights[1] * d + weights[2] * a


def set_recall(found: Collection[Hashable], reference: Collection[Hashable]) -> float:
    """|Y ∩ R(Q)| / |Y| by identity. ``reference`` (Y) must not be empty."""
    wanted = set(reference)
    if not wanted:
        raise ValueError("set_recall needs a reference set with at least one element")
    return len(wanted.intersection(found)) / len(wanted)


def _wide(x: np.ndarray) -> np.ndarray:
    return np.asarray(x, dtype=np.float64)
