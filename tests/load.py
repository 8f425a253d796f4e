"""Load the app as visitors would, and say what they met: ``python -m tests.load --visitors 1 8 32 128 --seconds 30``.

It starts the app as a process of its own on a free port. Every visitor is a thread with a client, which asks one thing after the
other: mostly a fan-out by diffusion, now and then one by the language model, steering, plain search, or the page and some of its
pictures. Meanwhile a browser uses the page. ``--malformed`` sends what no client would send in their place.
"""

import argparse
import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
import psutil
from gradio_client import Client

from tests.app_process import AppProcess
from tests.browser.actions import answered, ask
from tests.browser.chromium import DESKTOP, chromium, watched_page
from tests.malformed import malform

QUERIES = (
    "bohemian festival style", "rainy sunday", "black tie evening", "cottagecore picnic", "goth night out", "ski weekend",
    "first day at the office", "what to wear to an art deco gala", "summer wedding in the country", "quiet winter evening",
)  # fmt: skip
SHARES = {"diffusion": 0.5, "folm": 0.08, "steer": 0.14, "search": 0.14, "browse": 0.14}
FULL = "Too many visitors"  # how the sentence begins that the app says when its lines are full
BACK_OFF = 2.0  # seconds that a visitor waits who was told to come again


class Tally:
    """What the visitors met, from all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.refused, self.errors = Counter(), Counter()
        self._lock = threading.Lock()

    def answered(self, kind: str, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            self.seconds[kind].append(seconds)

    def failed(self, kind: str, sentence: str) -> None:
        """Count an error, the sentence of a full line apart from the others."""
        with self._lock:
            if FULL in sentence:
                self.refused[kind] += 1
            else:
                self.errors[f"{kind}: {sentence}"] += 1

    def report(self) -> str:
        """A line for each kind, and one for each sentence."""
        lines = []
        for kind in SHARES:
            times = self.seconds[kind]
            middle, high = np.percentile(times, (50, 95)) if times else (np.nan, np.nan)
            counts = f"{len(times):6} answered{self.refused[kind]:6} refused"
            lines.append(f"  {kind:10}{counts}   p50 {middle:6.2f} s   p95 {high:6.2f} s")
        lines += [f"  ERROR {count} x {sentence}" for sentence, count in self.errors.most_common()]
        return "\n".join(lines)


class Visitor:
    """One who asks, reads for a while and asks again."""

    def __init__(self, address: str, number: int, tally: Tally, pause: float) -> None:
        self.address, self.tally, self.pause, self.rng = address, tally, pause, random.Random(number)
        self.client = Client(address, verbose=False, httpx_kwargs={"timeout": 60})
        self.http = httpx.Client(timeout=60)

    def visit(self, until: float) -> None:
        """Ask until the moment ``until`` (of the monotonic clock)."""
        while time.monotonic() < until:
            [kind] = self.rng.choices([*SHARES], SHARES.values())
            start = time.monotonic()
            try:
                getattr(self, kind)()
                self.tally.answered(kind, time.monotonic() - start)
            except Exception as error:
                self.tally.failed(kind, f"{type(error).__name__}: {error}"[:300])
                time.sleep(BACK_OFF)
            if self.pause:
                time.sleep(self.rng.expovariate(1 / self.pause))

    def diffusion(self) -> None:
        self._fan_out("diffusion")

    def folm(self) -> None:
        self._fan_out("folm")

    def _fan_out(self, method: str) -> None:
        [answer] = self.client.predict(self._query(), [method], api_name="/fanout")
        assert len(answer["items"]) > 0

    def steer(self) -> None:
        seeds = [f"at-{self.rng.randrange(2000):05}" for _ in range(2)]
        self.client.predict(seeds, "season", "winter", api_name="/steer")

    def search(self) -> None:
        self.client.predict(self._query(), api_name="/search")

    def browse(self) -> None:
        self.http.get(self.address).raise_for_status()
        found = self.client.predict(item_id=f"at-{self.rng.randrange(2000):05}", n=4, api_name="/search")
        assert len(found["items"]) == 4

    def _query(self) -> str:
        return self.rng.choice(QUERIES)


class Browser(threading.Thread):
    """A visitor with a browser, on the page itself: how many searches answered, and how long the slowest took."""

    def __init__(self, address: str, until: float) -> None:
        super().__init__()
        self.address, self.until, self.times, self.trouble = address, until, [], ""

    def run(self) -> None:
        try:
            with chromium() as browser, watched_page(browser, self.address, **DESKTOP) as page:
                for number in range(1_000_000):
                    if time.monotonic() >= self.until:
                        return
                    query, start = f"{QUERIES[number % len(QUERIES)]} {number}", time.monotonic()
                    ask(page, query)
                    answered(page, query)
                    self.times.append(time.monotonic() - start)
                    page.wait_for_timeout(1000)
        except Exception as error:
            self.trouble = f"; it ended with {type(error).__name__}: {str(error)[:300]}"

    def report(self) -> str:
        """One line."""
        slowest = f", the slowest after {max(self.times):.2f} s" if self.times else ""
        return f"  browser: {len(self.times)} searches of both methods answered on the page{slowest}{self.trouble}"


class Watch(threading.Thread):
    """The resident memory of a process, each second, and the seconds of CPU that it takes."""

    def __init__(self, pid: int, until: float) -> None:
        super().__init__()
        self.process, self.until, self.mib = psutil.Process(pid), until, []

    def run(self) -> None:
        before = self.process.cpu_times()
        while time.monotonic() < self.until:
            self.mib.append(self.process.memory_info().rss / 2**20)
            time.sleep(1)
        after = self.process.cpu_times()
        self.cpu = after.user + after.system - before.user - before.system

    def report(self) -> str:
        """The CPU, then the mean memory of each quarter and how far the last is from the first."""
        means = [float(np.mean(part)) for part in np.array_split(self.mib, 4)]
        memory = f"{', '.join(f'{mean:.0f}' for mean in means)} ({means[-1] / means[0] - 1:+.1%})"
        return f"  app: {self.cpu:.0f} s of CPU; memory by quarter, MiB: {memory}"


def load(app: AppProcess, visitors: int, seconds: float, pause: float) -> None:
    """Print what ``visitors`` met who came at once and stayed for ``seconds``."""
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        all_of_them = list(pool.map(lambda number: Visitor(app.address, number, tally, pause), range(visitors)))
    until = time.monotonic() + seconds
    watchers = [Browser(app.address, until), Watch(app.pid, until)]
    threads = [*watchers, *(threading.Thread(target=visitor.visit, args=(until,)) for visitor in all_of_them)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for visitor in all_of_them:
        visitor.client.close()
        visitor.http.close()
    refused, errors = tally.refused.total(), tally.errors.total()
    requests = sum(map(len, tally.seconds.values())) + refused + errors
    print(f"{visitors} visitors, {seconds:.0f} s: {requests} requests, {errors} errors, {refused} refused by a full line")
    print(tally.report(), *(watcher.report() for watcher in watchers), sep="\n", flush=True)


def main() -> None:
    """Start the app, load it, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--seconds", type=float, default=30.0, help="for each number of visitors (%(default)s)")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds from an answer to the next question (%(default)s)")
    parser.add_argument("--malformed", action="store_true", help="send 1,000 malformed requests a minute in their place")
    options = parser.parse_args()
    print(f"load average before: {', '.join(f'{value:.1f}' for value in psutil.getloadavg())}; {psutil.cpu_count()} cores")
    with TemporaryDirectory() as folder, AppProcess(jobs=Path(folder)) as app:
        if options.malformed:
            print(malform(app.address, options.seconds))
            return
        for visitors in options.visitors:
            load(app, visitors, options.seconds, options.pause)


if __name__ == "__main__":
    main()
