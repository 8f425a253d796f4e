"""How long a batch takes, part by part, every method on the same machine in the same run."""

from collections.abc import Sequence
from itertools import cycle, islice
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from r4t_demo.engine import Engine
from r4t_demo.evaluate.table import render

K, N = 10, 4
PARTS = ("encode", "fanout", "search")
WIDTH = 512  # of the plain matrix products behind the roofline: near the networks' own


def evaluate(
    engine: Engine, queries: Sequence[str], methods: Sequence[str], batches: Sequence[int], repeats: int = 10
) -> dict[str, object]:
    """Time ``repeats`` batches of every size after one warm-up.

    Returns threads, roofline_ms {batch: ms} and batch {batch: {method: encode_ms, fanout_ms, search_ms (medians) and
    p95_total_ms}}. All times are those of a whole batch. The roofline is the time that the diffusion retriever's
    multiply-adds take as plain matrix products; empty where its checkpoint is missing from ``methods``.
    """
    measured = {batch: _time_batch(engine, queries, methods, batch, repeats) for batch in batches}
    roofline = {batch: _roofline(engine, queries, batch) for batch in batches} if "diffusion" in methods else {}
    return {"threads": torch.get_num_threads(), "roofline_ms": roofline, "batch": measured}


def tables(result: dict[str, object]) -> str:
    """The result as aligned text, with folm's fan-out over diffusion's."""
    parts = [f"{result['threads']} threads; medians in milliseconds for a whole batch, and the 95th percentile of the total"]
    for batch, methods in result["batch"].items():
        columns = [f"{part}_ms" for part in PARTS] + ["p95_total_ms"]
        rows = [[f"batch {batch}", *columns], *([name, *(f"{times[c]:.1f}" for c in columns)] for name, times in methods.items())]
        parts.append(render(rows))
        if "diffusion" in methods:
            parts.append(f"diffusion's multiply-adds as plain matrix products: {result['roofline_ms'][batch]:.1f} ms")
        if {"folm", "diffusion"} <= methods.keys():
            ratio = methods["folm"]["fanout_ms"] / methods["diffusion"]["fanout_ms"]
            parts.append(f"fan-out, folm / diffusion: {ratio:.1f} ×")
    return "\n\n".join(parts)


def _time_batch(
    engine: Engine, queries: Sequence[str], methods: Sequence[str], batch: int, repeats: int
) -> dict[str, dict[str, float]]:
    """Methods take turns in every repetition, so that a slow moment of the machine falls on all of them."""
    times: dict[str, list[dict[str, float]]] = {name: [] for name in methods}
    supply = cycle(queries)
    for turn in range(repeats + 1):
        texts = list(islice(supply, batch))
        for name in methods:
            results = engine.run(texts, [name], k=K, n=N, seed=turn)
            if turn > 0:  # the first is the warm-up
                times[name].append({part: sum(result.ms[part] for result in results) for part in (*PARTS, "total")})
    return {name: _summary(rows) for name, rows in times.items()}


def _summary(rows: list[dict[str, float]]) -> dict[str, float]:
    medians = {f"{part}_ms": median(row[part] for row in rows) for part in PARTS}
    return {**medians, "p95_total_ms": float(np.percentile([row["total"] for row in rows], 95))}


def _roofline(engine: Engine, queries: Sequence[str], batch: int) -> float:
    """Milliseconds: count the multiply-adds of one fan-out, then time as many in products (batch·k, w) @ (w, w)."""
    texts = list(islice(cycle(queries), batch))
    vectors = engine.encoder.encode_text(texts)
    with FlopCounterMode(display=False) as counter:
        engine.fanouts["diffusion"].fan_out(texts, vectors, K)
    count = counter.get_total_flops() / (2 * batch * K * WIDTH**2)
    rows, weight = torch.randn(batch * K, WIDTH), torch.randn(WIDTH, WIDTH)
    seconds = []
    for _ in range(50):
        start = perf_counter()
        torch.mm(rows, weight)
        seconds.append(perf_counter() - start)
    return median(seconds) * count * 1e3
