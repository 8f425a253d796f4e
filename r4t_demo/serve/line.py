"""A line that visitors wait in: first come, first served, and who finds it full is told so at once."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition
from time import perf_counter
from typing import Generic, TypeVar

from r4t_demo.errors import UserError

TOGETHER = 32  # requests answered at once: so many lists take the language model less than five times as long as one
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class LineFull(UserError):
    """So many wait already that one more would wait too long."""

    def __init__(self) -> None:
        super().__init__("Too many visitors are asking at once: try again in a few seconds.")


class Stopping(UserError):
    """The app is on its way out."""

    def __init__(self) -> None:
        super().__init__("The app is being stopped or restarted: try again in a minute.")


@dataclass
class Answered(Generic[Answer]):
    """An answer, the moment (of perf_counter) when the work on it began, and how many were answered with it."""

    value: Answer
    began: float
    together: int


@dataclass
class _Place(Generic[Asked]):
    """Somebody in the line. ``told`` becomes None once it is their turn, or else their answer by another's turn."""

    asked: Asked
    key: Hashable
    told: Future = field(default_factory=Future)


class Line:
    """One turn at a time, and ``room`` requests may wait for theirs. Safe from several threads.

    Whoever has the turn also answers those who wait with the same key, up to ``TOGETHER``; a request without a key goes alone.
    The work is done in a thread of the line's own, which begins with ``prepare``: torch keeps threads and memory for every
    thread that calls it.
    """

    def __init__(self, room: int, prepare: Callable[[], object] = lambda: None) -> None:
        self.room = room
        self._busy, self._closed = 0, False
        self._waiting: deque[_Place] = deque()
        self._worker = ThreadPoolExecutor(1, initializer=prepare)
        self._changed = Condition()

    @property
    def length(self) -> tuple[int, int]:
        """How many are being answered, and how many wait."""
        return self._busy, len(self._waiting)

    def ask(self, asked: Asked, work: Callable[[Sequence[Asked]], Sequence[Answer]], key: Hashable = None) -> Answered[Answer]:
        """Wait for one's turn; return what ``work`` makes of ``asked``, or pass on what it raises.

        LineFull where too many wait, Stopping once the line is closed.
        """
        mine = self._join(_Place(asked, key))
        if (answered := mine.told.result()) is not None:
            return answered
        try:
            return self._answer(mine, self._joined_by(mine), work)
        finally:
            self._pass_on()

    def close(self) -> None:
        """Send away those who wait and whoever comes; those being answered stay."""
        with self._changed:
            self._closed = True
            while self._waiting:
                self._waiting.popleft().told.set_exception(Stopping())

    def drain(self, seconds: float) -> bool:
        """Wait until nobody is being answered; whether that came within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy, seconds)

    def _join(self, place: _Place) -> _Place:
        with self._changed:
            if self._closed:
                raise Stopping()
            if not self._busy:
                self._busy = 1
                place.told.set_result(None)
            elif len(self._waiting) < self.room:
                self._waiting.append(place)
            else:
                raise LineFull()
        return place

    def _joined_by(self, mine: _Place) -> list[_Place]:
        """Take those out of the line who are answered with ``mine``."""
        with self._changed:
            alike = [place for place in self._waiting if mine.key is not None and place.key == mine.key][: TOGETHER - 1]
            self._waiting = deque(place for place in self._waiting if place not in alike)
            self._busy += len(alike)
        return alike

    def _answer(self, mine: _Place, others: list[_Place], work: Callable) -> Answered:
        began = perf_counter()
        try:
            answers = self._work(work, [place.asked for place in (mine, *others)])
        except Exception:
            if not others:
                raise
            for place in others:  # one of them asked what cannot be answered: each alone, then
                self._alone(place, work)
            return Answered(self._work(work, [mine.asked])[0], began, 1)
        for place, answer in zip(others, answers[1:], strict=True):
            place.told.set_result(Answered(answer, began, len(answers)))
        return Answered(answers[0], began, len(answers))

    def _alone(self, place: _Place, work: Callable) -> None:
        began = perf_counter()
        try:
            place.told.set_result(Answered(self._work(work, [place.asked])[0], began, 1))
        except Exception as error:
            place.told.set_exception(error)

    def _work(self, work: Callable, asked: list) -> Sequence:
        return self._worker.submit(work, asked).result()

    def _pass_on(self) -> None:
        with self._changed:
            self._busy = min(1, len(self._waiting))
            if self._busy:
                self._waiting.popleft().told.set_result(None)
            self._changed.notify_all()
