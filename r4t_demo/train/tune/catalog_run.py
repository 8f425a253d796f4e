"""All of both methods on one catalogue, in minutes: read, embed, queries, Soft-GRPO, supervision, diffusion, one step, steering,
comparison.

The folder of the result *is* a catalogue's folder (items.parquet, images/, index/) that also holds the models tuned to it, folm/,
diffusion/, diffusion-teacher/ and, where the catalogue has labels to steer by, steering/; and how they compare, comparison.json
and README.md. So ``--catalog FOLDER`` answers with them.

Every stage goes on from what it has written; states lie in states/ until the run is complete.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import Unsure, UserError
from r4t_demo.index.build import ensure_index
from r4t_demo.index.places import open_index
from r4t_demo.settings import Settings
from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import ingest, is_read, read_report
from r4t_demo.torch_guard import cpu_multiplies_bfloat16
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.tune import catalog_queries, comparison
from r4t_demo.train.tune.presets import MIN_ITEMS, PREPARATION, PRESETS, QUERIES, Clock, plan
from r4t_demo.train.tune.tuning import START, STATES, TUNED, Tuning


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
            clock = Clock(plan(preset, record.total, bfloat16=cpu_multiplies_bfloat16()))
        yield _timed(record, clock)
    yield _timed(Progress("soft-grpo", 0, 0), clock)  # which loads the models
    tuning = Tuning.on(out, settings, preset, seed)
    if clock and not tuning.task:
        clock.leave_out("steering")
    for record in train(tuning):
        yield _timed(record, clock)


def train(tuning: Tuning) -> Iterator[Progress]:
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
