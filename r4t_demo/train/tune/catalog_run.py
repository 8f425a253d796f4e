"""All of both methods on one catalogue, in minutes: read, embed, queries, Soft-GRPO, supervision, diffusion, one step, steering,
comparison.

The folder of the result *is* a catalogue's folder (items.parquet, images/, index/) that also holds the models tuned to it, folm/,
diffusion/, diffusion-teacher/ and, where the catalogue has labels to steer by, steering/; and how they compare, comparison.json
and README.md. So ``--catalog FOLDER`` answers with them.

Few steps suffice because nothing starts anew: the policy starts as the app's FOLM, the retriever and its student as the app's.
The steering models, which know a catalogue's labels and patterns alone, are small enough to be trained from the beginning.
Every stage goes on from what it has written; states lie in states/ until the run is complete.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.errors import Unsure, UserError
from r4t_demo.fanout.registry import OWN
from r4t_demo.files import replace as put
from r4t_demo.files import work_folder
from r4t_demo.index.build import ensure_index
from r4t_demo.index.places import open_index
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.settings import Settings
from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import ingest, is_read, read_report
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.tune import catalog_queries, comparison
from r4t_demo.train.tune.presets import MIN_ITEMS, PREPARATION, PRESETS, QUERIES, Clock, Preset, plan

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
EVERY_ROLLOUTS, EVERY_STEPS = 4, 40  # between two states; a kill costs no more


def prepare(
    source: str,
    out: Path,
    settings: Settings,
    queries: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    ask: Path | None = None,
) -> Iterator[Progress]:
    """Read and embed ``source`` into the catalogue ``out`` and make its queries, or take ``queries``.

    ``columns``, column -> role, says what the columns of its table are where the readers should not guess. Where they are in
    doubt and none is given, columns.json is written into the folder ``ask``, if there is one, and an Unsure raised.

    What is done already is not done again; what was made of the source as it was read before is removed. UserError where there
    are fewer than MIN_ITEMS items, or too few queries.
    """
    opened = open_source(source, columns)
    if ask and not columns and opened.understood and not opened.understood.sure:
        opened.understood.save(ask)
        raise Unsure(opened.understood.why)
    if not is_read(opened, out):
        forget(out)
        for name in (catalog_queries.FILE, catalog_queries.UNDERSTOOD):
            (out / name).unlink(missing_ok=True)
    for record in ingest(opened, out, threads=settings.threads):
        yield Progress("read", cast(int, record["step"]), cast(int, record["total"] or record["step"]))
    catalog = Catalog.load(out)
    if len(catalog) < MIN_ITEMS:
        found = f"{len(catalog)} item{'s' if len(catalog) > 1 else ''}"
        raise UserError(f"The catalogue has {found}, and at least {MIN_ITEMS} are needed to train on it. {_skipped(out)}")
    yield Progress("embed", 0, len(catalog))
    encoder = Encoder.load(settings.encoder)
    for embedded in ensure_index(catalog, encoder, settings.threads):
        yield Progress("embed", cast(int, embedded["step"]), cast(int, embedded["total"]))
    catalog = Catalog.load(out)  # with what was seen in it
    yield Progress("queries", 0, 1)
    if queries is not None or not (out / catalog_queries.FILE).is_file():
        understood = catalog_queries.understand(catalog, open_index("", catalog, encoder.id), encoder)
        made = catalog_queries.make_queries(catalog, understood, QUERIES)
        made = made if queries is None else catalog_queries.posed(queries, made)
        catalog_queries.check(made)
        catalog_queries.save(out, made, understood)
    yield Progress("queries", 1, 1)


def run(
    source: str,
    out: Path,
    settings: Settings,
    budget: str,
    queries: Sequence[str] | None = None,
    seed: int = 0,
    columns: Mapping[str, str] | None = None,
    ask: Path | None = None,
) -> Iterator[Progress]:
    """``prepare``, train and compare; the records' metrics also have "seconds_left", corrected as the run goes on.

    Another run of the same command goes on where this one stopped, and does nothing where it is complete.
    """
    if budget not in PRESETS:
        raise UserError(f"There is no budget '{budget}': choose from {', '.join(PRESETS)}.")
    preset, clock = PRESETS[budget], None
    for record in prepare(source, out, settings, queries, columns, ask):
        if clock is None and record.total and record.stage in PREPARATION:
            clock = Clock(plan(preset, record.total))
        yield _timed(record, clock)
    yield _timed(Progress("soft-grpo", 0, 0), clock)  # which loads the models
    tuning = Tuning.on(out, settings, preset, seed)
    if clock and not tuning.task:
        clock.leave_out("steering")
    for record in train(tuning):
        yield _timed(record, clock)


def train(tuning: "Tuning") -> Iterator[Progress]:
    """Train on a prepared catalogue and compare before and after."""
    out = tuning.out
    if comparison.job_of(out) == tuning.job:
        return
    forget(out)
    stages = {
        "soft-grpo": tuning.policy, "supervision": tuning.supervision, "diffusion": tuning.retriever,
        "one-step": tuning.student, **({"steering": tuning.steering} if tuning.task else {}),
    }  # fmt: skip
    for name, stage in stages.items():
        yield Progress(name, 0, 0)  # so that who watches knows where it stopped, if its first step does not come
        yield from stage()
    yield Progress("evaluate", 0, 0)
    tuning.publish()
    facts = {"job": tuning.job, "start": START, "preset": asdict(tuning.preset), "seed": tuning.seed}
    facts["steers"] = tuning.task.labels.domains if tuning.task else {}
    yield from comparison.compare(tuning.engine.on(out), catalog_queries.load(out), facts)
    shutil.rmtree(out / STATES)


def forget(out: Path) -> None:
    """Remove the result of an earlier run: its models and figures are of other settings."""
    for name in (comparison.FILE, comparison.CARD):
        (out / name).unlink(missing_ok=True)
    for name in TUNED:
        shutil.rmtree(out / name, ignore_errors=True)


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
        plan = Plan(label_share=own.LABEL_SHARE, seed=self.seed).scaled(self.preset.steering)
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


def _timed(record: Progress, clock: Clock | None) -> Progress:
    if clock is None:
        return record
    return replace(record, metrics={**record.metrics, "seconds_left": clock.left(record.stage, record.step, record.total)})


def _skipped(out: Path) -> str:
    """What to do about too few items."""
    report = read_report(out)
    if report and report.skipped:
        where, why = report.skipped[0]
        return f"{len(report.skipped)} more could not be read: the first, {where}, {why}."
    return "Add more and try again."
