"""Both methods on as many requests at once, on the machine that serves, while it serves: how far each is, and when.

``evaluate latency`` measures on an idle machine, with a warm-up and repetitions. Here a visitor looks on once, and others shall
not wait for it: the requests go in small batches, each of which waits its turn in the line of its method, and a method that takes
too long for anybody to look on is stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from queue import SimpleQueue
from threading import Event
from time import perf_counter

from r4t_demo.errors import UserError
from r4t_demo.serve.desk import ServedEngine

METHODS = ("diffusion", "folm")  # the fast one first, so that the slow one has something to be compared with
COUNTS = (1, 8, 32, 128)  # requests at once
TOGETHER = 8  # requests of a batch: the longest that another visitor waits for
K, N = 10, 4  # directions of an answer, items of a direction: as the page opens
LIMIT = 30.0  # seconds at work, after which a method is stopped


@dataclass(frozen=True)
class Lap:
    """How far a method is: ``answered`` of the ``asked`` requests after so many ``seconds`` at work; ``ended``: that is all."""

    method: str
    asked: int
    answered: int
    seconds: float
    ended: bool = False

    @property
    def stopped(self) -> bool:
        """Whether the time was over before the last request was answered."""
        return self.ended and self.answered < self.asked


def race(engine: ServedEngine, queries: Sequence[str], count: int, limit: float = LIMIT) -> Iterator[Lap]:
    """Answer ``count`` requests, the ``queries`` over and over, with each of ``METHODS``; yield how far it is, at last ``ended``.

    ``seconds`` are those of encoding, fan-out and search, without waiting in line. A method that needs more than ``limit`` is
    stopped there, and so are all when the iterator is closed. UserError for another count, and where a line is full.
    """
    if count not in COUNTS:
        raise UserError(f"{count} requests at once cannot be raced: choose {', '.join(map(str, COUNTS[:-1]))} or {COUNTS[-1]}.")
    laps, left = SimpleQueue[Lap | None](), Event()
    runners = [_Runner(method, list(islice(cycle(queries), count)), limit, laps.put, left) for method in METHODS]

    def run() -> None:
        for runner in runners:
            runner.run(engine)

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(run)
        work.add_done_callback(lambda _: laps.put(None))
        try:
            while lap := laps.get():
                yield lap
        finally:
            left.set()
    work.result()


class _Over(Exception):
    """Nobody looks on any longer."""


class _Runner:
    """One method on its way through the requests ``asked``. ``left`` is set once nobody looks on."""

    def __init__(self, method: str, asked: list[str], limit: float, report: Callable[[Lap], object], left: Event) -> None:
        self.method, self.asked, self.limit, self.report, self.left = method, asked, limit, report, left
        self.answered, self.seconds = 0, 0.0

    def run(self, engine: ServedEngine) -> None:
        """Answer batch by batch, until all are answered or the time is over."""
        for start in range(0, len(self.asked), TOGETHER):
            if self.left.is_set() or self.seconds >= self.limit:
                break
            batch = self.asked[start : start + TOGETHER]
            engine.in_turn("race", batch, partial(self._answer, batch=batch), methods=[self.method])
        self.report(Lap(self.method, len(self.asked), self.answered, self.seconds, ended=True))

    def _answer(self, engine, batch: list[str]) -> None:
        """Answer one batch. Where the time is over before that, the lists of sub-queries that are whole count as answers."""
        begin, whole = perf_counter(), set[int]()

        def tell(method: str, row: int, texts: list[str]) -> None:
            seconds = self.seconds + perf_counter() - begin
            if len(texts) >= K:
                whole.add(row)
            self.report(Lap(method, len(self.asked), self.answered + len(whole), seconds))
            if self.left.is_set() or seconds >= self.limit:
                raise _Over

        try:
            results = engine.run(batch, [self.method], k=K, n=N, tell=tell)
        except _Over:
            self.answered, self.seconds = self.answered + len(whole), self.seconds + perf_counter() - begin
        else:
            self.answered += len(batch)
            self.seconds += sum(result.ms["total"] for result in results) / 1000
