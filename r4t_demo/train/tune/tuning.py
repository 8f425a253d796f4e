"""The trained stages of a run on one catalogue, each of which goes on from what it has written.

Few steps suffice because nothing starts anew: the policy starts as the app's FOLM, the retriever and its student as the app's.
The steering models, which know a catalogue's labels and patterns alone, are small enough to be trained from the beginning.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.fanout.registry import OWN
from r4t_demo.files import replace as put
from r4t_demo.files import work_folder
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.settings import Settings
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.tune import catalog_queries
from r4t_demo.train.tune.presets import Preset

if TYPE_CHECKING:
    from r4t_demo.pattern.task import Task

STATES = "states"
TUNED = (*OWN.values(), STEERING)  # the folders of the models
START = "folm-mini"  # the policy's start
# Chosen on 300 photos of the train rows: a small budget ends before a longer warm-up, and with less weight on diversity eleven
# rollouts make lists no more diverse than the app's own. Twenty with (0.2, 0.35, 0.45) do more for photos, and narrow the songs'.
WEIGHTS = (0.35, 0.3, 0.35)  # groundedness, diversity, alignment
RATE, WARM_UP = 3e-4, 3
# Learns in ten rollouts what a list's one advantage takes a hundred for (``soft_grpo``).
CREDIT: Literal["sub-query"] = "sub-query"
REQUESTS = 1200  # whose candidates HPPO learns from, where a plan is not scaled; the app's own recipe takes longer over them
EVERY_ROLLOUTS, EVERY_STEPS = 4, 40  # between two states; a kill costs no more


@dataclass
class Tuning:
    """The trained stages of one run; each is a generator that reuses the step's own trainer and resumes from its state."""

    engine: Engine
    preset: Preset
    seed: int

    @classmethod
    def on(cls, out: Path, settings: Settings, preset: Preset, seed: int = 0) -> "Tuning":
        """On the prepared catalogue ``out``."""
        return cls(Engine.load(replace(settings, catalog=str(out.resolve()), index="")), preset, seed)

    @cached_property
    def out(self) -> Path:
        """The catalogue's folder, which the models go into."""
        return self.engine.catalog.root

    @cached_property
    def queries(self) -> dict[str, list[str]]:
        """split -> its queries."""
        made = catalog_queries.load(self.out)
        return {split: [one.query for one in made if one.split == split] for split in ("train", "validation", "test")}

    @cached_property
    def job(self) -> dict[str, Any]:
        """Everything that shapes the result, as a JSON value: what another job has left is not gone on with."""
        folders = [self.engine.settings.checkpoints / name for name in OWN]
        weights = [path for folder in folders for path in sorted(folder.glob("*model.safetensors"))]
        return {
            "catalog": self.engine.catalog.fingerprint, "encoder": [self.engine.encoder.id, self.engine.encoder.digest],
            "start": [hashlib.sha256(path.read_bytes()).hexdigest() for path in weights], "preset": asdict(self.preset),
            "queries": hashlib.sha256(json.dumps(self.queries).encode()).hexdigest(), "seed": self.seed,
            "labels": hashlib.sha256(self._labels).hexdigest(),
        }  # fmt: skip

    @cached_property
    def task(self) -> "Task | None":
        """What steering is trained on; None where there is nothing to steer by."""
        from r4t_demo.pattern.own import task_of

        try:
            return task_of(self.engine.catalog, self.engine.index)
        except UserError:  # of which the page tells the reason
            return None

    @cached_property
    def states(self) -> Path:
        """Where the stages' states are, and those of no other job."""
        return work_folder(self.out / STATES, self.job)

    @property
    def models(self) -> Path:
        """Where the models are until all of them are there: nobody shall be answered with a part of them."""
        return self.states / "models"

    def publish(self) -> None:
        """Put all models into the catalogue's folder, which from then on answers with them."""
        for name in TUNED:
            if (self.models / name).is_dir():
                put(self.models / name, self.out / name)

    def policy(self) -> Iterator[Progress]:
        """Soft-GRPO on the catalogue's own index; every few rollouts it answers one query that it does not practise on."""
        from r4t_demo.fanout.folm import Folm
        from r4t_demo.fanout.language_model import below
        from r4t_demo.train.folm import soft_grpo
        from r4t_demo.train.folm.policy import LoraPolicy

        start = self.engine.settings.checkpoints / START
        folm = Folm.load(start, self.engine.encoder, catalog=self.engine.catalog, merge=False)
        policy = LoraPolicy(folm, below(start))
        watch = (self.queries["validation"] or self.queries["test"])[0]
        [[before]] = folm.sample_lists([watch], self.engine.encoder.encode_text([watch]), 10, 1)
        yield Progress("soft-grpo", 0, self.preset.rollouts, answer=self._answer(watch, before))
        records = soft_grpo.train(
            policy, self.queries["train"], self.engine.index, self.states / "soft-grpo.safetensors",
            steps=self.preset.rollouts, reward=soft_grpo.OarReward(WEIGHTS), group=self.preset.group,
            batch=self.preset.batch, micro=16, credit=CREDIT, rate=RATE,
            warm_up=WARM_UP, seed=self.seed, watch=watch, every=EVERY_ROLLOUTS,
        )  # fmt: skip
        for record in records:
            sample = record.metrics.get("sample")
            yield replace(record, answer=self._answer(watch, str(sample).split("; "))) if sample else record
        policy.save(self.models / OWN["folm-mini"])

    def supervision(self) -> Iterator[Progress]:
        """The tuned policy writes the retriever's training sets, for training queries alone."""
        from r4t_demo.fanout.folm import Folm
        from r4t_demo.train.diffusion import supervision

        writer = Folm.load(self.models / OWN["folm-mini"], self.engine.encoder, catalog=self.engine.catalog)
        yield from supervision.write(
            writer, self.queries["train"], self.engine.index, self.states / "supervision",
            samples=self.preset.samples, batch=32, seed=self.seed,
        )  # fmt: skip

    def retriever(self) -> Iterator[Progress]:
        """The many-step retriever goes on from the app's own."""
        from r4t_demo.train.diffusion.fit import fit_retriever

        yield from fit_retriever(
            self.engine, self.queries["train"], self.states / "supervision", self.states / "diffusion.safetensors",
            self.models / OWN["diffusion-teacher"], steps=self.preset.diffusion_steps, seed=self.seed,
            start=self.engine.settings.checkpoints / "diffusion-teacher", rate=5e-4, every=EVERY_STEPS,
            bank=catalog_queries.readings(self.engine.catalog, self.engine.index.vectors(np.arange(len(self.engine.index)))),
        )  # fmt: skip

    def student(self) -> Iterator[Progress]:
        """The one-call student goes on from the app's own, on the same sets."""
        from r4t_demo.fanout.denoiser import SetDenoiser
        from r4t_demo.fanout.diffusion import DiffusionRetriever
        from r4t_demo.fanout.retriever import load_bank, load_network
        from r4t_demo.train.diffusion import edm, one_step, relevance
        from r4t_demo.train.diffusion.fit import training_sets

        sets, _ = training_sets(self.engine, self.queries["train"], self.states / "supervision")
        start = load_network(SetDenoiser, self.engine.settings.checkpoints / "diffusion-mini", self.engine.encoder)
        student = yield from one_step.tune(
            start, sets, self.states / "one-step.safetensors", steps=self.preset.student_steps, seed=self.seed, every=EVERY_STEPS
        )
        bank = load_bank(self.models / OWN["diffusion-teacher"])
        thinned = relevance.like_sets(DiffusionRetriever(student, *bank, self.engine.index), self.queries["train"], sets)
        edm.save(student, *bank, self.models / OWN["diffusion-mini"], thinned)

    def steering(self) -> Iterator[Progress]:
        """MO-DiT and HPPO on the catalogue's own labels, where it has any to steer by."""
        from r4t_demo.pattern import checkpoint, own
        from r4t_demo.pattern.recipe import Plan, Run

        assert self.task
        plan = Plan(label_share=own.LABEL_SHARE, requests=REQUESTS, seed=self.seed).scaled(self.preset.steering)
        yield Progress("steering", 0, sum(plan.lengths.values()))
        run = Run(self.task, plan, self.states / "steering", self.engine.encoder.id)
        yield from _joined(map(_told_apart, run.train()), "steering", plan.lengths)
        checkpoint.save(run, self.models / STEERING)

    @property
    def _labels(self) -> bytes:
        """Who carries what, where there is something to steer by."""
        return json.dumps(self.task.labels.names).encode() + self.task.labels.carries.tobytes() if self.task else b""

    def _answer(self, query: str, texts: Sequence[str]) -> dict[str, str | list[str]]:
        rows = self.engine.index.search(self.engine.encoder.encode_text(texts), 1)[1][:, 0]
        return {"query": query, "sub_queries": list(texts), "items": [self.engine.catalog.items[row].item_id for row in rows]}


def _told_apart(record: Progress) -> Progress:
    """The record with HPPO's loss, which is of another kind than those before it, under a name of its own."""
    name = "preference_loss" if record.stage == "hppo" else "loss"
    return replace(record, metrics={name if key == "loss" else key: value for key, value in record.metrics.items()})


def _joined(run: Iterator[Progress], name: str, lengths: Mapping[str, int]) -> Iterator[Progress]:
    """Tell the records of stages that follow each other as those of one stage; ``lengths`` are their shares of its steps."""
    before = dict(zip(lengths, accumulate(lengths.values(), initial=0), strict=False))
    for record in run:
        step = before[record.stage] + lengths[record.stage] * record.step // record.total
        yield Progress(name, step, sum(lengths.values()), record.metrics)
