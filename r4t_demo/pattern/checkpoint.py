"""A steering checkpoint: the patterns, the predictor and the three models of one run, in one folder."""

import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import check_encoder
from r4t_demo.files import write_atomically
from r4t_demo.index.base import VectorIndex
from r4t_demo.pattern.baselines import Centroids, wanted
from r4t_demo.pattern.context import read
from r4t_demo.pattern.model import Modit
from r4t_demo.pattern.predictor import Predictor
from r4t_demo.pattern.recipe import Run
from r4t_demo.pattern.task import SeedSet, Task, make_task
from r4t_demo.train.progress import move_folder

CONFIG, PATTERNS, PREDICTOR = "steering.json", "patterns.safetensors", "predictor"
MODELS = ("stage1", "modit", "hppo")


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
        told = np.full_like(attribute, model.none) if method == "stage1" else attribute
        context = read(self.task, self.density, rows, told)
        return model.generate(self.task.vectors, context, range(seed, seed + len(rows)))

    def answer(self, method: str, sets: Sequence[SeedSet]) -> np.ndarray:
        """``queries`` for seed sets."""
        return self.queries(method, np.stack([one.rows for one in sets]), wanted(sets))

    def guess(self, sets: list[SeedSet]) -> np.ndarray:
        """Unit query vectors (m, d) of a model that is not trained at all: what its parts alone bring."""
        model = next(iter(self.models.values()))
        fresh = Modit([list(one) for one in model.attributes], dim=model.dim)
        fresh.directions.copy_(model.directions)
        context = read(self.task, self.density, np.stack([one.rows for one in sets]), wanted(sets))
        return fresh.generate(self.task.vectors, context, range(len(sets)))


def of_run(run: Run) -> Trained:
    """What a finished run has trained."""
    return Trained(run.task, run.density, run.centroids, run.models)


def save(run: Run, folder: Path) -> None:
    """Write a finished run; a model card that is there stays."""
    for name, model in {**run.models, PREDICTOR: run.predictor}.items():
        staged = folder / f".{name}.part"
        model.save_pretrained(staged)
        (staged / "README.md").unlink(missing_ok=True)  # the hub mixin's generic card
        move_folder(staged, folder / name)
    arrays = {"centres": run.task.centres, "attributes": run.centroids.of, "everywhere": run.centroids.everywhere}
    write_atomically(folder / PATTERNS, lambda temporary: save_file(arrays, temporary))
    config = {"label_share": run.plan.label_share, "items": len(run.task.vectors)}
    write_atomically(folder / CONFIG, lambda temporary: temporary.write_text(json.dumps(config, indent=1) + "\n"))


def load(folder: Path, catalog: Catalog, index: VectorIndex, encoder: Encoder) -> Trained:
    """Read a checkpoint for the catalogue that it was trained on; UserError where there is none or it does not fit."""
    if not (folder / CONFIG).is_file():
        missing = f"There is no steering model '{folder.name}' for the catalogue '{catalog.name}'"
        raise UserError(f"{missing}: run python -m r4t_demo train modit.")
    try:
        config, arrays = json.loads((folder / CONFIG).read_text()), load_file(folder / PATTERNS)
        share, items = config["label_share"], config["items"]
        centres, centroids = arrays["centres"], Centroids(arrays["attributes"], arrays["everywhere"])
        with contextlib.redirect_stdout(sys.stderr):  # the hub mixin talks; standard output is for answers
            models = {name: Modit.from_pretrained(folder / name, strict=True).eval() for name in MODELS}
            predictor = Predictor.from_pretrained(folder / PREDICTOR, strict=True)
    except Exception as error:  # a damaged file can be broken in any way
        reason = f"The steering model '{folder.name}' is damaged ({type(error).__name__})"
        raise UserError(f"{reason}: get its folder anew, or run python -m r4t_demo train modit.") from error
    check_encoder(f"The steering model '{folder.name}'", models["modit"].encoder_id, models["modit"].dim, encoder)
    task = make_task(catalog, index, share, centres)
    if len(catalog) != items or task.labels.names != models["modit"].attributes:
        raise UserError(
            f"The steering model '{folder.name}' was trained on another catalogue than '{catalog.name}': "
            "train one on it with python -m r4t_demo train modit."
        )
    return Trained(task, predictor.density(task.vectors), centroids, models)
