"""Where every request of a visitor passes: it waits its turn, is timed, and leaves one line in the log.

There are two lines, so that who asks for ten milliseconds of diffusion need not wait for a language model's seconds. In
each, one batch is at work at a time: two would only slow each other down.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import islice
from pathlib import Path
from secrets import token_hex
from time import monotonic, perf_counter
from typing import Any

import faiss
import torch
from PIL import Image

from r4t_demo import log
from r4t_demo.catalog import Item
from r4t_demo.engine import Query
from r4t_demo.errors import UserError
from r4t_demo.fanout.registry import METHODS
from r4t_demo.pattern import steer
from r4t_demo.pattern.task import K
from r4t_demo.serve.line import Answer, Asked, Line

Stages = Callable[[Answer], dict[str, dict[str, float]]]


class Broken(UserError):
    """Not the visitor's fault: the sentence carries the id under which the log has the error."""

    def __init__(self, request: str) -> None:
        super().__init__(f"Something went wrong here, not with what you asked: try again, or report it as “{request}”.")


class Desk:
    """The lines before an engine. ``engine`` is that engine as visitors meet it."""

    def __init__(self, engine) -> None:
        self.settings = engine.settings
        # Both lines work at once, and threads that wait for each other where others want their cores are slower than one.
        cores = max(1, self.settings.threads // 2)
        self.quick, self.slow = (Line(self.settings.waiting, lambda: _take(cores)) for _ in range(2))
        self.engine = ServedEngine(engine, self)
        self.stopping = False

    def steering(self, engine) -> "ServedSteering":
        """What steers the catalogue of an engine of this desk; UserError where nothing does."""
        return ServedSteering(steer.Steering.load(engine), self)

    @property
    def threads(self) -> int:
        """How many requests can be held here at once."""
        return 2 * (self.settings.waiting + 1)

    @property
    def load(self) -> dict[str, int]:
        """How many requests are at work, and how many wait."""
        at_work, waiting = map(sum, zip(self.quick.length, self.slow.length, strict=True))
        return {"running": at_work, "waiting": waiting}

    def ask(
        self, event: str, asked: Asked, work: Callable[[Sequence[Asked]], Sequence[Answer]], *,
        methods: Sequence[str] = (), k: int | None = None, key: Hashable = None, stages: Stages = lambda _: {},
        logged: bool = True,
    ) -> Answer:  # fmt: skip
        """The answer that ``work`` gives to what a visitor ``asked``, in turn; those with the same ``key`` are answered at once.

        What is a part of another request need not be ``logged`` where all goes well. ``stages`` reads out of the answer how many
        milliseconds its stages took. Passes UserError on; any other error becomes Broken.
        """
        facts: dict = {"id": token_hex(6), "methods": list(methods), "k": k}
        facts |= {"asked": _in_words(asked)} if self.settings.log_queries else {}
        line, start = self.slow if is_slow(methods) else self.quick, perf_counter()
        try:
            answered = line.ask(asked, work, key)
        except UserError as error:
            log.write(event, **facts | self._failure(error), ms={"total": _milliseconds(perf_counter() - start)})
            error.logged = True
            raise
        except Exception as error:
            log.error(event, error, **facts, ms={"total": _milliseconds(perf_counter() - start)})
            raise Broken(facts["id"]) from error
        wait, total = max(0.0, answered.began - start), perf_counter() - start
        ms = {"wait": _milliseconds(wait), "total": _milliseconds(total)}
        if logged:
            log.write(event, **facts, error=None, together=answered.together, ms=ms, stages=stages(answered.value))
        return answered.value

    def refused(self, event: str, error: UserError) -> None:
        """Log a request that was refused, unless that was done here: before it came so far."""
        if not error.logged:
            log.write(event, id=token_hex(6), **self._failure(error))

    def close(self, seconds: float) -> None:
        """Send away who waits or comes, and wait up to so many seconds for those at work."""
        self.stopping, until = True, monotonic() + seconds
        for line in (self.quick, self.slow):
            line.close()
        for line in (self.quick, self.slow):
            line.drain(max(0.0, until - monotonic()))

    def _failure(self, error: Exception) -> dict[str, Any]:
        told = {"message": str(error)} if self.settings.log_queries else {}  # it may repeat what was asked
        return {"error": type(error).__name__} | told


class _Queries(list):
    """What one visitor asks at once, and who hears of the lists as they grow."""

    def __init__(self, queries: Sequence[Query], tell: Callable[[str, int, list[str]], object] | None) -> None:
        super().__init__(queries)
        self.tell = tell


class _Served:
    """Another object whose requests pass the desk; everything else of it is as it is."""

    def __init__(self, served, desk: Desk) -> None:
        self._served, self._desk = served, desk

    def __getattr__(self, name: str):
        return getattr(self._served, name)

    def in_turn(self, event: str, asked: Asked, work: Callable[[Any], Answer], *, methods: Sequence[str] = ()) -> Answer:
        """What ``work`` makes of the other object itself, when it is this request's turn; it is answered alone."""
        return self._desk.ask(event, asked, lambda _: [work(self._served)], methods=methods)


class ServedEngine(_Served):
    """An ``Engine`` behind the desk."""

    def run(
        self, queries: Sequence[Query], methods: Sequence[str] = ("folm", "diffusion"), *, k: int = 10,
        tell: Callable[[str, int, list[str]], object] | None = None, **options,
    ):  # fmt: skip
        """As ``Engine.run``; the same is asked for by several visitors at once in one batch, so the options are hashable."""
        methods = tuple(methods)

        def work(asked: Sequence[_Queries]) -> list[list]:
            owner = [(own, row) for own in asked for row in range(len(own))]

            def pass_on(method: str, row: int, texts: list[str]) -> None:
                own, number = owner[row]
                if own.tell:
                    own.tell(method, number, texts)

            told = {"tell": pass_on} if any(own.tell for own in asked) else {}
            results = iter(self._served.run([query for own in asked for query in own], methods, k=k, **told, **options))
            return [list(islice(results, len(own) * len(methods))) for own in asked]

        alike = (id(self._served), methods, k, *sorted(options.items()))
        return self._desk.ask("fanout", _Queries(queries, tell), work, methods=methods, k=k, key=alike, stages=_stages)

    def found_by(self, sub_queries: Sequence[str], *arguments, **options):
        """As ``Engine.found_by``; a part of a run, whose end is logged."""
        return self._pass_on("found_by", sub_queries, *arguments, logged=False, **options)

    def kind(self, query: Query) -> str:
        """As ``Engine.kind``; a part of a run, too."""
        return self._desk.ask("kind", [query], lambda asked: [self._served.kind(asked[0][0])], logged=False)

    def search(self, query: Query, *arguments, **options):
        """As ``Engine.search``."""
        return self._pass_on("search", query, *arguments, **options)

    def similar(self, item_id: str, *arguments, **options):
        """As ``Engine.similar``."""
        return self._pass_on("similar", item_id, *arguments, **options)

    def _pass_on(self, name: str, asked: object, *arguments, logged: bool = True, **options):
        """What the engine's method of that name answers."""
        method = getattr(self._served, name)
        return self._desk.ask(name, asked, lambda alone: [method(alone[0], *arguments, **options)], logged=logged)

    def on(self, folder: Path) -> "ServedEngine":
        """As ``Engine.on``; its requests wait in the same lines."""
        return ServedEngine(self._served.on(folder), self._desk)


class ServedSteering(_Served):
    """A ``Steering`` behind the desk."""

    def run(
        self, seed_ids: Sequence[str], domain: str, value: str, methods: Sequence[str] = tuple(steer.METHODS), *,
        k: int = K, **options,
    ):  # fmt: skip
        """As ``Steering.run``."""
        asked = list(seed_ids), domain, value
        work = lambda all_asked: [self._served.run(*all_asked[0], methods, k=k, **options)]  # noqa: E731
        return self._desk.ask("steer", asked, work, methods=methods, k=k, stages=lambda answer: _stages(answer[1]))


def is_slow(methods: Sequence[str]) -> bool:
    """Whether a language model is among the methods."""
    return any(METHODS[name].writes for name in methods if name in METHODS)


def _in_words(asked: object) -> object:
    """What was asked as the log has it: an item by its id, and of a picture only that it was one."""
    if isinstance(asked, list | tuple):
        return [_in_words(one) for one in asked]
    return asked.item_id if isinstance(asked, Item) else "(a picture)" if isinstance(asked, Image.Image) else asked


def _stages(results: Sequence) -> dict[str, dict[str, float]]:
    """method -> the milliseconds of its stages: this request's share, where several were answered together."""
    return {result.method: {stage: round(ms, 1) for stage, ms in result.ms.items()} for result in results}


def _take(cores: int) -> None:
    """Let the models use so many cores in the calling thread; torch and FAISS keep a number for each."""
    torch.set_num_threads(cores)
    faiss.omp_set_num_threads(cores)


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)
