"""The shape of the latency report, its arithmetic where the stand-ins report fixed times, and the setting that is chosen."""

from dataclasses import dataclass, field

import pytest

from r4t_demo.engine import Engine
from r4t_demo.evaluate import latency
from r4t_demo.fanout.diffusion import DiffusionRetriever
from r4t_demo.fanout.formats import Compact
from tests.doubles import HashEncoder
from tests.tiny_models import list_writer, tiny_denoiser

pytestmark = pytest.mark.usefixtures("warm")


@dataclass(frozen=True)
class Short(Compact):
    """Lists of a few tokens; ``asked`` keeps the prompts."""

    room: int = 6
    asked: list = field(default_factory=list)

    def prompt(self, *given) -> str:
        self.asked.append(super().prompt(*given))
        return self.asked[-1]


def test_times_are_those_of_a_batch(engine: Engine) -> None:
    result = latency.evaluate(engine, ["a", "b", "c"], ["none", "folm", "diffusion"], [1, 4], repeats=2)
    assert set(result) == {"threads", "roofline_ms", "batch", "stream"}
    assert set(result["batch"]) == set(result["roofline_ms"]) == {1, 4}
    for batch, methods in result["batch"].items():
        assert set(methods) == {"none", "folm", "diffusion"}
        assert all(set(times) == {"encode_ms", "fanout_ms", "search_ms", "p95_total_ms"} for times in methods.values())
        assert methods["folm"]["fanout_ms"] == pytest.approx(2.0 * batch)
        assert methods["diffusion"]["fanout_ms"] == pytest.approx(1.0 * batch)
        assert methods["folm"]["p95_total_ms"] >= methods["folm"]["fanout_ms"]
    assert "fan-out, folm / diffusion: 2.0 ×" in latency.tables(result)


def test_a_language_models_first_sub_query_is_timed_apart_from_its_last(engine: Engine, encoder: HashEncoder) -> None:
    folm = list_writer(encoder)
    folm.form = Short(room=24)
    engine.fanouts._loaded["folm"] = folm
    assert len(folm.fan_out(["boho"], encoder.encode_text(["boho"]), latency.K)[0].labels) > 1
    result = latency.evaluate(engine, ["boho"], ["none", "folm"], [1], repeats=1)
    assert set(result["stream"]) == {"folm"}
    told = result["stream"]["folm"]
    assert set(told) == {"first_ms", "all_ms"} and 0 < told["first_ms"] < told["all_ms"]
    assert "folm, one request: first sub-query after" in latency.tables(result)


def test_without_the_retriever_there_is_no_roofline(engine: Engine) -> None:
    result = latency.evaluate(engine, ["a"], ["none"], [1], repeats=1)
    assert result["roofline_ms"] == {}
    assert "batch 1" in latency.tables(result)


def test_the_roofline_counts_every_product_of_the_sampler(engine: Engine, encoder: HashEncoder) -> None:
    """By hand: 2·5 - 1 guided calls, so 18 rows of the network, over one query token and 16 rows."""
    model = tiny_denoiser(encoder.id, dim=encoder.dim)
    engine.fanouts._loaded["diffusion"] = DiffusionRetriever(model, ["hat"], encoder.encode_text(["hat"]), engine.index)
    dim, width, tokens = encoder.dim, 32, 17
    attention = 2 * tokens * tokens * width
    block = tokens * width * (3 * width + width + 8 * width) + attention
    once = dim * width + 64 * width + width * width + width * 6 * width
    network = 2 * block + once + 2 * 16 * dim * width
    assert latency._multiply_adds(engine, "a") == 18 * network


def test_more_repetitions_are_made_while_there_is_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = []
    run = engine.run
    monkeypatch.setattr(engine, "run", lambda texts, *args, **options: batches.append(texts) or run(texts, *args, **options))
    for enough, made in ((300, 7), (-1, latency.LEAST)):
        monkeypatch.setattr(latency, "ENOUGH_S", enough)
        batches.clear()
        latency.evaluate(engine, ["a", "b", "c"], ["none"], [2], repeats=7)
        assert len(batches) == made + 1, "one is the warm-up"
    assert batches[:3] == [["a", "b"], ["c", "a"], ["b", "c"]]
