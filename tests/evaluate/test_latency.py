"""The shape of the latency report, and its arithmetic where the stand-ins report fixed times."""

import pytest

from r4t_demo.engine import Engine
from r4t_demo.evaluate import latency


def test_times_are_those_of_a_batch(engine: Engine) -> None:
    result = latency.evaluate(engine, ["a", "b", "c"], ["none", "folm", "diffusion"], [1, 4], repeats=2)
    assert set(result) == {"threads", "roofline_ms", "batch"}
    assert set(result["batch"]) == set(result["roofline_ms"]) == {1, 4}
    for batch, methods in result["batch"].items():
        assert set(methods) == {"none", "folm", "diffusion"}
        assert all(set(times) == {"encode_ms", "fanout_ms", "search_ms", "p95_total_ms"} for times in methods.values())
        assert methods["folm"]["fanout_ms"] == pytest.approx(2.0 * batch)
        assert methods["diffusion"]["fanout_ms"] == pytest.approx(1.0 * batch)
        assert methods["folm"]["p95_total_ms"] >= methods["folm"]["fanout_ms"]
    assert "fan-out, folm / diffusion: 2.0 ×" in latency.tables(result)


def test_without_the_retriever_there_is_no_roofline(engine: Engine) -> None:
    result = latency.evaluate(engine, ["a"], ["none"], [1], repeats=1)
    assert result["roofline_ms"] == {}
    assert "batch 1" in latency.tables(result)
