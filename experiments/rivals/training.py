"""Train the set regressor on the diffusion retriever's own training sets, for as long and with the same moving average.

Two losses, both a squared error. The plain one holds the sets in the order in which the language model wrote them, so that slot
i learns the mean of the i-th targets; permuting the rows, as diffusion does, would make all slots learn one mean. The matched
one has no order to hold on to (``sets.match``).
"""

import copy
from collections.abc import Iterator
from pathlib import Path

import torch

from experiments.rivals.regression import SetRegressor
from r4t_demo import minilm
from r4t_demo.engine import Engine
from r4t_demo.train.core.descent import descend
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.data import corpus
from r4t_demo.train.diffusion import edm
from r4t_demo.train.diffusion.fit import training_sets
from r4t_demo.train.diffusion.sets import TrainingSets, match, set_loss


def make(engine: Engine, name: str, runs: Path, steps: int | None, seed: int) -> Iterator[Progress]:
    """Train the regressor ``name`` on the pairs that ``supervision`` left in ``runs``, and save it as a checkpoint."""
    settings = engine.settings
    queries = corpus.distillation_queries(settings.assets, corpus.everyday_words(minilm.folder() / "vocab.txt"))
    sets, phrases = training_sets(engine, queries, runs / "supervision")
    model, ema = new_models(engine.encoder.dim, edm.SLOTS, engine.encoder.id)
    state, matched = runs / f"{name}.safetensors", name == "regression-matched"
    yield from train(model, ema, sets, state, matched=matched, steps=steps or edm.STEPS, seed=seed)
    edm.save(ema, phrases, engine.encoder.encode_text(phrases), settings.checkpoints / name)


def train(
    model: SetRegressor, ema: SetRegressor, sets: TrainingSets, state: Path, *,
    matched: bool, steps: int, batch: int = 128, rate: float = 1e-3, decay: float = 0.998, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Update ``model`` and its moving average ``ema`` in place; ``descend`` yields and resumes."""

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        targets, queries = sets.draw(batch, generator)
        return loss(model(queries), targets, matched=matched)

    stage = "regression-matched" if matched else "regression"
    return descend(stage, model, ema, loss_of, state, steps=steps, rate=rate, decay=decay, seed=seed)


def loss(predicted: torch.Tensor, targets: torch.Tensor, *, matched: bool) -> torch.Tensor:
    """Return the squared error of sets (B, slots, d); ``matched``: of all orders of a set's targets, the smallest."""
    return set_loss(predicted, match(predicted, targets) if matched else targets)


def new_models(dim: int, slots: int, encoder_id: str) -> tuple[SetRegressor, SetRegressor]:
    """Return an untrained regressor of mini's size and its moving average."""
    torch.manual_seed(0)
    model = SetRegressor(dim=dim, slots=slots, encoder_id=encoder_id)
    return model, copy.deepcopy(model).requires_grad_(False)
