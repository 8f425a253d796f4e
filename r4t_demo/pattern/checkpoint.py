"""A steering checkpoint: the patterns, the predictor and the three models of one run, in one folder."""

import contextlib
import copy
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_tensors
from torch import nn

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import check_encoder
from r4t_demo.files import write_atomically
from r4t_demo.index.base import VectorIndex
from r4t_demo.pattern.baselines import Centroids, wanted
from r4t_demo.pattern.context import Context, read
from r4t_demo.pattern.labels import labels_of
from r4t_demo.pattern.model import Modit
from r4t_demo.pattern.own import LABEL_SHARE
from r4t_demo.pattern.predictor import Predictor
from r4t_demo.pattern.recipe import Run
from r4t_demo.pattern.task import SeedSet, Task, make_task
from r4t_demo.train.core.progress import move_folder

CONFIG, PATTERNS, PREDICTOR = "steering.json", "patterns.safetensors", "predictor"
MODELS = ("stage1", "modit", "hppo")
WEIGHTS = "model.safetensors"
TENSORS = (PATTERNS, *(f"{name}/{WEIGHTS}" for name in (PREDICTOR, *MODELS)))  # all numbers of a checkpoint


@dataclass(frozen=True)
class Trained:
    """What a checkpoint gives on its catalogue; ``density`` (n, attributes) is predicted for every item."""

    task: Task
    density: np.ndarray
    centroids: Centroids
    models: dict[str, Modit]

    def queries(self, method: str, rows: np.ndarray, attribute: np.ndarray, seed: int = 0) -> np.ndarray:
        """Unit query vectors (m, d) of a model for seed rows (m, n) and attributes (m,).

        Stage 1 is not told the attribute.
        """
        model = self.models[method]
        if method == "stage1":
            context = read(self.task, rows, np.full_like(attribute, model.none))
        else:
            context = self.context(rows, attribute)
        return model.generate(self.task.vectors, context, range(seed, seed + len(rows)))

    def context(self, rows: np.ndarray, attribute: np.ndarray) -> Context:
        """What a model reads of seed rows (m, n) and attributes (m,)."""
        return read(self.task, rows, attribute, self.density.T[attribute])

    def answer(self, method: str, sets: Sequence[SeedSet]) -> np.ndarray:
        """``queries`` for seed sets."""
        return self.queries(method, np.stack([one.rows for one in sets]), wanted(sets))

    def untrained(self, sets: Sequence[SeedSet]) -> np.ndarray:
        """Unit query vectors (m, d) of a model that is not trained at all."""
        model = next(iter(self.models.values()))
        torch.manual_seed(0)
        fresh = Modit([list(one) for one in model.attributes], dim=model.dim)
        context = self.context(np.stack([one.rows for one in sets]), wanted(sets))
        return fresh.generate(self.task.vectors, context, range(len(sets)))


def of_run(run: Run) -> Trained:
    """What a finished run has trained."""
    return Trained(run.task, run.density, run.centroids, run.models)


def save(run: Run, folder: Path) -> None:
    """Write a finished run; a model card that is there stays."""
    arrays = {"centres": run.task.centres, "attributes": run.centroids.of, "everywhere": run.centroids.everywhere}
    facts = {"label_share": run.plan.label_share, "items": len(run.task.vectors)} | ({"own": True} if run.task.own else {})
    _write(folder, {**run.models, PREDICTOR: run.predictor}, arrays, facts)


def load(folder: Path, catalog: Catalog, index: VectorIndex, encoder: Encoder, own: bool = False) -> Trained:
    """Read a checkpoint for the catalogue that it was trained on; UserError where there is none or it does not fit.

    ``own``: the catalogue is a visitor's own, and the checkpoint is that of a run on it.
    """
    again = "python -m r4t_demo train SOURCE --out DIR" if own else "python -m r4t_demo train modit"
    if not (folder / CONFIG).is_file():
        raise UserError(f"There is no steering model '{folder.name}' for the catalogue '{catalog.name}': run {again}.")
    try:
        config, arrays = json.loads((folder / CONFIG).read_text()), load_file(folder / PATTERNS)
        share, items = config["label_share"], config["items"]
        centres, centroids = arrays["centres"], Centroids(arrays["attributes"], arrays["everywhere"])
        with contextlib.redirect_stdout(sys.stderr):  # the hub mixin talks; standard output is for answers
            models = {name: Modit.from_pretrained(folder / name, strict=True).eval() for name in MODELS}
            predictor = Predictor.from_pretrained(folder / PREDICTOR, strict=True)
    except Exception as error:  # a damaged file can be broken in any way
        reason = f"The steering model '{folder.name}' is damaged ({type(error).__name__})"
        raise UserError(f"{reason}: get its folder anew, or run {again}.") from error
    check_encoder(f"The steering model '{folder.name}'", models["modit"].encoder_id, models["modit"].dim, encoder)
    task = make_task(catalog, index, share, centres, own)
    if len(catalog) != items or task.labels.names != models["modit"].attributes:
        raise UserError(
            f"The steering model '{folder.name}' was trained on another catalogue than '{catalog.name}': "
            f"train one on it with {again}."
        )
    return Trained(task, predictor.density(task.vectors), centroids, models)


def rebuild(tensors: Path, folder: Path, catalog: Catalog, encoder: Encoder) -> None:
    """Make an own catalogue's checkpoint of somebody's numbers alone: the ``tensors`` of TENSORS, and nothing else of a folder.

    What they belong to is told by the catalogue, its labels and the encoder. UserError where their shapes are others than those
    of a run on it, or one of them is no number.
    """
    labels = labels_of(catalog, own=True)
    attributes = [list(name) for name in labels.names]
    models: dict[str, nn.Module] = {name: Modit(attributes, encoder.dim, encoder_id=encoder.id) for name in MODELS}
    models[PREDICTOR] = Predictor(encoder.dim, len(attributes))
    for name, model in models.items():
        model.load_state_dict(_numbers(tensors / name / WEIGHTS, {k: tuple(v.shape) for k, v in model.state_dict().items()}))
    found = load_file(tensors / PATTERNS).get("centres")
    count = 0 if found is None or found.ndim != 2 else len(found)
    if not 1 <= count <= len(catalog):
        raise UserError(f"its steering has {count} patterns for {len(catalog)} items.")
    shapes = {"centres": (count, encoder.dim), "attributes": (len(attributes), encoder.dim), "everywhere": (encoder.dim,)}
    arrays = {name: values.numpy() for name, values in _numbers(tensors / PATTERNS, shapes).items()}
    _write(folder, models, arrays, {"label_share": LABEL_SHARE, "items": len(catalog), "own": True})


def _write(folder: Path, models: Mapping[str, nn.Module], arrays: Mapping[str, np.ndarray], facts: Mapping[str, object]) -> None:
    for name, model in models.items():
        staged = folder / f".{name}.part"
        cast(Modit, copy.deepcopy(model).half()).save_pretrained(staged)  # three networks; rounding changes no answer to speak of
        (staged / "README.md").unlink(missing_ok=True)  # the hub mixin's generic card
        move_folder(staged, folder / name)
    write_atomically(folder / PATTERNS, lambda temporary: save_file(dict(arrays), temporary))
    write_atomically(folder / CONFIG, lambda temporary: temporary.write_text(json.dumps(facts, indent=1) + "\n"))


def _numbers(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """The finite tensors of a file, in float32 or half as wide, which must be of these names and shapes."""
    tensors = load_tensors(path)
    if {name: tuple(values.shape) for name, values in tensors.items()} != shapes:
        raise UserError(f"its steering has other shapes in {path.parent.name}/{path.name} than its labels and encoder give.")
    if not all(values.dtype in (torch.float32, torch.float16) and values.isfinite().all() for values in tensors.values()):
        raise UserError(f"its steering holds what is no number in {path.parent.name}/{path.name}.")
    return tensors
