"""Ablations of the reward: each variant trains the policy anew from folm-sft, for the same few rollouts with the same seed.

The paper's own ablation: groundedness alone makes degenerate strings, groundedness and alignment make paraphrases, all three are
stable; and a sweep over the weights. Here a dropped term has the weight 0 and the others keep the served policy's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from experiments.ablate.report import Ablation, Row
from experiments.ablate.runs import STATE, Budget, by_metric, folder_of, over, recorded
from r4t_demo.engine import Engine
from r4t_demo.evaluate.oar import TestQuery, measure
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import interval
from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.language_model import below
from r4t_demo.train.data import corpus
from r4t_demo.train.folm import soft_grpo
from r4t_demo.train.folm.policy import LoraPolicy
from r4t_demo.train.recipes import MICRO, OAR_WEIGHTS

BEFORE, START = "before training", "folm-sft"
ALL = "all three"
RATE = 3e-4  # ten times the recipe's: what a term does shall be seen in a few rollouts
GROUND, _, ALIGN = OAR_WEIGHTS
TERMS = {"ground": (1.0, 0.0, 0.0), "ground + align": (GROUND, 0.0, ALIGN), ALL: OAR_WEIGHTS}
WEIGHTS = {
    "6 : 2 : 2": (0.6, 0.2, 0.2),
    "4 : 3 : 3": (0.4, 0.3, 0.3),
    "2 : 4 : 4": (0.2, 0.4, 0.4),
}  # of the same three, in order
ROLLOUTS, BATCH = 12, 16
CURVES = ("reward", *soft_grpo.OarReward.names, "entropy", "frac_reward_zero_std")
COLLAPSE = 0.5  # of the diversity before training: less, with the whole interval, is called a collapse
WATCHED = 3  # queries whose lists are kept


def reward_terms(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """Groundedness alone, with alignment, and with diversity too; the notes say whether the sets collapse without diversity."""
    ablation = _compare(engine, queries, TERMS, budget)
    bootstrap = ClusterBootstrap([query.term for query in queries])
    diversity = {row.name: cast(np.ndarray, row.values["diversity"]) for row in ablation.rows}
    notes = [
        _told(name, *(cast(list[float], bootstrap.ratio(diversity[name], diversity[other])) for other in (BEFORE, ALL)))
        for name, weights in TERMS.items()
        if weights[1] == 0
    ]
    return replace(ablation, notes=notes)


def weights(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """The paper's sweep over the weights of groundedness, diversity and alignment."""
    return _compare(engine, queries, WEIGHTS, budget)


def _compare(engine: Engine, queries: Sequence[TestQuery], variants: Mapping[str, Sequence[float]], budget: Budget) -> Ablation:
    steps = budget.steps or ROLLOUTS
    curves = {}
    trained = {BEFORE: (engine, "sft")}
    for name, chosen in variants.items():
        facts = {"weights": list(chosen), "steps": steps, "batch": BATCH, "seed": budget.seed}
        folder = folder_of(budget.runs, "policy", engine, START, **facts)
        curves[name] = _train(engine, folder, chosen, steps, budget.seed)
        trained[name] = (over(engine, folder), "folm")
    rows = [Row(name, measure(own, queries, method)) for name, (own, method) in trained.items()]
    watched = [query.query for query in queries[:: -(-len(queries) // WATCHED)]]
    samples = {
        name: {result.query: result.sub_queries for result in own.run(watched, [method], seed=budget.seed)}
        for name, (own, method) in trained.items()
    }
    spent = {"rollouts": steps, "queries_a_rollout": BATCH}
    return Ablation(rows, curves=by_metric(curves, CURVES), samples=samples, budget=spent)


def _train(engine: Engine, folder: Path, chosen: Sequence[float], steps: int, seed: int) -> dict[str, dict[int, float]]:
    """Train a policy, leave it as the folder's folm-mini, and return its curves."""
    start = engine.settings.checkpoints / START
    policy = LoraPolicy(Folm.load(start, engine.encoder, catalog=engine.catalog, merge=False), below(start))
    records = soft_grpo.train(
        policy, corpus.everyday_requests(engine.settings.assets), engine.index, folder / STATE,
        steps=steps, reward=soft_grpo.OarReward(chosen), rate=RATE, micro=MICRO, seed=seed, batch=BATCH,
    )  # fmt: skip
    curves = recorded(records, folder)
    policy.save(folder / "folm-mini")
    return curves


def _told(name: str, before: Sequence[float], whole: Sequence[float]) -> str:
    """Whether the sets collapse; both [ratio of diversities, lo, hi], to that before training and to that of the whole reward."""
    high = before[2]
    verdict = "they collapse" if high < COLLAPSE else "they narrow, and do not collapse" if high < 1 else "no narrowing is clear"
    found = f"{interval(before, 2)} times the diversity that they had {BEFORE}, and {interval(whole, 2)} times that of {ALL}"
    return f"Without the diversity term ({name}), the sets have {found}: {verdict} in this budget."
