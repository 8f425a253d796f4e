"""Makes torchvision importable beside a CPU build of torch, and keeps OpenVINO silent; import this before open_clip, openvino or
transformers.

PyPI's torchvision is linked to CUDA. Beside a CPU build of torch its compiled part cannot load, the operators it would
have registered are missing, and ``import torchvision`` fails ("operator torchvision::nms does not exist"). We need
only its Python part, so the two schemas that it looks for are registered by hand where the compiled part cannot load.

Beside it stands what else depends on the machine's torch: the number format that a device multiplies fastest.
"""

import ctypes
import importlib.util
import sys
import threading
from pathlib import Path

import torch

# OpenVINO tells its makers' server of every import, unless the package that does so is missing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

# transformers patches its own classes while it loads a model: two loads at once can leave them patched, and no model with
# tied weights can be loaded any more ("Cannot copy out of meta tensor").
LOADING = threading.RLock()


def _compiled_part_loads() -> bool:
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    libraries = sorted(Path(spec.origin).parent.glob("_C*.so")) + sorted(Path(spec.origin).parent.glob("_C*.pyd"))
    try:
        ctypes.CDLL(str(libraries[0]))
    except (OSError, IndexError):
        return False
    return True


def _register_schemas() -> torch.library.Library | None:
    if _compiled_part_loads():
        return None
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


_LIBRARY = _register_schemas()  # kept alive: the schemas go when the Library object does


def native_dtype(device: torch.device) -> torch.dtype:
    """Return bfloat16 where the device multiplies it itself, else float32.

    A processor without AVX-512 BF16 or AMX emulates the format: slower than float32, by a factor of two to four.
    """
    if device.type == "cuda":
        able = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        capabilities = torch.cpu.get_capabilities()
        able = capabilities.get("avx512_bf16", False) or capabilities.get("amx_bf16", False)
    return torch.bfloat16 if able else torch.float32


def cpu_multiplies_bfloat16() -> bool:
    """Whether this machine's processor does: the language model takes a third of the time then."""
    return native_dtype(torch.device("cpu")) == torch.bfloat16


def mixed_precision() -> torch.autocast:
    """Return a context for forward passes on a CPU: bfloat16 where the processor multiplies it itself, else plain float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=cpu_multiplies_bfloat16())
