"""Ablations that train nothing: the checkpoints asked for fewer directions, with other steps, under another guidance."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from experiments.ablate.report import Ablation, Row
from experiments.ablate.runs import Budget
from r4t_demo.engine import MAX_STEPS, Engine
from r4t_demo.evaluate.oar import TestQuery, measure
from r4t_demo.fanout.diffusion import DiffusionRetriever

KS = (2, 4, 6, 8, 10)
STEPS = (1, 2, 3, 5, 8, 16, 32, 64, 128, MAX_STEPS)
WEIGHTS = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
BY_K = ("mmr", "template", "folm", "diffusion")


def k(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """The number of directions. Coverage and diversity are shares of k, so that they can be compared."""
    names = [name for name in BY_K if name in engine.methods()]
    return Ablation(
        [Row(name, measure(engine, queries, name, k=count), count) for name in names for count in KS], "directions (k)"
    )


def sampler_steps(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """The steps of Heun's method; n of them are 2n - 1 guided network calls."""
    rows = [Row("diffusion-teacher", measure(engine, queries, "diffusion-teacher", steps=count), count) for count in STEPS]
    return Ablation(rows, "sampler steps", doubling=True)


def guidance(engine: Engine, queries: Sequence[TestQuery], budget: Budget) -> Ablation:
    """The weight of classifier-free guidance in the many-step retriever."""
    rows = []
    for weight in WEIGHTS:
        with guided(cast(DiffusionRetriever, engine.fanouts["diffusion-teacher"]), weight):
            rows.append(Row("diffusion-teacher", measure(engine, queries, "diffusion-teacher"), weight))
    return Ablation(rows, "guidance (1 is none)")


@contextmanager
def guided(retriever: DiffusionRetriever, weight: float) -> Iterator[None]:
    """Another guidance for a while."""
    model = retriever.model
    own, model.guidance = model.guidance, weight
    try:
        yield
    finally:
        model.guidance = own
