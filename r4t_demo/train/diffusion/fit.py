"""From the pairs that the FOLM has written to a checkpoint of the many-step retriever."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.fanout.denoiser import SetDenoiser
from r4t_demo.fanout.retriever import load_bank, load_network
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.diffusion import edm, supervision
from r4t_demo.train.diffusion.sets import TrainingSets

FEW_ITEMS = 100  # in a catalogue of fewer, two lists for one query hardly find a dozen different ones


def training_sets(engine: Engine, queries: Sequence[str], written: Path) -> tuple[TrainingSets, list[str]]:
    """The sets that a retriever learns from what ``supervision`` has ``written`` for ``queries``, and the bank of phrases."""
    pairs = supervision.read(written, queries, engine.index, engine.encoder.id)
    few = len(engine.index) < FEW_ITEMS
    query_of, rows = supervision.widen(pairs.query_of, pairs.rows, edm.SLOTS, repeat=few)
    if not len(rows):
        raise UserError(
            "No query has two lists of enough different targets to learn from: write more with supervision --samples, or, on a "
            "catalogue of your own, take a larger budget."
        )
    return TrainingSets(engine.encoder.encode_text(queries), query_of, rows, pairs.targets), pairs.bank


def fit_retriever(
    engine: Engine, queries: Sequence[str], written: Path, state: Path, out: Path, *,
    steps: int, seed: int, start: Path | None = None, bank: tuple[list[str], np.ndarray] | None = None, **options: Any,
) -> Iterator[Progress]:  # fmt: skip
    """Train the many-step retriever on the pairs that ``supervision`` has ``written`` for ``queries``, and save it in ``out``.

    ``start`` is a checkpoint to go on from. ``bank``: phrases and their unit vectors (n, d), by which directions are read;
    without it, what the lists have in common, and where that is nothing, the phrases of ``start``. ``options`` go to
    ``edm.train``.
    """
    sets, phrases = training_sets(engine, queries, written)
    if start:
        model = load_network(SetDenoiser, start, engine.encoder)
        ema = copy.deepcopy(model).requires_grad_(False)
        phrases = phrases or load_bank(start)[0]
    else:
        model, ema = edm.new_models(engine.encoder.dim, edm.SLOTS, engine.encoder.id)
    yield from edm.train(model, ema, sets, state, steps=steps, seed=seed, **options)
    phrases, vectors = bank or (phrases, engine.encoder.encode_text(phrases))
    edm.save(ema, phrases, vectors, out)
