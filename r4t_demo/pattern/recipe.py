"""All of MO-DiT + HPPO on one catalogue, in one resumable run: predictor, three stages, candidate pool, preferences."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from r4t_demo.files import job_digest
from r4t_demo.pattern import hppo, predictor, train
from r4t_demo.pattern.baselines import Centroids
from r4t_demo.pattern.model import Modit
from r4t_demo.pattern.task import Task
from r4t_demo.train.core.progress import Progress

RATE = 1e-3
SIZES = ("raw", "ordered", "tails", "requests", "preference")  # of a plan
REQUESTS_A_STEP = 8  # whose candidates are made and labelled in about the time of a step


@dataclass(frozen=True)
class Plan:
    """How a run goes; what ablations change. Steps of 0 leave a stage out.

    ``label_share`` of the catalogue's items carry labels. ``order`` is that of stage 2, ``policy`` the part of the candidate pool
    that preferences are made of, ``pareto`` the filter on them.
    """

    label_share: float = 0.1
    raw: int = 200
    ordered: int = 300
    tails: int = 900
    requests: int = 3000
    preference: int = 660
    order: str = "sorted"
    policy: str = "hybrid"
    pareto: bool = True
    seed: int = 0

    def scaled(self, tails: int) -> "Plan":
        """The same with so many steps of stage 3, and as many more or fewer of everything else."""
        sizes = {name: getattr(self, name) * tails // self.tails for name in SIZES}
        return replace(self, **sizes)

    @property
    def lengths(self) -> dict[str, int]:
        """stage -> its steps, or of the candidate pool about as many as it takes as long as."""
        pool = self.requests // REQUESTS_A_STEP
        return {"raw": self.raw, "ordered": self.ordered, "tails": self.tails, "pool": pool, "hppo": self.preference}


class Run:
    """One training run on a task. ``train()`` yields progress; afterwards ``predictor``, ``centroids`` and ``models`` are there.

    ``models``: "stage1", "modit" (after stage 3) and "hppo". Every stage keeps its state in ``states`` under a digest of all that
    shaped it, so that a cut run goes on where it stopped and runs that differ only in a later stage share the earlier ones.
    """

    def __init__(self, task: Task, plan: Plan, states: Path, encoder_id: str = ""):
        self.task, self.plan, self.states = task, plan, states
        self.models: dict[str, Modit] = {}
        known = task.labelled
        content = b"".join(
            np.ascontiguousarray(part).tobytes() for part in (task.vectors, task.labels.carries[known], task.pattern)
        )
        self._facts = {"content": hashlib.sha256(content).hexdigest(), "seed": plan.seed, "labels": plan.label_share}
        self.predictor = predictor.fit(task.vectors[known], task.labels.carries[known], plan.seed)
        self.density = self.predictor.density(task.vectors)
        self.centroids = Centroids.fit(task)
        self._trajectories = train.Trajectories(task, self.density)
        torch.manual_seed(plan.seed)
        self._model = Modit([list(name) for name in task.labels.names], dim=task.vectors.shape[1], encoder_id=encoder_id)

    def train(self) -> Iterator[Progress]:
        """Run every stage; yields the progress of each."""
        plan = self.plan
        yield from self._stage("raw", train.raw, plan.raw)
        self._keep("stage1")
        yield from self._stage("ordered", train.ordered, plan.ordered, order=plan.order)
        yield from self._stage("tails", train.tails, plan.tails)
        self._keep("modit")
        if plan.preference:
            yield from self._preferences()
            self._keep("hppo")

    def _stage(self, name: str, draw, steps: int, **facts: object) -> Iterator[Progress]:
        if steps:
            state = self._state(name, steps=steps, **facts)
            made = self._trajectories.ordered(str(facts.get("order", "sorted")))
            yield from train.run_stage(name, self._model, made, draw, state, steps=steps, rate=RATE, seed=self.plan.seed)

    def _preferences(self) -> Iterator[Progress]:
        plan = self.plan
        path = self._state("pool", requests=plan.requests).with_suffix(".npz")
        if not path.exists():
            yield from hppo.write_pool(
                self.task, self._model, self.density, self.centroids, path, requests=plan.requests, seed=plan.seed
            )
        pool = hppo.read_pool(path).of(plan.policy)
        state = self._state("hppo", steps=plan.preference, policy=plan.policy, pareto=plan.pareto)
        yield from hppo.optimise(
            self._model, self.task.vectors, pool, state, steps=plan.preference, pareto=plan.pareto, seed=plan.seed
        )

    def _state(self, name: str, **facts: object) -> Path:
        """Where a stage's state lies: under the digest of what shaped it, the stages before it included."""
        self._facts |= {f"{name}.{key}": value for key, value in facts.items()}
        return self.states / f"{name}-{job_digest(self._facts)[:12]}.safetensors"

    def _keep(self, name: str) -> None:
        model = Modit([list(one) for one in self._model.attributes], dim=self._model.dim, encoder_id=self._model.encoder_id)
        model.load_state_dict(self._model.state_dict())
        self.models[name] = model.eval()
