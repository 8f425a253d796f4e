"""A language model compiled for the CPU by OpenVINO, and kept in the user's cache so that it is made once.

Compiled, a token takes a fifth to a third of the time: no operation is called from Python, the products are made for few rows,
and a weight has one byte to be read instead of four (docs/design-notes.md, "The language model's engine").
"""

import ctypes
import gc
import hashlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import torch

from r4t_demo.fanout.language_model import cache, first
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
MADE_BY = "1"  # another number makes all kept models anew
KEPT = 4  # models in the cache, 0.15 GB each for the embedded one
KIND, GRAPH, WEIGHTS, SUM = "compiled-", "model.xml", "model.bin", "model.sha256"


class Compiled:
    """A causal LM compiled for the CPU; the model that it was made of can go.

    A weight is a whole number of eight bits times a scale of its group; all else is float32. ``digest`` tells the model's weights
    from others, ``ends`` are its end tokens. Who reads has a ``request`` of his own; readers take turns.
    """

    device = torch.device("cpu")

    def __init__(self, graph: ov.Model) -> None:
        self.digest = str(graph.get_rt_info(["r4t", "digest"]).value)
        self.ends = [int(token) for token in str(graph.get_rt_info(["r4t", "ends"]).value).split()]
        # Nothing else is rounded, so that processors differ in the last digits alone. Threads are not pinned: another process of
        # this project may run beside.
        options = {
            "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": torch.get_num_threads(), "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        }  # fmt: skip
        self._compiled = ov.Core().compile_model(graph, "CPU", options)

    def request(self) -> ov.InferRequest:
        """Begin to read: what it keeps are the keys and values of what has been read."""
        return self._compiled.create_infer_request()


def served(sources: Iterable[Path], load: Callable[[], PreTrainedModel]) -> Compiled | PreTrainedModel:
    """What ``load`` reads from the folders ``sources``, compiled: now, or before, in the user's cache.

    The model as it is where the engine does not take it.
    """
    place = cache() / f"{KIND}{_sum_of(sources)[:16]}"
    if graph := _kept(place):
        return Compiled(graph)
    model = load()
    if not compilable(model):
        return model
    graph = graph_of(model)
    _keep(graph, place)
    made = Compiled(graph)
    del model, graph
    _give_back()
    return made


def _sum_of(sources: Iterable[Path]) -> str:
    """A hexadecimal number of all that a compiled model is made of: the files of its folders, and who makes it."""
    total = hashlib.sha256(f"{MADE_BY} {ov.__version__} {GROUP}".encode())
    for path in sorted(path for folder in sources for path in folder.iterdir() if path.is_file()):
        total.update(_sum(path).encode())
    return total.hexdigest()


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kept(place: Path) -> ov.Model | None:
    """The graph in a folder of the cache; None where there is none, or it is not as it was written."""
    try:
        if (place / SUM).read_text() != _sum(place / WEIGHTS):
            return None
        os.utime(place)  # the oldest are removed
        return ov.Core().read_model(place / GRAPH)
    except (OSError, RuntimeError):
        return None


def _keep(graph: ov.Model, place: Path) -> None:
    """Write a graph into a folder of the cache, as a whole or not at all; it is made again where there is no room for it."""
    with suppress(OSError, RuntimeError):
        shutil.rmtree(place, ignore_errors=True)  # a damaged one
        with first(place) as folder:
            ov.save_model(graph, folder / GRAPH, compress_to_fp16=False)
            (folder / SUM).write_text(_sum(folder / WEIGHTS))
        for old in sorted(place.parent.glob(f"{KIND}*"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def compilable(model: PreTrainedModel) -> bool:
    """Whether the engine takes a model: one whose layers keep the keys and values of all that was read."""
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config.get_text_config()).layers)


def ends_of(model: PreTrainedModel | Compiled) -> list[int]:
    """The end tokens that a model's settings name."""
    if isinstance(model, Compiled):
        return model.ends
    ends = model.generation_config.eos_token_id if model.generation_config else None
    return ends if isinstance(ends, list) else [] if ends is None else [ends]


def _give_back() -> None:
    """Return freed memory to the system: glibc would keep what a model took that has been compiled, some 400 MB."""
    gc.collect()  # an adapted model and its parts know each other
    with suppress(OSError, AttributeError):  # of another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def digest_of(model: PreTrainedModel | Compiled) -> str:
    """A hexadecimal number that is a model's own: made of its weights."""
    if isinstance(model, Compiled):
        return model.digest
    weights = hashlib.sha256()
    for name, value in model.state_dict().items():
        weights.update(name.encode() + value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return weights.hexdigest()


def graph_of(model: PreTrainedModel) -> ov.Model:
    """What a model is compiled from."""
    graph = _stateful(_quantized(_traced(model)), model.config)
    graph.set_rt_info(digest_of(model), ["r4t", "digest"])
    graph.set_rt_info(" ".join(map(str, ends_of(model))), ["r4t", "ends"])
    return graph


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
