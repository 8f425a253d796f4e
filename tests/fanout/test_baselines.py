"""The baselines against naive loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo import rewards
from r4t_demo.catalog import Catalog
from r4t_demo.fanout.baselines import MMR, BestOf, KMeans, NoFanOut, Template, central_rows, mmr_order
from r4t_demo.index.faiss_index import FaissIndex
from tests.doubles import HashEncoder, ListFolm

QUERIES = ["bohemian festival", "gothic red dress", "navy scarf"]


def naive_mmr(pool: np.ndarray, relevance: np.ndarray, k: int, lam: float) -> list[int]:
    taken: list[int] = []
    while len(taken) < k:
        best, best_value = -1, -np.inf
        for i in set(range(len(pool))) - set(taken):
            worst = max((float(pool[i] @ pool[j]) for j in taken), default=0.0)
            value = lam * relevance[i] - (1 - lam) * worst
            if value > best_value:
                best, best_value = i, value
        taken.append(best)
    return taken


@given(st.integers(0, 999), st.integers(1, 12), st.floats(0.05, 1.0))
def test_mmr_is_the_naive_loop(seed: int, k: int, lam: float) -> None:
    rng = np.random.default_rng(seed)
    pools = rng.standard_normal((3, 20, 6))
    pools /= np.linalg.norm(pools, axis=-1, keepdims=True)
    relevance = rng.uniform(-1, 1, (3, 20))
    expected = [naive_mmr(pool, relevant, k, lam) for pool, relevant in zip(pools, relevance, strict=True)]
    assert mmr_order(pools, relevance, k, lam).tolist() == expected


def test_mmr_with_lam_one_is_plain_search(catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(QUERIES)
    plain, greedy = (method.fan_out(QUERIES, vectors, 5) for method in (NoFanOut(index, catalog), MMR(index, catalog, lam=1.0)))
    for query, a, b in zip(vectors, plain, greedy, strict=True):
        np.testing.assert_allclose(a.vectors @ query, b.vectors @ query, atol=1e-6)  # equal items may come in any order


def test_none_returns_the_best_items_as_directions(catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(QUERIES)
    _, rows = index.search(vectors, 6)
    for fan, best in zip(NoFanOut(index, catalog).fan_out(QUERIES, vectors, 6), rows, strict=True):
        assert fan.labels == [catalog.items[row].title for row in best]
        np.testing.assert_array_equal(fan.vectors, index.vectors(best))
        assert (fan.is_text, fan.label_scores) == (False, [1.0] * 6)
        assert fan.seconds > 0


def test_mmr_takes_no_item_twice_and_is_more_diverse(catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(QUERIES)
    plain, spread = (method.fan_out(QUERIES, vectors, 8) for method in (NoFanOut(index, catalog), MMR(index, catalog, lam=0.3)))
    for a, b in zip(plain, spread, strict=True):
        assert len({row.tobytes() for row in b.vectors}) == 8
        assert rewards.diversity(b.vectors) > rewards.diversity(a.vectors)


@pytest.mark.parametrize("seed", range(3))
def test_of_each_well_separated_cluster_comes_the_most_central_row(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cluster_of = rng.permutation(np.repeat(np.arange(8), [3, 5, 8, 13, 20, 30, 50, 71]))
    pool = np.eye(16)[cluster_of] + 0.05 * rng.standard_normal((200, 16))
    pool = (pool / np.linalg.norm(pool, axis=1, keepdims=True)).astype(np.float32)
    members = [np.flatnonzero(cluster_of == cluster) for cluster in range(8)]
    central = [rows[np.argmax(pool[rows] @ pool[rows].sum(axis=0))] for rows in members]
    assert central_rows(pool, 8, seed=seed).tolist() == sorted(central)


@pytest.mark.parametrize("k", [1, 4, 6])
def test_no_row_stands_for_two_clusters_even_where_rows_are_alike(k: int) -> None:
    pool = np.repeat(np.eye(2, 5, dtype=np.float32), 3, axis=0)
    rows = central_rows(pool, k, seed=0).tolist()
    assert len(set(rows)) == k and rows == sorted(rows)
    assert k == 1 or {0, 1} == {row // 3 for row in rows}


def test_kmeans_directions_are_items_near_the_query_and_its_seed_decides(
    catalog: Catalog, index: FaissIndex, encoder: HashEncoder
) -> None:
    vectors, method = encoder.encode_text(QUERIES), KMeans(index, catalog, pool=30)
    answers = [method.fan_out(QUERIES, vectors, 8, seed=seed) for seed in (1, 1, *range(2, 6))]
    for query, fan in zip(vectors, answers[0], strict=True):
        near = [catalog.items[row].title for row in index.search(query[None], 30)[1][0]]
        assert len(set(fan.labels)) == 8 and (fan.method, fan.is_text) == ("kmeans", False)
        assert fan.labels == sorted(fan.labels, key=near.index), "as plain search orders them"
        np.testing.assert_allclose(fan.vectors, index.vectors(index.search(fan.vectors, 1)[1][:, 0]), atol=1e-6)
    labels = [tuple(tuple(fan.labels) for fan in fans) for fans in answers]
    assert labels[0] == labels[1] and len(set(labels)) > 1


def test_best_of_keeps_the_list_with_the_highest_reward(index: FaissIndex, encoder: HashEncoder) -> None:
    sft = ListFolm(encoder)
    vectors = encoder.encode_text(QUERIES)
    method = BestOf(sft, index, encoder, n=5)
    samples = sft.sample_lists(QUERIES, vectors, 10, 5, seed=3)
    for query, lists, fan in zip(vectors, samples, method.fan_out(QUERIES, vectors, 10, seed=3), strict=True):
        values = []
        for texts in lists:
            embedded = encoder.encode_text(texts)
            top = index.vectors(index.search(embedded, 1)[1][:, 0])
            distance = np.linalg.norm(embedded - top, axis=1)
            values.append((0.6 * (1 - distance).sum() + 0.2 * float(rewards.vendi(top)) + 0.2 * (embedded @ query).sum()) / 10)
        assert fan.labels == lists[int(np.argmax(values))]
        np.testing.assert_allclose(fan.vectors, encoder.encode_text(fan.labels), atol=1e-6)
        assert (fan.method, fan.is_text) == ("best-of-5", True)


@pytest.mark.parametrize("k", [1, 10])
def test_batches_equal_one_by_one(catalog: Catalog, index: FaissIndex, encoder: HashEncoder, k: int) -> None:
    vectors = encoder.encode_text(QUERIES)
    for method in (NoFanOut(index, catalog), MMR(index, catalog), KMeans(index, catalog)):
        together = method.fan_out(QUERIES, vectors, k)
        alone = [method.fan_out([query], vectors[i : i + 1], k)[0] for i, query in enumerate(QUERIES)]
        assert [fan.labels for fan in together] == [fan.labels for fan in alone]


def test_the_template_names_categories_of_the_catalogue(catalog: Catalog, encoder: HashEncoder) -> None:
    method, queries = Template(catalog, encoder), ["a bohemian festival look", "gothic"]
    categories = {item.category for item in catalog.items}
    vectors = encoder.encode_text(queries)
    for fan, core in zip(method.fan_out(queries, vectors, 4, seed=1), ("bohemian festival", "gothic"), strict=True):
        assert len(fan.labels) == len(set(fan.labels)) == 4 and fan.is_text
        assert {label.removeprefix(f"{core} ") for label in fan.labels} <= categories
        np.testing.assert_allclose(fan.vectors, encoder.encode_text(fan.labels), atol=1e-6)
    assert len(method.fan_out(queries, vectors, 10)[0].labels) == min(10, len(categories))
    draws = {tuple(method.fan_out(queries, vectors, 4, seed=seed)[0].labels) for seed in range(5)}
    assert len(draws) > 1, "the seed decides"
