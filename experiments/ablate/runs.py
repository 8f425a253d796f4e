"""The training runs of ablations: a folder for each, which resumes it and keeps its curves, and an engine over what it made."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from r4t_demo.engine import Engine
from r4t_demo.files import job_digest, write_atomically
from r4t_demo.train.cli import follow
from r4t_demo.train.core.progress import Progress

EVENTS, STATE = "events.jsonl", "state.safetensors"


@dataclass(frozen=True)
class Budget:
    """What a command was given: where runs are kept, the training steps of each (None: the ablation's own) and the seed."""

    runs: Path
    steps: int | None = None
    seed: int = 0


def folder_of(runs: Path, kind: str, engine: Engine, start: str, **facts: object) -> Path:
    """Return the folder of the run with exactly these ``facts``, the items' vectors and the policy in the checkpoint ``start``.

    They are in the folder's facts.json and shape its name, so that a run is resumed, and shared, by its like alone.
    """
    [weights] = (engine.settings.checkpoints / start).glob("*model.safetensors")  # of a whole model, or of an adapter
    facts |= {start: _digest(weights.read_bytes())}
    facts |= {"items": _digest(np.ascontiguousarray(engine.index.vectors(np.arange(len(engine.index)))).tobytes())}
    folder = runs / "ablate" / f"{kind}-{job_digest(facts)[:12]}"
    text = json.dumps(facts, indent=1, sort_keys=True) + "\n"
    write_atomically(folder / "facts.json", lambda temporary: temporary.write_text(text, encoding="utf-8"))
    return folder


def recorded(records: Iterable[Progress], folder: Path) -> dict[str, dict[int, float]]:
    """Run a training to its end, from where the folder's earlier run stopped; return metric -> {step: value} of both."""
    events = folder / EVENTS
    follow(records, events)
    curves: dict[str, dict[int, float]] = {}
    for line in events.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue  # a killed run may leave half a line; the run that goes on tells its last steps again
        for metric, value in record["metrics"].items():
            if not isinstance(value, str):
                curves.setdefault(metric, {})[record["step"]] = value
    return curves


def over(engine: Engine, checkpoints: Path) -> Engine:
    """The same catalogue, index and encoder with the methods of another folder."""
    return Engine(replace(engine.settings, checkpoints=checkpoints), engine.catalog, engine.index, engine.encoder)


def by_metric(curves: dict[str, dict[str, dict[int, float]]], metrics: Iterable[str]) -> dict[str, dict[str, dict[int, float]]]:
    """Turn variant -> metric -> curve inside out, for the ``metrics`` named."""
    return {metric: {name: of_each[metric] for name, of_each in curves.items()} for metric in metrics}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
