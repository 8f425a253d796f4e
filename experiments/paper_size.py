"""R4T's two models at the paper's sizes, untrained: what they cost does not hang on what they have learned."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase

from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.evaluate import latency
from r4t_demo.fanout.base import FanOutMethod
from r4t_demo.fanout.denoiser import PAPER, Block, DenoiserConfig, SetDenoiser
from r4t_demo.fanout.diffusion import DiffusionRetriever
from r4t_demo.fanout.folm import TEMPERATURE, Folm, Tell
from r4t_demo.fanout.registry import MethodSet
from r4t_demo.index.faiss_index import FaissIndex

# 4.02 billion parameters: the sizes of Qwen3-4B, one of the paper's two base models.
QWEN3_4B = {
    "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_attention_heads": 32,
    "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151_936, "tie_word_embeddings": True,
}  # fmt: skip
# The paper's network under its own sampler and under shorter ones. One call, without guidance, is what a distilled student takes.
SAMPLERS = {
    "diffusion": {},
    "diffusion-heun-18": {"sampler": "heun", "steps": 18},
    "diffusion-heun-4": {"sampler": "heun", "steps": 4},
    "diffusion-one-call": {"sampler": "heun", "steps": 1, "guidance": 1.0},
}


def evaluate(
    engine: Engine, tokenizer: PreTrainedTokenizerBase, queries: Sequence[str], batches: Sequence[int], repeats: int,
    device: torch.device, **sizes: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """``latency.evaluate`` of the methods of ``paper_engine``, which takes ``sizes``; the roofline is of products as wide."""
    small = paper_engine(engine, tokenizer, device, **sizes)
    network = cast(DiffusionRetriever, small.fanouts["diffusion"])
    weight = torch.randn_like(cast(Block, network.model.blocks[0]).out.weight, dtype=network.precision)
    return latency.evaluate(small, queries, ["folm", *SAMPLERS], batches, repeats, weight)


class PrefixEncoder(Encoder):
    """An encoder's first ``dim`` dimensions, as the paper cuts its own to 128."""

    def __init__(self, encoder: Encoder, dim: int) -> None:
        self.encoder, self.dim, self.id = encoder, dim, f"{encoder.id}[:{dim}]"

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return _prefix(self.encoder.encode_text(texts), self.dim)


class UntrainedFolm(Folm):
    """Samples as ever, a whole answer's tokens, but an untrained model writes no list: ``words`` stand for what it adds."""

    def __init__(
        self, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, encoder: PrefixEncoder, words: Sequence[str]
    ) -> None:
        super().__init__(model, tokenizer, encoder)
        self.words = words

    def sample_lists(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *,
        seed: int = 0, temperature: float = TEMPERATURE, guidance: float = 1.0, seconds: float | None = None,
        tell: Tell | None = None,
    ) -> list[list[list[str]]]:  # fmt: skip
        super().sample_lists(queries, vectors, k, n_samples, seed=seed, temperature=temperature, guidance=guidance)
        lists = [[f"{query} {word}" for word in self.words[:k]] for query in queries]
        if tell:
            for row, texts in enumerate(lists):
                tell(row, texts)
        return [[texts] * n_samples for texts in lists]


def paper_engine(
    engine: Engine, tokenizer: PreTrainedTokenizerBase, device: torch.device, *,
    language_model: Mapping[str, Any] = QWEN3_4B, denoiser: Mapping[str, Any] = PAPER,
) -> Engine:  # fmt: skip
    """Return an engine over the same catalogue, its vectors cut to the denoiser's width, whose methods have the paper's sizes.

    Methods: ``folm`` and the names of ``SAMPLERS``; on a GPU the networks multiply in bfloat16. The paper's language model thinks
    before it writes its list, and this one does not, so its times are the least that could be expected.
    """
    dim = denoiser["dim"]
    encoder = PrefixEncoder(engine.encoder, dim)
    vectors = _prefix(engine.index.vectors(np.arange(len(engine.index))), dim)
    small = Engine(engine.settings, engine.catalog, FaissIndex.build(vectors, encoder.id), encoder)
    words = sorted({item.category for item in engine.catalog.items})
    precision = torch.float32 if device.type == "cpu" else torch.bfloat16
    torch.manual_seed(0)
    with torch.device(device):
        model = LlamaForCausalLM._from_config(LlamaConfig(**language_model), dtype=precision)
    model.generation_config = GenerationConfig(eos_token_id=tokenizer.eos_token_id)
    fanouts: dict[str, FanOutMethod] = {"folm": UntrainedFolm(model, tokenizer, encoder, words)}
    for name, sampling in SAMPLERS.items():
        network = SetDenoiser(DenoiserConfig(**{**denoiser, **sampling, "encoder_id": encoder.id})).to(device)
        fanouts[name] = DiffusionRetriever(network, words, encoder.encode_text(words), small.index, name, precision=precision)
    small.fanouts = cast(MethodSet, fanouts)  # which is asked for by name, and nothing else
    return small


def _prefix(vectors: np.ndarray, dim: int) -> np.ndarray:
    """The first ``dim`` dimensions of (n, d), brought back to unit length."""
    short = vectors[:, :dim]
    return short / np.linalg.norm(short, axis=1, keepdims=True)
