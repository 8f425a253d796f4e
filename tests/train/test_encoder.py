"""Training the two towers on next to nothing: they learn, resume, stay apart, and meet again in one folder."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from r4t_demo.train import encoder as training
from tests.tiny_models import CLIP, assert_same_weights, moved, weights_of

TEXTS = ["red dress", "blue hat", "boho festival look", "gothic black boots", "ivory scarf", "navy belt with studs"]


@pytest.fixture(autouse=True)
def tiny_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "CONFIG", CLIP)
    monkeypatch.setattr(training, "DIM", CLIP["model_cfg"]["embed_dim"])


def unit(*shape: int) -> np.ndarray:
    rows = np.random.default_rng(0).standard_normal(shape)
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def distil(state: Path, steps: int, seed: int = 0) -> tuple[nn.Module, list]:
    model = training.new_model()
    records = list(training.distil_text(model, TEXTS, unit(6, 8), state, steps=steps, batch=4, rate=2e-2, seed=seed))
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


def test_tokens_start_as_their_own_texts_vectors() -> None:
    model, asked = training.new_model(), []

    def embed(names: list[str]) -> np.ndarray:
        asked.extend(names)
        return unit(len(names), 8)

    training.start_token_embeddings(model, embed)
    weight = model.text.token_embedding.weight.detach()
    assert weight.std().item() == pytest.approx(0.02, rel=1e-3)
    token = training.tokenizer()(["dress"])[0, 1].item()
    assert asked[token] == "dress"
    cosines = nn.functional.cosine_similarity(weight, torch.from_numpy(unit(len(asked), 8)), dim=1)
    assert cosines.min() > 0.999


def solid(count: int) -> np.ndarray:
    """``count`` pictures of one random colour each."""
    colours = np.random.default_rng(1).integers(0, 256, (count, 3, 1, 1), dtype=np.uint8)
    return np.broadcast_to(colours, (count, 3, 24, 24)).copy()


def test_the_image_tower_nears_its_captions(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tower = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 8))
    before = weights_of(tower)
    options = {"steps": 80, "size": 16, "batch": 12, "rate": 2e-2}
    arguments = (SimpleNamespace(visual=tower), solid(4), unit(4, 1, 8), np.ones(4), tmp_path / "image.safetensors")
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
    weights = np.array([1.0, 0.0])
    list(training.align_images(model, pixels, unit(2, 1, 8), weights, tmp_path / "s.safetensors", steps=3, size=8, batch=8))
    assert torch.cat(seen).max() == -2, "only black pictures, (0 - 0.5) / 0.25"


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


def test_the_towers_meet(tmp_path: Path) -> None:
    states = tmp_path / "text.safetensors", tmp_path / "image.safetensors"
    text, image = distil(states[0], 2)[0].eval(), training.new_model()
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, 24, 24), dtype=np.uint8)
    list(training.align_images(image, pixels, unit(3, 2, 8), np.ones(3), states[1], steps=2, size=16, batch=4))
    both = training.with_towers(*states)
    tokens, pictures = training.tokenizer()(TEXTS), torch.rand(2, 3, 16, 16)
    with torch.inference_mode():
        torch.testing.assert_close(both.encode_text(tokens), text.encode_text(tokens))
        torch.testing.assert_close(both.encode_image(pictures), image.eval().encode_image(pictures))
