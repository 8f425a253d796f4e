"""The committed catalogue, index and checkpoints, as a visitor meets them."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from r4t_demo.engine import Engine, ResultSet
from r4t_demo.evaluate import oar, suits
from r4t_demo.fanout import language_model
from r4t_demo.index.build import embed_items
from r4t_demo.pattern.steer import METHODS, Steering
from r4t_demo.settings import ROOT, Settings
from tests.doubles import EVERYWHERE

CHECKPOINTS = ("clip-mini", "folm-sft", "folm-mini", "diffusion-mini", "diffusion-teacher", "modit-mini")
PARTS = [ROOT / "assets" / "atelier" / "index", *(ROOT / "checkpoints" / name for name in CHECKPOINTS)]
MISSING = [str(part.relative_to(ROOT)) for part in PARTS if not part.is_dir()]
MISSING += [] if language_model.available(language_model.SMOLLM2) else [language_model.SMOLLM2]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not here: {', '.join(MISSING)}")
FESTIVAL = "bohemian festival style"


@pytest.fixture(scope="module")
def real() -> Engine:
    return Engine.load(Settings())


def first_items(result: ResultSet) -> list:
    return [hits[0].item for hits in result.items]


def test_every_method_is_there(real: Engine) -> None:
    trained = {"diffusion-base", "folm-wscr", "diffusion-wscr"}
    on_demand = trained | {f"{kind}-{task}" for kind in ("folm", "diffusion") for task in ("stylist", "photos")}
    assert set(EVERYWHERE) - set(real.methods()) <= on_demand


def test_the_index_was_made_with_this_encoder_from_these_pictures(real: Engine) -> None:
    rows = np.linspace(0, len(real.catalog) - 1, 12).astype(int)
    embedded = embed_items([real.catalog.items[row] for row in rows], real.encoder)
    # Not to the last bit: another processor multiplies in another format.
    assert np.einsum("nd,nd->n", embedded, real.index.vectors(rows)).min() > 0.998


@pytest.mark.parametrize("method", ["folm", "diffusion"])
def test_a_festival_outfit_is_a_set(real: Engine, method: str) -> None:
    items = first_items(real.run([FESTIVAL], [method])[0])
    assert len({item.item_id for item in items}) == len(items) == 10
    assert len({item.category for item in items}) >= 5


def test_plain_search_is_no_set(real: Engine) -> None:
    queries = [query.query for query in oar.load_queries(real.catalog.root)[::36]]
    plain, fanned = (
        np.mean([len({item.category for item in first_items(result)}) for result in real.run(queries, [method])])
        for method in ("none", "diffusion")
    )
    assert plain < 0.6 * fanned


@pytest.mark.parametrize("method", ["folm", "diffusion"])
def test_words_outside_the_lists_are_understood(real: Engine, method: str) -> None:
    items = first_items(real.run(["coachella outfit"], [method])[0])
    assert sum("office" in item.attributes["aesthetics"] for item in items) <= 1


def test_the_seed_decides(real: Engine) -> None:
    for method in ("zero-shot", "folm", "diffusion"):
        first, again, other = (real.run([FESTIVAL], [method], k=3, seed=seed)[0] for seed in (3, 3, 4))
        np.testing.assert_array_equal(first.vectors, again.vectors)
        assert first.vectors.shape != other.vectors.shape or not np.array_equal(first.vectors, other.vectors)


@pytest.mark.parametrize("method", ["diffusion", "diffusion-teacher"])
def test_the_dial_trades_alignment_against_diversity(real: Engine, method: str) -> None:
    """At rest it gives the very answers that there are without it; its ends differ by far more than seeds do."""
    queries = [query.query for query in oar.load_queries(real.catalog.root, "validation")[::50]]
    plain, close, rest, wide = (real.run(queries, [method], **dial) for dial in ({}, *({"variety": v} for v in (-1.0, 0.0, 1.0))))
    for a, b in zip(plain, rest, strict=True):
        np.testing.assert_array_equal(a.vectors, b.vectors)
        assert a.scores == b.scores and a.sub_queries == b.sub_queries
    diversity, alignment = (
        [np.mean([result.scores[name] for result in results]) for results in (close, rest, wide)]
        for name in ("diversity", "content_alignment")
    )
    assert diversity[0] + 0.1 < diversity[1] < diversity[2] - 0.02
    assert alignment[0] - 0.05 > alignment[1] > alignment[2] + 0.02


def test_more_like_this_stays_near(real: Engine) -> None:
    item = real.catalog.items[0]
    assert sum(hit.item.category == item.category for hit in real.similar(item.item_id, 8)) >= 4


@pytest.fixture(scope="module")
def court(real: Engine) -> dict[str, dict]:
    """A slice of ``evaluate oar``: method -> its figures. The margins are left to the whole of it."""
    queries = oar.load_queries(real.catalog.root)
    return oar.evaluate(real, queries[:: len(queries) // 48][:48], ["none", "sft", "folm", "diffusion"])["methods"]


def test_the_order_of_methods_in_court(court: dict[str, dict]) -> None:
    set_f1 = {name: figure["set_f1"][0] for name, figure in court.items()}
    assert min(set_f1["folm"], set_f1["diffusion"]) > set_f1["none"]


def test_reinforcement_learning_earns_more_of_its_reward_than_its_start(court: dict[str, dict]) -> None:
    """What it is trained for, and that the labels do not pay for it."""
    assert court["folm"]["composite"][0] > court["sft"]["composite"][0]
    assert court["folm"]["set_f1"][0] > 0.95 * court["sft"]["set_f1"][0]


def test_what_is_found_makes_sense(real: Engine) -> None:
    """``evaluate suits``: more kinds that suit than plain search and the thinned pool find, fewer wrong ones than drawn kinds."""
    labelled = suits.load(ROOT / "assets" / "suits" / "atelier.jsonl")
    figures = suits.evaluate(real, labelled, ["none", "mmr", "template", "folm"])["methods"]
    kinds, wrong = (
        {method: figure[metric][0] for method, figure in figures.items()} for metric in ("suiting_categories", "wrong")
    )
    assert kinds["folm"] > max(kinds["none"], kinds["mmr"])
    assert wrong["folm"] < 0.7 * wrong["template"]


def test_steering_finds_what_the_seed_mean_does_not(real: Engine) -> None:
    """A slice of ``evaluate pattern``: more items with the attribute and in the pattern, for seeds that training never saw."""
    steering = Steering.load(real)
    joint = {name: [] for name in METHODS}
    for domain in steering.domains:
        for one in steering.trained.task.seed_sets(domain, "item-holdout", "test", 12):
            seeds = [real.catalog.items[row].item_id for row in one.rows]
            for answer in steering.run(seeds, *steering.trained.task.labels.names[one.attribute])[1]:
                joint[answer.method].append(answer.scores["joint"])
    assert min(np.mean(joint["modit"]), np.mean(joint["hppo"])) > 1.2 * np.mean(joint["seed-mean"])


def test_the_command_line_answers_offline() -> None:
    command = [sys.executable, "-m", "r4t_demo", "fanout", FESTIVAL, "--k", "4", "--n", "2", "--json"]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(command, cwd=ROOT, env=offline, capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    assert [(answer["method"], len(answer["items"][0])) for answer in answers] == [("folm", 2), ("diffusion", 2)]
