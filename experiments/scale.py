"""How an index of millions of rows does beside exact search, on vectors drawn like a catalogue's.

A vector is a real cluster's centre plus noise with the covariance that real vectors have around their centres, so both
how far rows lie from their centre and in which directions are the catalogue's own. Rows are drawn in blocks onto the disk
and read from there, so that memory holds one index at a time.
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import faiss
import numpy as np
import psutil

from r4t_demo.errors import UserError
from r4t_demo.evaluate.table import render
from r4t_demo.files import GIB
from r4t_demo.index.faiss_index import BLOCK, VECTORS_FILE, FaissIndex
from r4t_demo.index.kinds import Flat, Kind, choose

CLUSTERS = 64
DIRECTIONS, N = 10, 10  # a fan-out, and the items that each of its directions asks for
FANOUTS, EXACT_FANOUTS, ROUNDS = 30, 10, 10
MIB = 2**20
COLUMNS = (
    "items", "kind", "build_s", "memory_mib", "mapped_mib", "disk_mib", "recall", "p50_ms", "p99_ms", "exact_p50_ms", "speedup"
)  # fmt: skip


class Cloud:
    """Draws unit rows around the cluster centres of real ones (n, d)."""

    def __init__(self, real: np.ndarray):
        clusters = faiss.Kmeans(real.shape[1], min(CLUSTERS, len(real)), seed=1, min_points_per_centroid=1)
        clusters.train(real)
        nearest = clusters.index.search(real, 1)[1][:, 0]
        self.weights = np.bincount(nearest, minlength=len(clusters.centroids)) / len(real)
        self.centres = clusters.centroids
        _, lengths, axes = np.linalg.svd(real - self.centres[nearest], full_matrices=False)
        self.spread = (lengths[:, None] * axes / np.sqrt(len(real))).astype(np.float32)  # (r, d): noise is normal (r) @ spread

    def draw(self, n: int, seed: Sequence[int]) -> np.ndarray:
        """n unit rows, (n, d) float32. The seed decides them."""
        rng = np.random.default_rng(seed)
        rows = self.centres[rng.choice(len(self.centres), n, p=self.weights)]
        rows = rows + rng.standard_normal((n, len(self.spread)), dtype=np.float32) @ self.spread
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def evaluate(real: np.ndarray, sizes: Sequence[int], budget: int, seed: int = 0) -> list[dict[str, int | float | str]]:
    """Measure an index of each size in the kind that ``choose`` names for ``budget`` bytes of memory.

    ``real`` (n, d): unit rows to draw like. A record holds items, kind, build_s, memory_mib (what the loaded index added
    to the process), mapped_mib (the part of it that is pages of the file, which the system takes back when it needs them;
    told on Linux only), disk_mib, recall (at N, against exact search), p50_ms and p99_ms of a fan-out of DIRECTIONS,
    exact_p50_ms of the same fan-outs and speedup, their ratio.
    """
    cloud = Cloud(real)
    return [_measure(cloud, n, choose(n, real.shape[1], budget), seed) for n in sizes]


def table(records: Sequence[dict[str, int | float | str]]) -> str:
    """The records as aligned text."""
    shown = {int: "{:,}", float: "{:,.3f}", str: "{}"}
    rows = [[shown[type(record[name])].format(record[name]) for name in COLUMNS] for record in records]
    note = f"{faiss.omp_get_max_threads()} threads; a fan-out is {DIRECTIONS} directions of {N} items; exact: in the same run"
    return f"{note}\n{render([COLUMNS, *rows])}"


def _measure(cloud: Cloud, n: int, kind: Kind, seed: int) -> dict[str, int | float | str]:
    dim = cloud.centres.shape[1]
    queries = cloud.draw(FANOUTS * DIRECTIONS, [seed, n]).reshape(FANOUTS, DIRECTIONS, dim)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _respect(n, dim, kind, folder)
        rows = np.lib.format.open_memmap(folder / "rows.npy", "w+", np.float32, (n, dim))
        for start in range(0, n, BLOCK):
            rows[start : start + BLOCK] = cloud.draw(min(BLOCK, n - start), [seed, n, start])

        index = FaissIndex.build(rows, "synthetic", kind=Flat())
        truth = index.search(queries.reshape(-1, dim), N)[1]
        exact = np.median(_times(index, queries[:EXACT_FANOUTS]))
        del index

        began = perf_counter()
        index = FaissIndex.build(rows, "synthetic", kind=kind)
        build = perf_counter() - began
        index.save(folder)
        del index, rows

        before = _memory()
        index = FaissIndex.load(folder)
        found = index.search(queries.reshape(-1, dim), N)[1]
        times = np.concatenate([_times(index, queries) for _ in range(ROUNDS)])
        memory, mapped = (_memory() - before) / MIB
        disk = (folder / VECTORS_FILE).stat().st_size / MIB
    p50, p99 = np.percentile(times, [50, 99])
    figures = {"build_s": build, "memory_mib": memory, "mapped_mib": mapped, "disk_mib": disk}
    figures["recall"] = np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, truth, strict=True)])
    figures |= {"p50_ms": p50 * 1e3, "p99_ms": p99 * 1e3, "exact_p50_ms": exact * 1e3, "speedup": exact / p50}
    return {"items": n, "kind": kind.name, **{name: float(value) for name, value in figures.items()}}


def _times(index: FaissIndex, fanouts: np.ndarray) -> list[float]:
    """Seconds of each fan-out (f, directions, d), after one that is not timed."""
    index.search(fanouts[0], N)
    seconds = []
    for directions in fanouts:
        start = perf_counter()
        index.search(directions, N)
        seconds.append(perf_counter() - start)
    return seconds


def _memory() -> np.ndarray:
    """Bytes of this process in memory, and those of them that are pages of files."""
    info = psutil.Process().memory_info()
    return np.array([info.rss, getattr(info, "shared", 0)])


def _respect(n: int, dim: int, kind: Kind, folder: Path) -> None:
    """UserError before the work when the disk or the memory is too small for it."""
    disk = 4 * n * dim + max(kind.memory(n, dim), 4 * n * dim)  # the rows, and the saved index with its whole vectors
    memory = kind.memory(n, dim) + 4 * n * dim
    for what, needed, free in (
        ("disk", 1.2 * disk, shutil.disk_usage(folder).free),
        ("memory", memory, psutil.virtual_memory().available),
    ):
        if needed > free:
            gib = f"{needed / GIB:.1f} GiB of {what} and there are {free / GIB:.1f}"
            raise UserError(f"{n:,} rows need {gib}: measure fewer, or make room (TMPDIR names the folder).")
