"""Train ``clip-mini``: MiniLM behind a linear map, and an image tower beside it that keeps what ImageNet taught it.

The text tower is locked (Zhai et al., "LiT", 2022); of it a linear map to fewer dimensions is learnt, which must leave the
similarities of texts as they are. The image tower is EfficientNet-Lite2. First its projection and the map are fitted on the
features of the published network ("linear probe first": Kumar et al., 2022). Then its last stages are tuned, gently, and at every
step the network is asked to answer about the thousand ImageNet classes what it answered before (Li and Hoiem, "Learning without
Forgetting", 2016). The tuned weights are averaged with the published ones (Wortsman et al., "WiSE-FT", 2022), and the projection
and the map are fitted once more, in large batches, where titles that differ in little meet.

Every loss is taken twice, over all dimensions and over the first ``PREFIX``, which shall serve alone (Kusupati et al.,
"Matryoshka Representation Learning", 2022).
"""

import json
from collections.abc import Generator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from r4t_demo.torch_guard import mixed_precision  # must come before timm

# isort: split
from timm.layers import Mlp

from r4t_demo import minilm
from r4t_demo.encoder import PREFIX, fold_norms, norms_behind_convolutions
from r4t_demo.files import write_atomically, write_text
from r4t_demo.seen import classifier
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.encoder.augment import augment, plain
from r4t_demo.train.encoder.training_data import Source

NETWORK, SIDE = "lite2", 192
ARCHITECTURE = f"tf_efficientnet_{NETWORK}"
CONFIG: dict[str, Any] = {
    "encoder_id": "clip-mini-3",
    "model_cfg": {
        "embed_dim": 256,
        "custom_text": True,
        "vision_cfg": {
            "timm_model_name": ARCHITECTURE, "timm_model_pretrained": False, "timm_pool": "avg", "timm_proj": "mlp",
            "timm_proj_bias": True, "image_size": SIDE,
        },
        "text_cfg": {
            "hf_model_name": minilm.NAME, "hf_tokenizer_name": minilm.NAME, "hf_pooler_type": "mean_pooler",
            "hf_proj_type": "linear", "context_length": minilm.CONTEXT,
        },
    },
    "preprocess_cfg": {
        "size": SIDE, "mode": "RGB", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic", "resize_mode": "longest", "fill_color": 255,
    },
}  # fmt: skip
DIM = CONFIG["model_cfg"]["embed_dim"]
FIXED = 5  # stages of the trunk that are not tuned, of seven
DROPOUT = 0.3  # of features, while the projection is fitted


Trunk = Any  # a timm network, whose stages have types of their own
Network = TypeVar("Network", bound=nn.Module)


class Towers(nn.Module):
    """What is learnt: the image tower's ``trunk`` and ``head``, the ``text`` map, and the factors of the similarities."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, trunk: Trunk, text: np.ndarray) -> None:
        super().__init__()
        self.trunk: Trunk = trunk
        features = trunk.num_features
        torch.manual_seed(0)
        self.head = Mlp(features, 2 * DIM, DIM)  # as open_clip's own, which takes its place in the folder
        self.text = nn.Linear(minilm.DIM, DIM, bias=False)
        self.text.weight.data = torch.from_numpy(text.T.copy())
        self.scales = nn.Parameter(torch.tensor([3.5, 3.0, 3.0]))  # logarithms: captions, kinds, the world's classes
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))

    def place(self, features: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return where features (n, f) lie in the common space, not normalised (n, DIM); with a generator some are left out."""
        even = (features - self.mean) / self.deviation
        if generator:
            even = even * (torch.rand(even.shape, generator=generator) >= DROPOUT) / (1 - DROPOUT)
        return self.head(even)


@dataclass(frozen=True)
class Words:
    """Texts beside the captions, MiniLM's unit vectors: ``sample`` (n, d) of any subject, ``classes`` (1000, w, d) ImageNet's."""

    sample: torch.Tensor
    classes: torch.Tensor


def published(network: str) -> tuple[Trunk, torch.Tensor, torch.Tensor]:
    """Return the published network without its classifier, norms folded, and the classifier's weight and bias."""
    model = classifier.published(network)
    weight, bias = model.classifier.weight.detach().clone(), model.classifier.bias.detach().clone()
    model.reset_classifier(0)
    return fold_norms(model), weight, bias


def leading_axes(vectors: np.ndarray) -> np.ndarray:
    """Return the (d, DIM) leading right singular vectors of (n, d) rows, signs fixed: where the text map starts."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    axes = axes[:, ::-1][:, :DIM]
    return (axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(DIM)])).astype(np.float32)


@torch.no_grad()
def trunk_features(trunk: Trunk, source: Source, views: int, seed: int = 0) -> Generator[Progress, None, torch.Tensor]:
    """Return the features of all pictures, plain and in ``views`` changed ways: half precision, (n, 1 + views, f)."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.empty(len(source.pixels), 1 + views, trunk.num_features, dtype=torch.float16)
    for start in range(0, len(features), 128):
        pixels = torch.from_numpy(np.array(source.pixels[start : start + 128]))
        with mixed_precision():
            for view in range(1 + views):
                seen = augment(pixels, SIDE, generator) if view else plain(pixels, SIDE)
                features[start : start + 128, view] = trunk(seen)
        yield Progress("features", min(start + 128, len(features)), len(features))
    return features


def averaged(before: Network, after: Network, share: float) -> Network:
    """Return a network whose weights are ``share`` those of ``after`` and for the rest those of ``before`` (as in WiSE-FT)."""
    old, mixed = before.state_dict(), deepcopy(after)
    mixed.load_state_dict({name: torch.lerp(old[name], value, share) for name, value in after.state_dict().items()})
    return mixed


def nested(vectors: torch.Tensor) -> list[torch.Tensor]:
    """Return unit rows of the first ``PREFIX`` dimensions and of all of them."""
    return [F.normalize(vectors[:, :dims], dim=-1) for dims in (PREFIX, vectors.shape[1])]


def export(towers: Towers, folder: Path) -> None:
    """Write an open_clip folder in half precision, which ``Encoder.load`` completes with MiniLM's own weights."""
    first, second = towers.head.fc1, towers.head.fc2
    assert first.bias is not None
    scale = first.weight / towers.deviation  # the features come as they are
    tensors = {f"visual.trunk.{name}": value for name, value in unfolded(towers.trunk).items()}
    tensors |= {"visual.head.mlp.fc1.weight": scale, "visual.head.mlp.fc1.bias": first.bias - scale @ towers.mean}
    tensors |= {f"visual.head.mlp.fc2.{name}": value for name, value in second.named_parameters()}
    tensors |= {"text.proj.weight": towers.text.weight, "logit_scale": towers.scales[0]}
    half = {name: value.detach().half().contiguous() if value.is_floating_point() else value for name, value in tensors.items()}
    write_atomically(folder / "open_clip_model.safetensors", lambda temporary: save_file(half, temporary))
    write_text(folder / "open_clip_config.json", json.dumps(CONFIG, indent=2))


def unfolded(trunk: Trunk) -> dict[str, torch.Tensor]:
    """Return the weights of a trunk with folded batch norms for the same architecture with norms, which then change nothing."""
    import timm

    state = timm.create_model(ARCHITECTURE, pretrained=False, num_classes=0)
    tensors = dict(state.state_dict())
    prefixes = {module: name for name, module in state.named_modules()}
    for parent, convolution, norm in norms_behind_convolutions(state):
        getattr(parent, norm).running_var.fill_(1 - getattr(parent, norm).eps)
        prefix = f"{prefixes[parent]}." if prefixes[parent] else ""
        folded = trunk.get_submodule(f"{prefix}{convolution}")
        tensors[f"{prefix}{convolution}.weight"] = folded.weight
        tensors[f"{prefix}{norm}.bias"] = folded.bias
    return tensors
