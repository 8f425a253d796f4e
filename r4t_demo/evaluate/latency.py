"""How long a batch takes, part by part, every method on the same machine in the same run."""

from collections.abc import Sequence
from itertools import cycle, islice
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from r4t_demo.engine import Engine
from r4t_demo.evaluate.table import render
from r4t_demo.fanout.folm import Folm

K, N = 10, 4
PARTS = ("encode", "fanout", "search")
WIDTH = 512  # of the plain matrix products behind the roofline: near the demo's networks' own
LEAST, ENOUGH_S = 3, 300  # timed batches of a size: at least 3, and no more once it has taken five minutes


def evaluate(
    engine: Engine, queries: Sequence[str], methods: Sequence[str], batches: Sequence[int], repeats: int = 10,
    weight: torch.Tensor | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Time up to ``repeats`` batches of every size after one warm-up.

    Returns threads, roofline_ms {batch: ms} and batch {batch: {method: encode_ms, fanout_ms, search_ms (medians) and
    p95_total_ms}}. All times are those of a whole batch. The roofline is the time that the diffusion retriever's
    multiply-adds take as plain products with ``weight`` (w, w), whose width, type and place are the network's own;
    empty where "diffusion" is missing from ``methods``. stream {method: first_ms, all_ms} has the medians of single requests to a
    language model: until its first sub-query is told, and its last.
    """
    measured = {batch: _time_batch(engine, queries, methods, batch, repeats) for batch in batches}
    roofline = {}
    if "diffusion" in methods:
        count, weight = _multiply_adds(engine, queries[0]), torch.randn(WIDTH, WIDTH) if weight is None else weight
        roofline = {batch: _roofline(count, batch, weight) for batch in batches}
    stream = {name: _streamed(method, queries) for name in methods if isinstance(method := engine.fanouts[name], Folm)}
    return {"threads": torch.get_num_threads(), "roofline_ms": roofline, "batch": measured, "stream": stream}


def tables(result: dict[str, Any]) -> str:
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
    for name, told in result["stream"].items():
        parts.append(
            f"{name}, one request: first sub-query after {told['first_ms']:.0f} ms, the last after {told['all_ms']:.0f} ms"
        )
    return "\n\n".join(parts)


def _time_batch(
    engine: Engine, queries: Sequence[str], methods: Sequence[str], batch: int, repeats: int
) -> dict[str, dict[str, float]]:
    """Methods take turns in every repetition, so that a slow moment of the machine falls on all of them."""
    times: dict[str, list[dict[str, float]]] = {name: [] for name in methods}
    supply, begin = cycle(queries), perf_counter()
    for turn in range(repeats + 1):
        if turn > LEAST and perf_counter() - begin > ENOUGH_S:
            break
        texts = list(islice(supply, batch))
        for name in methods:
            results = engine.run(texts, [name], k=K, n=N, seed=turn)
            if turn > 0:  # the first is the warm-up
                times[name].append({part: sum(result.ms[part] for result in results) for part in (*PARTS, "total")})
    return {name: _summary(rows) for name, rows in times.items()}


def _streamed(folm: Folm, queries: Sequence[str], count: int = 20) -> dict[str, float]:
    times = []
    for query in queries[:count]:
        vector, told = folm.encoder.encode_text([query]), list[float]()
        begin = perf_counter()
        folm.fan_out([query], vector, K, tell=lambda *_, told=told: told.append(perf_counter()))
        times.append([moment - begin for moment in told])
    return {"first_ms": 1e3 * median(told[0] for told in times), "all_ms": 1e3 * median(told[-1] for told in times)}


def _summary(rows: list[dict[str, float]]) -> dict[str, float]:
    medians = {f"{part}_ms": median(row[part] for row in rows) for part in PARTS}
    return {**medians, "p95_total_ms": float(np.percentile([row["total"] for row in rows], 95))}


def _multiply_adds(engine: Engine, query: str) -> float:
    """Of one query's fan-out by the diffusion retriever."""
    vector = engine.encoder.encode_text([query])
    # The counter knows no fused attention of a CPU, so attention is taken apart while it counts.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        engine.fanouts["diffusion"].fan_out([query], vector, K)
    return counter.get_total_flops() / 2


def _roofline(multiply_adds: float, batch: int, weight: torch.Tensor) -> float:
    """Milliseconds that a batch's multiply-adds, so many a query, take in products (batch·k, w) @ (w, w)."""
    rows = torch.randn(batch * K, len(weight), dtype=weight.dtype, device=weight.device)
    seconds = []
    for _ in range(10):
        start = perf_counter()
        for _ in range(5):
            found = torch.mm(rows, weight)
        found[0, 0].item()  # a GPU has done its work only when it is asked for it
        seconds.append((perf_counter() - start) / 5)
    return median(seconds) * multiply_adds / (K * weight.numel()) * 1e3
