"""Ablations of the retriever's training data: each variant trains the many-step retriever anew, on lists of the same policy for
the same few steps, and is measured as ``diffusion-teacher``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.ablate.report import Ablation, Row
from experiments.ablate.runs import STATE, Budget, by_metric, folder_of, over, recorded
from r4t_demo.engine import Engine
from r4t_demo.evaluate.oar import TestQuery, measure
from r4t_demo.fanout.folm import Folm
from r4t_demo.train.cli import follow
from r4t_demo.train.data import corpus
from r4t_demo.train.diffusion import supervision
from r4t_demo.train.diffusion.fit import fit_retriever
from r4t_demo.train.folm.soft_grpo import OarReward
from r4t_demo.train.recipes import OAR_WEIGHTS

QUERIES, STEPS = 1500, 900
POLICY, METHOD = "folm-mini", "diffusion-teacher"
SAME = (
    "The network has no position embeddings, and noise has no order, so the loss does not see the order of rows: what differs "
    "here is chance."
)


@dataclass(frozen=True)
class Variant:
    """``samples`` lists a query, of which the ``keep`` best by the reward go on (None: all); whether rows are permuted."""

    samples: int = 2
    keep: int | None = None
    permute: bool = True


FILTERS = {"two a query": Variant(), "best two of eight": Variant(8, 2), "all eight": Variant(8)}
ORDERS = {"permuted": Variant(), "as written": Variant(permute=False)}


def filter(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """The filter of ``supervision --keep``: as many lists without it, and all from which it chose, beside it."""
    return _compare(engine, queries, FILTERS, budget)


def permutation(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """The rows of a set in a new order at each step (the paper), and as the policy wrote them."""
    return _compare(engine, queries, ORDERS, budget, notes=[SAME])


def _compare(
    engine: Engine, queries: Sequence[TestQuery], variants: dict[str, Variant], budget: Budget, notes: Sequence[str] = ()
) -> Ablation:
    steps = budget.steps or STEPS
    every = corpus.everyday_requests(engine.settings.assets)
    asked = random.Random(budget.seed).sample(every, min(QUERIES, len(every)))
    rows, curves = [], {}
    for name, variant in variants.items():
        facts = {"samples": variant.samples, "keep": variant.keep, "queries": len(asked), "seed": budget.seed}
        written = folder_of(budget.runs, "supervision", engine, POLICY, **facts)
        folder = folder_of(budget.runs, "retriever", engine, POLICY, **facts, permute=variant.permute, steps=steps)
        folm = Folm.load(engine.settings.checkpoints / POLICY, engine.encoder, catalog=engine.catalog)
        best = supervision.Best(variant.keep, OarReward(OAR_WEIGHTS)) if variant.keep else None
        pairs = written / "pairs"
        follow(supervision.write(folm, asked, engine.index, pairs, samples=variant.samples, best=best, seed=budget.seed), None)
        records = fit_retriever(
            engine, asked, pairs, folder / STATE, folder / METHOD, steps=steps, seed=budget.seed, permute=variant.permute
        )
        curves[name] = recorded(records, folder)
        rows.append(Row(name, measure(over(engine, folder), queries, METHOD)))
    spent = {"training_queries": len(asked), "steps": steps}
    return Ablation(rows, curves=by_metric(curves, ["loss"]), notes=notes, budget=spent)
