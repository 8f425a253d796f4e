"""The paper's sizes, and the path that times them, on a CPU with small stand-ins for the two networks."""

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from experiments import paper_size
from r4t_demo.engine import Engine
from r4t_demo.evaluate import latency
from r4t_demo.fanout.denoiser import PAPER
from tests.doubles import HashEncoder
from tests.tiny_models import TINY, tiny_folm

CPU = torch.device("cpu")
LANGUAGE_MODEL = paper_size.QWEN3_4B | {
    "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2,
    "head_dim": 8, "vocab_size": 3000,
}  # fmt: skip
SIZES = {"language_model": LANGUAGE_MODEL, "denoiser": PAPER | TINY | {"dim": 32, "steps": 24}}


@pytest.fixture
def small(engine: Engine, encoder: HashEncoder) -> Engine:
    return paper_size.paper_engine(engine, tiny_folm(encoder).tokenizer, CPU, **SIZES)


def test_the_language_model_has_four_billion_parameters() -> None:
    with torch.device("meta"):
        model = LlamaForCausalLM(LlamaConfig(**paper_size.QWEN3_4B))
    assert abs(sum(parameter.numel() for parameter in model.parameters()) - 4e9) < 0.1e9


def test_every_method_is_timed(engine: Engine, encoder: HashEncoder) -> None:
    result = paper_size.evaluate(engine, tiny_folm(encoder).tokenizer, ["boho", "gothic"], [1, 2], 1, CPU, **SIZES)
    assert set(result["batch"]) == set(result["roofline_ms"]) == {1, 2}
    for methods in result["batch"].values():
        assert set(methods) == {"folm", *paper_size.SAMPLERS}
        assert all(value > 0 for times in methods.values() for value in times.values())
    assert all(value > 0 for value in result["roofline_ms"].values())
    assert "fan-out, folm / diffusion" in latency.tables(result)


def test_a_method_fans_out_into_ten_directions_of_the_short_vectors(small: Engine) -> None:
    for result in small.run(["boho festival", "gothic"], list(small.fanouts), k=6):
        assert result.vectors.shape == (6, 32) and len(result.items) == 6
        np.testing.assert_allclose(np.linalg.norm(result.vectors, axis=1), 1, atol=1e-5)


def test_a_list_costs_all_the_tokens_that_may_be_written(small: Engine) -> None:
    folm, generated = small.fanouts["folm"], []
    generate = folm.generate
    folm.generate = lambda *args, **options: generated.append(generate(*args, **options)) or generated[-1]
    folm.fan_out(["boho"], small.encoder.encode_text(["boho"]), 6)
    [answers] = generated
    assert len(answers.completion) == 1
    assert answers.completion.shape[1] > 50, "of 3,000 equally likely tokens, one is the end"


@pytest.mark.parametrize(("name", "calls"), [("diffusion", 24), ("diffusion-heun-18", 35), ("diffusion-heun-4", 7)])
def test_the_samplers_call_the_network_as_often_as_their_names_say(small: Engine, name: str, calls: int) -> None:
    seen, retriever = [], small.fanouts[name]
    retriever.model.register_forward_hook(lambda module, inputs, output: seen.append(len(inputs[0])))
    retriever.fan_out(["boho"], small.encoder.encode_text(["boho"]), 6)
    assert seen == [2] * calls, "guided: with the query and without"


def test_vectors_are_the_encoders_first_dimensions(small: Engine, encoder: HashEncoder) -> None:
    whole, short = encoder.encode_text(["boho festival"])[0], small.encoder.encode_text(["boho festival"])[0]
    np.testing.assert_allclose(short, whole[:32] / np.linalg.norm(whole[:32]), atol=1e-6)
    assert small.index.dim == 32 and len(small.index) == len(small.catalog)
