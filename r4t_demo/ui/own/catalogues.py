"""Visitors' own catalogues behind the page: what a job shows in each phase, read from its folder and kept for the next look.

A job's id is the key: sessions hold no more than that, and nothing here lists the jobs of others.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import Any

import gradio as gr

from r4t_demo.catalog import IMAGES_FOLDER, ITEMS_FILE, Catalog
from r4t_demo.errors import UserError
from r4t_demo.jobs import Jobs
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.pattern.own import check
from r4t_demo.sources.ingest import read_report
from r4t_demo.sources.samples import sample_file
from r4t_demo.sources.understood import Understood
from r4t_demo.train.tune import archive, catalog_queries
from r4t_demo.train.tune.comparison import verdict
from r4t_demo.ui.markup import image_url
from r4t_demo.ui.own.columns_view import chosen
from r4t_demo.ui.own.run_view import History
from r4t_demo.ui.search.details import render_details
from r4t_demo.ui.search.tab import FanOutTab, sentence
from r4t_demo.ui.steer.tab import SteerTab

HISTORIES, CATALOGS, ENGINES = 32, 8, 2  # kept in memory at once
COMPARISON = "comparison.json"
PREFIX = "own-"  # of the ids of a result's answer, which has the first tab's form


class OwnCatalogues:
    """``engine`` answers for the page's own catalogue; its encoder serves the visitors' too. ``steering`` of an engine steers
    its catalogue."""

    def __init__(self, engine, jobs: Jobs, steering: Callable[[Any], Any]) -> None:
        self.engine, self.jobs, self._steering = engine, jobs, steering
        self._lock, self._reading = RLock(), RLock()  # a poll does not wait while another visitor's models are loaded
        self._served: set[Path] = set()
        self._histories: OrderedDict[str, tuple[History, int]] = OrderedDict()
        self._catalogs: OrderedDict[str, Catalog] = OrderedDict()
        self._tabs: OrderedDict[str, FanOutTab] = OrderedDict()
        self._steered: OrderedDict[str, SteerTab] = OrderedDict()
        self._labels: OrderedDict[str, list[str] | UserError] = OrderedDict()

    # -- beginning ------------------------------------------------------------------------------------------------------

    def upload(self, files: Sequence[str], session: str) -> str:
        """Prepare uploaded files, or take in the zip of a finished run; returns the job. The uploaded files are removed."""
        paths = [Path(file) for file in files]
        try:
            if len(paths) == 1 and archive.is_export(paths[0]):
                return self.jobs.load(paths[0], session, self.engine.encoder)
            return self.jobs.start(paths, session)
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def sample(self, name: str, session: str) -> str:
        """Start the preparation of one of ``samples.catalogues.SAMPLES``."""
        with TemporaryDirectory() as folder:
            file = sample_file(name, self.engine.settings.assets, Path(folder))
            return self.jobs.start([file], session)

    def train(self, job: str, budget: str, queries: Sequence[str]) -> None:
        """Start the run with the queries of the form; UserError where they are too few, before anything is lost."""
        catalog_queries.posed(queries, catalog_queries.load(self.jobs.catalog(job)))
        self.jobs.train(job, budget, queries)
        self._forget(job, self._histories, self._tabs, self._steered)

    def choose(self, job: str, told: str) -> None:
        """Read the job's table anew, its columns meaning what ``told`` says (``columns_view.chosen``)."""
        understood = self.jobs.columns(job)
        if understood is None:
            raise UserError("This catalogue has no table whose columns could be chosen.")
        self.jobs.choose(job, chosen(told, understood))
        self._forget(job, self._histories, self._tabs, self._steered, self._catalogs, self._labels)

    def _forget(self, job: str, *kept: OrderedDict) -> None:
        """Keep nothing of what came before another run."""
        with self._reading, self._lock:
            for each in kept:
                each.pop(job, None)

    # -- looking --------------------------------------------------------------------------------------------------------

    def history(self, job: str) -> History:
        """All that the run has said so far; the same ``told`` means that its curves and answers are the same."""
        with self._reading:
            history, after = self._histories.pop(job, (History(), 0))
            events, end = self.jobs.events(job, after)
            if end < after:  # another run has begun the file anew
                history = History()
            history.add(events)
            self._histories[job] = history, end
            _trim(self._histories, HISTORIES)
            return history

    def prepared(self, job: str) -> bool:
        """Whether its catalogue is read and has its queries, so that it can be trained on."""
        folder = self.jobs.catalog(job)
        return (folder / ITEMS_FILE).is_file() and (folder / catalog_queries.FILE).is_file()

    def catalog(self, job: str) -> Catalog:
        """The catalogue of a prepared job; its pictures can be seen from now on by who knows their address."""
        folder = self.jobs.catalog(job)  # of a job that was removed nothing is shown, whatever is kept
        return self._once(self._catalogs, job, lambda: self._load_catalog(folder), CATALOGS)

    def tab(self, job: str) -> FanOutTab:
        """What answers queries over the catalogue of a job that is done; UserError before."""
        folder = self.jobs.result(job)
        return self._once(self._tabs, job, lambda: FanOutTab(self.engine.on(folder), self.steers(job), PREFIX), ENGINES)

    def steer_tab(self, job: str) -> SteerTab:
        """What steers the catalogue of a job that is done; UserError before, or where nothing does."""
        engine = self.tab(job).engine
        return self._once(self._steered, job, lambda: SteerTab(engine, self._steering(engine), job), ENGINES)

    def steers(self, job: str) -> bool:
        """Whether its run has left something that steers the catalogue."""
        return (self.jobs.catalog(job) / STEERING).is_dir()

    def steerable(self, job: str) -> list[str] | UserError:
        """The attributes of a prepared catalogue that a run learns to steer by, or why there is none."""
        catalog = self.catalog(job)

        def judge() -> list[str] | UserError:
            try:
                return list(check(catalog).domains)
            except UserError as error:
                return error

        return self._once(self._labels, job, judge, HISTORIES)

    def upload_facts(self, job: str) -> tuple:
        """What ``render_upload`` takes."""
        folder = self.jobs.catalog(job)
        return read_report(folder), Understood.load(folder), self.catalog(job), _json(folder / catalog_queries.UNDERSTOOD)

    def queries(self, job: str) -> list[list[str]]:
        """The rows of the table of queries: text and split."""
        return [[query.query, query.split] for query in catalog_queries.load(self.jobs.catalog(job))]

    def comparison(self, job: str) -> dict:
        """The figures before and after; empty where there are none."""
        return _json(self.jobs.result(job) / COMPARISON)

    def helped(self, job: str) -> bool:
        """Whether training has made its language model better, as far as its comparison tells."""
        try:
            return verdict(self.comparison(job))[0]
        except (UserError, LookupError, TypeError, ValueError, AttributeError):  # of anybody's zip; what shows it says so
            return True

    def download(self, job: str) -> tuple[str, str]:
        """The address of the zip of a job that is done, which is packed on the first call, and the name to save it under."""
        with self._lock:
            path = self.jobs.export(job)
            self._serve(path)
        return image_url(path), path.name

    def details(self, job: str, item_id: str) -> str:
        """One item for the dialog; what is like it can only be told once there is something that searches."""
        try:
            if self.jobs.status(job).state == "done":
                return self.tab(job).details(item_id)
            return render_details(self.catalog(job)[str(item_id)], [])
        except UserError as error:
            return sentence(error)

    def _load_catalog(self, folder: Path) -> Catalog:
        catalog = Catalog.load(folder)
        self._serve(catalog.root / IMAGES_FOLDER)
        return catalog

    def _serve(self, path: Path) -> None:
        """Let the server hand out a file, or those below a folder; nobody can guess the job's id in the path."""
        if path not in self._served:
            gr.set_static_paths([path])
            self._served.add(path)

    def _once(self, kept: OrderedDict, job: str, make: Callable, most: int):
        with self._lock:
            if job not in kept:
                kept[job] = make()
            kept.move_to_end(job)
            _trim(kept, most)
            return kept[job]


def _trim(kept: OrderedDict, most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)


def _json(path: Path) -> dict:
    """The object in a file, which may have come in anybody's zip; empty where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UserError(f"The run's {path.name} is damaged: begin again with the catalogue.")
    return found
