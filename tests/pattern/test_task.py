"""The task: splits that never mix, metrics against brute force, and searches that leave the seeds out."""

from dataclasses import replace

import numpy as np
import pytest

from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.pattern import predictor
from r4t_demo.pattern.baselines import Centroids
from r4t_demo.pattern.labels import Labels, labels_of
from r4t_demo.pattern.recipe import Plan, Run
from r4t_demo.pattern.task import (
    ITEMS_PER_PATTERN,
    MAX_SHARE,
    MEASURED,
    MIN_POSITIVES,
    PROTOCOLS,
    SEEDS,
    SeedSet,
    Task,
    make_task,
    search,
    split_of,
    unit,
)  # fmt: skip
from tests.index.rows import unit_rows
from tests.pattern.made import ENCODER, made_catalog, made_task, made_vectors


@pytest.fixture(scope="module")
def task() -> Task:
    return made_task()


def test_seeds_are_never_items_that_training_looked_at(task: Task) -> None:
    for domain in task.labels.domains:
        for split in ("validation", "test"):
            held = {protocol: task.seed_sets(domain, protocol, split, 200) for protocol in PROTOCOLS}
            assert held["item-holdout"] or held["pattern-holdout"]
            for protocol, sets in held.items():
                rows = np.concatenate([one.rows for one in sets]) if sets else np.array([], int)
                assert not task.trained[rows].any()
                patterns = {one.pattern for one in sets}
                trained = set(task.pattern[task.trained].tolist())
                assert patterns <= trained if protocol == "item-holdout" else not patterns & trained


def test_validation_and_test_share_no_seed_and_no_held_out_pattern(task: Task) -> None:
    for domain in task.labels.domains:
        for protocol in PROTOCOLS:
            both = [task.seed_sets(domain, protocol, split, 300) for split in ("validation", "test")]
            seeds = [{int(row) for one in sets for row in one.rows} for sets in both]
            assert not seeds[0] & seeds[1]
            if protocol == "pattern-holdout":
                assert not {one.pattern for one in both[0]} & {one.pattern for one in both[1]}


def test_training_reads_no_other_label_than_those_it_may(task: Task) -> None:
    readable = task.labelled
    assert 0 < readable.sum() < len(readable) / 2
    carries = np.where(readable[:, None], task.labels.carries, ~task.labels.carries)
    liar = replace(task, labels=Labels(task.labels.names, carries))
    honest, lied = (Run(one, Plan(), path) for one, path in ((task, None), (liar, None)))
    np.testing.assert_array_equal(honest.density, lied.density)
    np.testing.assert_array_equal(honest.centroids.of, lied.centroids.of)
    assert honest._facts == lied._facts


def test_splits_hang_on_names_alone_and_keep_their_shares() -> None:
    names = [f"item {i}" for i in range(4000)]
    splits = [split_of(name, "item", MEASURED.items) for name in names]
    assert splits == [split_of(name, "item", MEASURED.items) for name in names]
    for split, share in MEASURED.items.items():
        assert splits.count(split) / len(names) == pytest.approx(share, abs=0.03)
    assert splits != [split_of(name, "pattern", MEASURED.items) for name in names]


def test_a_seed_set_lacks_what_is_wanted_and_its_pattern_has_some(task: Task) -> None:
    for domain in task.labels.domains:
        for one in task.seed_sets(domain, "pattern-holdout", "test", 100):
            assert len(set(one.rows.tolist())) == SEEDS
            assert task.labels.names[one.attribute][0] == domain
            assert not task.labels.carries[one.rows, one.attribute].any()
            has = task.labels.carries[task.pattern == one.pattern, one.attribute]
            assert has.sum() >= MIN_POSITIVES and has.mean() <= MAX_SHARE
            assert (task.pattern[one.rows] == one.pattern).all()


def test_scores_are_those_of_counting(task: Task) -> None:
    rng = np.random.default_rng(0)
    sets = [SeedSet(rng.choice(500, 3), int(rng.integers(5)), int(rng.integers(5))) for _ in range(20)]
    found = rng.integers(-1, 500, (20, 7))
    scores = task.scores(found, sets)
    for i, one in enumerate(sets):
        has = [row >= 0 and bool(task.labels.carries[row, one.attribute]) for row in found[i]]
        inside = [row >= 0 and task.pattern[row] == one.pattern for row in found[i]]
        assert scores["attribute"][i] == pytest.approx(sum(has) / 7)
        assert scores["purity"][i] == pytest.approx(sum(inside) / 7)
        assert scores["joint"][i] == pytest.approx(sum(a and b for a, b in zip(has, inside, strict=True)) / 7)


@pytest.mark.parametrize("per_request", [1, 3])
def test_search_finds_what_sorting_finds_without_the_seeds(per_request: int) -> None:
    vectors = unit_rows(60, 8)
    index = FaissIndex.build(vectors, "x")
    queries = unit_rows(4 * per_request, 8, seed=1).reshape(4, per_request, 8)
    # Seeds that the queries would find first of all.
    seeds = [np.argsort(-(vectors @ queries[i].T).max(1))[: i + 1] for i in range(4)]
    scores, rows = search(index, queries, seeds, 10)
    for i in range(4):
        best = (vectors @ queries[i].T).max(1)
        best[seeds[i]] = -np.inf
        wanted = np.argsort(-best)[:10]
        assert not set(rows[i].tolist()) & set(seeds[i].tolist())
        np.testing.assert_array_equal(rows[i], wanted)
        np.testing.assert_allclose(scores[i], best[wanted], rtol=1e-5)


def test_search_fills_up_where_the_catalogue_ends() -> None:
    scores, rows = search(FaissIndex.build(unit_rows(5, 8), "x"), unit_rows(1, 8, seed=2)[None], [np.array([3, 1])], 6)
    assert sorted(rows[0].tolist()) == [-1, -1, -1, 0, 2, 4] and (rows[0] == -1).tolist() == [False] * 3 + [True] * 3
    assert np.isinf(scores[0, 3:]).all()


def test_patterns_are_nearly_the_made_ones(task: Task) -> None:
    """k-means may split a kind, and mixes few that lie far apart."""
    kinds = np.array([item.category for item in made_catalog().items])
    commonest = [max(np.unique(kinds[task.pattern == p], return_counts=True)[1]) for p in np.unique(task.pattern)]
    assert sum(commonest) / len(kinds) > 0.8
    assert len(set(task.pattern)) == len(kinds) // ITEMS_PER_PATTERN


def test_given_centres_are_kept() -> None:
    catalog = made_catalog()
    vectors = made_vectors(catalog)
    centres = unit(vectors[::40])
    task = make_task(catalog, FaissIndex.build(vectors, ENCODER.id), 0.4, centres)
    np.testing.assert_array_equal(task.pattern, (vectors @ centres.T).argmax(1))


def test_labels_are_the_attributes_with_few_values() -> None:
    labels = labels_of(made_catalog())
    assert labels.domains == {"size": ["large", "small"], "tone": ["dark", "light", "pale"]}
    for row, item in enumerate(made_catalog().items):
        carried = {labels.names[number] for number in np.flatnonzero(labels.carries[row])}
        assert carried == {("tone", item.labels("tone")[0]), ("size", item.labels("size")[0])}
    with pytest.raises(UserError, match="no attribute domain 'taste': choose from size, tone"):
        labels.number("taste", "sweet")
    with pytest.raises(UserError, match="No item has the tone 'loud': choose from dark, light, pale"):
        labels.number("tone", "loud")


def test_a_catalogue_without_labels_says_what_it_needs() -> None:
    catalog = made_catalog()
    bare = replace(catalog, items=[replace(item, attributes={}) for item in catalog.items])
    with pytest.raises(UserError, match="no labels to steer by"):
        labels_of(bare)


def test_predicted_density_follows_the_measured_one(task: Task) -> None:
    readable = task.labelled
    model = predictor.fit(task.vectors[readable], task.labels.carries[readable])
    held = ~task.trained
    density = model.density(task.vectors[held])
    assert density.shape == (held.sum(), len(task.labels.names)) and (density >= 0).all() and (density <= 1).all()
    for number in range(len(task.labels.names)):
        has = task.labels.carries[held, number]
        assert density[has, number].mean() > density[~has, number].mean() + 0.2


def test_centroids_are_means_of_readable_labels(task: Task) -> None:
    centroids, readable = Centroids.fit(task), task.labelled
    for number in range(len(task.labels.names)):
        own = task.vectors[readable & task.labels.carries[:, number]].mean(0)
        np.testing.assert_allclose(centroids.of[number], own / np.linalg.norm(own), atol=1e-5)


def test_as_many_labels_are_read_as_are_asked_for_and_only_in_training() -> None:
    task = made_task(0.1)
    assert not (task.labelled & ~task.trained).any()
    assert task.labelled.mean() == pytest.approx(0.1, abs=0.04) and task.sparse.mean() == pytest.approx(0.1, abs=0.04)
    assert (task.sparse & ~task.trained).any()  # a filter may know labels anywhere
