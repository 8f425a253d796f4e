"""How a causal LM reads on: token by token for many rows at once, in PyTorch or, served on a CPU, compiled by OpenVINO.

Compiled, a token takes a fifth to a third of the time: no operation is called from Python, the products are made for few rows,
and a weight has one byte to be read instead of four (docs/design-notes.md, "The language model's engine").
"""

import ctypes
import gc
import hashlib
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from math import gcd
from typing import Any, Protocol

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from r4t_demo.fanout.samplers import guide
from r4t_demo.torch_guard import LOADING  # must come before openvino and transformers

# isort: split
import openvino as ov
from openvino import opset13 as ops
from openvino._offline_transformations import apply_make_stateful_transformation
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

GROUP = 32  # weights that share a scale
MASKED = -1e9  # what a score that may not be seen gets
FEEDS = ("ids", "mask", "positions", "wanted", "rows")


class Session(Protocol):
    """Rows that a model reads on, each behind all that it has read of it."""

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """Read ``ids`` where ``mask`` is 1, both (B, T), and return the scores (B, V) of what follows.

        ``rows`` (B,) says which of the rows read so far each one continues: some may end there, and one may be continued often.
        """
        ...

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Begin with left-padded prompts ``ids`` (B, T), and return the scores (B, V) behind them."""
        ...


class TorchSession:
    """A ``Session`` of a model of ``transformers``."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model, self._cache = model, DynamicCache(config=model.config.get_text_config())
        self._mask: torch.Tensor | None = None

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """See ``Session``."""
        if rows is not None:
            self._cache.batch_select_indices(rows)
        self._mask = _continued(self._mask, mask, rows)
        model: Any = self._model
        return model(
            input_ids=ids, attention_mask=self._mask, position_ids=_positions(self._mask, ids.shape[1]),
            past_key_values=self._cache, use_cache=True, logits_to_keep=1,
        ).logits[:, -1]  # fmt: skip

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See ``Session``."""
        return self.read(ids, mask)


class Compiled:
    """A causal LM compiled for the CPU; the model that it was made of can go.

    A weight is a whole number of eight bits times a scale of its group; all else is float32. ``digest`` tells the model's weights
    from others. Sessions do not disturb each other; they take turns.
    """

    device = torch.device("cpu")

    def __init__(self, model: PreTrainedModel) -> None:
        self.digest = digest_of(model)
        # Nothing else is rounded, so that processors differ in the last digits alone. Threads are not pinned: another process of
        # this project may run beside.
        options = {
            "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": torch.get_num_threads(), "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        }  # fmt: skip
        self._compiled = ov.Core().compile_model(_stateful(_quantized(_traced(model)), model.config), "CPU", options)

    def session(self) -> "CompiledSession":
        """Begin to read."""
        return CompiledSession(self._compiled.create_infer_request())


class CompiledSession:
    """A ``Session`` of a ``Compiled`` model, whose keys and values stay in the engine."""

    def __init__(self, request: ov.InferRequest) -> None:
        self._request = request
        self._mask: torch.Tensor | None = None

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """See ``Session``."""
        return self.logits(ids, mask, 1, rows)[:, 0]

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See ``Session``; what all of them begin with is read once."""
        prompts = [row[seen.bool()] for row, seen in zip(ids, mask, strict=True)]
        shortest = min(len(row) for row in prompts)
        alike = torch.stack([row[:shortest] for row in prompts]).eq(prompts[0][:shortest]).all(0)
        shared = min(int(alike.long().cumprod(0).sum()), shortest - 1)  # each has a token of its own to be read last
        if len(ids) == 1 or not shared:
            return self.read(ids, mask)
        self.read(prompts[0][None, :shared], torch.ones(1, shared, dtype=mask.dtype))
        rest, seen = left_padded([row[shared:] for row in prompts])
        return self.read(rest, seen, torch.zeros(len(ids), dtype=torch.long))

    def logits(self, ids: torch.Tensor, mask: torch.Tensor, keep: int, rows: torch.Tensor | None = None) -> torch.Tensor:
        """Like ``read``, with the scores (B, ``keep``, V) behind each of the last tokens."""
        batch, length = ids.shape
        self._mask = _continued(self._mask, mask, rows)
        rows = torch.arange(batch) if rows is None else rows
        wanted = torch.arange(length - keep, length)
        feeds = (ids, self._mask, _positions(self._mask, length), wanted, rows.int())
        self._request.infer({name: each.numpy() for name, each in zip(FEEDS, feeds, strict=True)})
        return torch.from_numpy(self._request.get_output_tensor(0).data.copy())


class Guided:
    """A ``Session`` that reads every row a second time behind ``bare`` (T,), the prompt without its request.

    Classifier-free guidance (``guide``) of a language model (Sanchez et al., "Stay on topic with Classifier-Free Guidance", 2023,
    equation 7): at a ``strength`` of 1 nothing changes, above it what is likely whatever was asked counts less.
    """

    def __init__(self, session: Session, strength: float, bare: torch.Tensor) -> None:
        self._session, self._strength, self._bare = session, strength, bare

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """See ``Session``."""
        pairs = None if rows is None else torch.stack([2 * rows, 2 * rows + 1], dim=1).flatten()
        return self._drawn_from(self._session.read(ids.repeat_interleave(2, 0), mask.repeat_interleave(2, 0), pairs))

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See ``Session``."""
        prompts = (row[seen.bool()] for row, seen in zip(ids, mask, strict=True))
        return self._drawn_from(self._session.read_prompts(*left_padded([each for row in prompts for each in (row, self._bare)])))

    def _drawn_from(self, scores: torch.Tensor) -> torch.Tensor:
        asked, bare = scores.float().unflatten(0, (-1, 2)).unbind(1)
        return guide(asked, bare, self._strength)


def left_padded(rows: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of tokens (T,) as ids and their mask, both (B, longest)."""
    pad = partial(pad_sequence, batch_first=True, padding_side="left")
    return pad([*rows]), pad([torch.ones_like(row) for row in rows])


def compilable(model: PreTrainedModel) -> bool:
    """Whether the engine takes a model: one whose layers keep the keys and values of all that was read."""
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config.get_text_config()).layers)


def give_back() -> None:
    """Return freed memory to the system: glibc would keep what a model took that has been compiled, some 400 MB."""
    gc.collect()  # an adapted model and its parts know each other
    with suppress(OSError, AttributeError):  # of another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def session_of(model: PreTrainedModel | Compiled) -> Session:
    """Begin to read with a model."""
    return model.session() if isinstance(model, Compiled) else TorchSession(model)


def logits_of(model: PreTrainedModel | Compiled, ids: torch.Tensor, keep: int) -> torch.Tensor:
    """The scores (B, ``keep``, V) behind each of the last tokens of ``ids`` (B, T)."""
    if isinstance(model, Compiled):
        return model.session().logits(ids, torch.ones_like(ids), keep)
    called: Any = model
    return called(input_ids=ids, use_cache=False, logits_to_keep=keep).logits


def digest_of(model: PreTrainedModel | Compiled) -> str:
    """A hexadecimal number that is a model's own: made of its weights."""
    if isinstance(model, Compiled):
        return model.digest
    weights = hashlib.sha256()
    for name, value in model.state_dict().items():
        weights.update(name.encode() + value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return weights.hexdigest()


def _continued(before: torch.Tensor | None, mask: torch.Tensor, rows: torch.Tensor | None) -> torch.Tensor:
    if before is None:
        return mask
    return torch.cat([before if rows is None else before[rows], mask], dim=1)


def _positions(mask: torch.Tensor, length: int) -> torch.Tensor:
    return (mask.cumsum(1) - 1).clamp(min=0)[:, -length:]


class _Step(torch.nn.Module):
    """What is compiled: (ids (B, T), mask (B, S + T), positions (B, T), wanted (W,), keys and values (B, H, S, D) of each layer)
    to (scores (B, W, V), longer keys and values)."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Any, mask: Any, positions: Any, wanted: Any, *past: Any) -> Any:
        model: Any = self.model
        cache: Any = DynamicCache(config=model.config)
        for layer, keys, values in zip(cache.layers, past[::2], past[1::2], strict=True):
            layer.keys, layer.values, layer.dtype, layer.device = keys, values, keys.dtype, keys.device
            layer.is_initialized = True
        places = torch.arange(mask.shape[1])
        seen = (places <= places[-ids.shape[1] :, None])[None, None] & mask[:, None, None].bool()
        read = model(
            input_ids=ids, attention_mask=torch.where(seen, 0.0, MASKED), position_ids=positions, past_key_values=cache,
            use_cache=True, logits_to_keep=wanted,
        )  # fmt: skip
        return (read.logits, *(each for layer in cache.layers for each in (layer.keys, layer.values)))


@torch.no_grad()
def _traced(model: PreTrainedModel) -> ov.Model:
    config = model.config
    heads, width = config.num_key_value_heads, getattr(config, "head_dim", 0) or config.hidden_size // config.num_attention_heads
    batch, before, length = 2, 5, 3  # any that differ: none of them is kept
    ids = torch.ones(batch, length, dtype=torch.long)
    past = torch.zeros(2 * config.num_hidden_layers, batch, heads, before, width)
    example = (ids, torch.ones(batch, before + length, dtype=torch.long), ids.cumsum(1), torch.arange(2), *past)
    attention, config._attn_implementation = config._attn_implementation, "sdpa"  # which the engine knows as one operation
    for part in model.modules():  # the tracer looks at every attribute, and transformers complains of one that is missing
        if isinstance(part, PreTrainedModel):
            part.loss_type = "ForCausalLM"
    try:
        with LOADING, warnings.catch_warnings():
            warnings.simplefilter("ignore", torch.jit.TracerWarning)  # of what is the same in every call here
            graph = torch.jit.trace(_Step(model).eval(), example, strict=False, check_trace=False)
    finally:
        config._attn_implementation = attention
    decoder, frontend = TorchScriptPythonDecoder(graph), FrontEndManager().load_by_framework("pytorch")
    return frontend.convert(frontend.load(decoder))


def _quantized(model: ov.Model) -> ov.Model:
    """The matrices of a model as int8, symmetric, with a float32 scale for every ``GROUP`` weights of a row."""
    for each in model.get_ops():
        if each.get_type_name() != "Constant" or each.get_element_type() != ov.Type.f32 or len(each.get_output_shape(0)) != 2:
            continue
        rows, columns = each.get_output_shape(0)
        groups = each.data.reshape(rows, -1, gcd(columns, GROUP))
        scales = np.maximum(np.abs(groups).max(-1, keepdims=True), np.finfo(np.float32).tiny) / np.float32(127)
        whole = ops.constant(np.rint(groups / scales).astype(np.int8))
        product = ops.reshape(ops.multiply(ops.convert(whole, "f32"), ops.constant(scales)), np.array([rows, columns]), False)
        for reader in each.output(0).get_target_inputs():
            reader.replace_source_output(product.output(0))
    return model


def _stateful(model: ov.Model, config: Any) -> ov.Model:
    """The traced step with keys and values that the engine keeps, empty at first, of the rows that are told."""
    inputs, past = model.inputs[:4], model.get_parameters()[4:]
    rows = ops.parameter([-1], np.int32)
    model.add_parameters([rows])
    for name, each in zip(FEEDS, (*inputs, rows.output(0)), strict=True):
        each.get_tensor().set_names({name})
    pairs = {}
    for number, (before, after) in enumerate(zip(past, model.outputs[1:], strict=True)):
        before.output(0).get_tensor().set_names({f"past.{number}"})
        after.get_tensor().set_names({f"present.{number}"})
        pairs[f"past.{number}"] = f"present.{number}"
        readers = before.output(0).get_target_inputs()
        chosen = ops.gather(before.output(0), rows.output(0), ops.constant(0))
        for reader in readers:
            reader.replace_source_output(chosen.output(0))
    shapes = [before.get_partial_shape() for before in past]
    apply_make_stateful_transformation(model, pairs)
    batch = ops.gather(ops.shape_of(inputs[0]), ops.constant([0]), ops.constant(0))
    heads, width = config.num_key_value_heads, shapes[0][3].get_length()
    empty = ops.broadcast(np.float32(0), ops.concat([batch, np.array([heads, 0, width])], 0))
    for each in model.get_ops():
        if each.get_type_name() == "ReadValue":
            each.set_arguments([empty])
    model.validate_nodes_and_infer_types()
    return model
