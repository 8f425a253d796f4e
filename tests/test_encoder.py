"""The encoder against open_clip itself, on a tiny model written and read as a folder."""

import json
import pickle
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

import r4t_demo.torch_guard  # noqa: F401  (must come before open_clip)

# isort: split
import timm
from open_clip import CoCa
from open_clip.model import CustomTextCLIP

from r4t_demo import encoder as module
from r4t_demo.encoder import Encoder, text_features
from r4t_demo.errors import UserError
from tests.tiny_models import CLIP, in_float32, randomised, write_clip

TEXTS = ["", "red", "a boho festival look", "wow !$%& !!!", "!$%&", "ünïcode", " ".join(["very long text"] * 20)]


def tiny_clip(**text_options) -> CustomTextCLIP:
    config = CLIP["model_cfg"]
    return randomised(CustomTextCLIP(config["embed_dim"], config["vision_cfg"], config["text_cfg"] | text_options))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as a checkpoint folder. Read only."""
    folder = tmp_path_factory.mktemp("encoders") / "clip-tiny"
    write_clip(folder, CLIP)
    return folder


@pytest.fixture(scope="module")
def tiny(folder: Path) -> Encoder:
    return in_float32(Encoder.load(f"local-dir:{folder}"))


@pytest.mark.parametrize(
    "options",
    [{}, {"no_causal_mask": True}, {"pool_type": "last"}, {"pool_type": "eos"}, {"proj_bias": True}, {"proj_type": "none"}],
    ids=["trimmed", "no mask", "last", "end id", "biased", "bare"],
)
@torch.inference_mode()
def test_text_features_are_open_clips_own(tiny: Encoder, options: dict) -> None:
    assert_same_features(tiny_clip(**options), tiny.tokenizer)


@torch.inference_mode()
def test_text_features_of_a_coca_are_open_clips_own(tiny: Encoder) -> None:
    """Its tower looks like the first CLIP's, but appends a token and pools there."""
    config = CLIP["model_cfg"]
    decoder = {"context_length": 12, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 1}
    text = config["text_cfg"] | {"embed_cls": True, "output_tokens": True}
    assert_same_features(randomised(CoCa(8, decoder, text, config["vision_cfg"] | {"output_tokens": True})), tiny.tokenizer)


def assert_same_features(model: torch.nn.Module, tokenizer) -> None:
    for texts in (TEXTS, *([text] for text in TEXTS)):
        tokens = tokenizer(texts)
        ours, theirs = (F.normalize(rows, dim=-1) for rows in (text_features(model, tokens), model.encode_text(tokens)))
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_short_texts_cost_little(tiny: Encoder, monkeypatch) -> None:
    widths = []
    forward = tiny.model.text.transformer.forward
    monkeypatch.setattr(tiny.model.text.transformer, "forward", lambda x, **kw: widths.append(x.shape[1]) or forward(x, **kw))
    tiny.encode_text(["red dress", "hat"])
    assert widths == [4], "two words between a start and an end token"


def test_texts_become_unit_rows_whatever_their_batch(tiny: Encoder, monkeypatch) -> None:
    together = tiny.encode_text(TEXTS)
    assert together.shape == (len(TEXTS), 8) == (len(TEXTS), tiny.dim) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    monkeypatch.setattr(module, "BATCH", 2)
    np.testing.assert_allclose(tiny.encode_text(TEXTS), together, atol=1e-5)
    assert len({tuple(row) for row in together.round(3).tolist()}) == len(TEXTS)


def test_pictures_of_any_kind_become_unit_rows(tiny: Encoder, monkeypatch) -> None:
    pictures = [
        Image.new("RGB", (40, 20), "red"),
        Image.new("L", (16, 16), 90),
        Image.new("RGBA", (5, 50), (0, 0, 255, 128)),
        Image.new("P", (30, 30), 3),
    ]
    together = tiny.encode_images(pictures)
    assert together.shape == (4, 8) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    monkeypatch.setattr(module, "BATCH", 3)
    np.testing.assert_allclose(tiny.encode_images(pictures), together, atol=1e-5)


def test_nothing_in_gives_no_rows(tiny: Encoder) -> None:
    assert tiny.encode_text([]).shape == tiny.encode_images([]).shape == (0, 8)


PICTURES = [Image.new("RGB", (20, 20), colour) for colour in ("red", "teal", "ivory")]


def test_half_precision_is_nearly_the_same(tiny: Encoder) -> None:
    half = Encoder(tiny.model, tiny.preprocess, tiny.tokenizer, tiny.id, precision=torch.float16)
    for rows, exact in (
        (half.encode_text(TEXTS), tiny.encode_text(TEXTS)),
        (half.encode_images(PICTURES), tiny.encode_images(PICTURES)),
    ):
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(rows, exact, atol=0.01)
        assert not np.array_equal(rows, exact), "the towers should have run in half precision"


def test_a_pickled_one_takes_the_place_that_it_finds(tiny: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pickle.dumps(tiny)
    monkeypatch.setattr(module, "_place", lambda: (torch.device("cpu"), torch.float32))
    there = pickle.loads(packed)
    assert there.id == tiny.id
    np.testing.assert_allclose(there.encode_text(TEXTS), tiny.encode_text(TEXTS), atol=1e-5)
    monkeypatch.setattr(module, "_place", lambda: (torch.device("cpu"), torch.bfloat16))
    assert pickle.loads(packed).precision == torch.bfloat16


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_is_used_where_there_is_one(folder: Path) -> None:
    fast = Encoder.load(f"local-dir:{folder}")
    assert (fast.device.type, fast.precision) == ("cuda", torch.float16)
    texts, pictures = fast.encode_text(TEXTS), fast.encode_images(PICTURES)
    slow = in_float32(fast)
    np.testing.assert_allclose(texts, slow.encode_text(TEXTS), atol=0.01)
    np.testing.assert_allclose(pictures, slow.encode_images(PICTURES), atol=0.01)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU")
@pytest.mark.parametrize("fastest", [torch.float32, torch.bfloat16])
def test_without_a_gpu_the_processors_fastest_format_multiplies(
    folder: Path, fastest: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.torch_guard, "native_dtype", lambda device: fastest)
    encoder = Encoder.load(f"local-dir:{folder}")
    assert (encoder.device.type, encoder.precision) == ("cpu", fastest)


def test_the_digest_is_the_weights_alone(folder: Path, tiny: Encoder) -> None:
    """A zip that was trained here loads where the same towers round otherwise."""
    again = in_float32(Encoder.load(f"local-dir:{folder}"))
    rounding = Encoder(deepcopy(again.model), again.preprocess, again.tokenizer, "another id", precision=torch.bfloat16)
    assert not np.array_equal(rounding.encode_text(TEXTS), again.encode_text(TEXTS))
    assert again.digest == tiny.digest == rounding.digest
    last = list(rounding.model.parameters())[-1]
    last.data.view(-1)[0] += 1.0
    changed = Encoder(rounding.model, again.preprocess, again.tokenizer, again.id)
    assert changed.digest != again.digest


@torch.inference_mode()
def test_a_folder_gives_back_the_model(tiny: Encoder) -> None:
    assert tiny.id == "clip-tiny-8"
    original = Encoder(tiny_clip(), tiny.preprocess, tiny.tokenizer, "original")
    np.testing.assert_allclose(tiny.encode_text(TEXTS), original.encode_text(TEXTS), atol=0.02)  # half precision on disk
    picture = [Image.effect_mandelbrot((32, 24), (-2, -1, 1, 1), 50)]
    np.testing.assert_allclose(tiny.encode_images(picture), original.encode_images(picture), atol=0.02)


def test_the_id_is_the_configs_or_else_the_name(folder: Path, tmp_path: Path) -> None:
    assert module.encoder_id("hf-hub:org/model") == "hf-hub:org/model"
    assert module.encoder_id(f"local-dir:{folder}") == "clip-tiny-8"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "open_clip_config.json").write_text(json.dumps({"model_cfg": {}}))
    assert module.encoder_id(f"local-dir:{tmp_path / 'mine'}") == "mine"


@pytest.mark.parametrize("damage", ["no folder", "no weights", "torn weights", "torn config"])
def test_a_folder_that_is_not_right_is_told(folder: Path, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "copy"
    if damage != "no folder":
        copy.mkdir()
        for file in folder.iterdir():
            (copy / file.name).write_bytes(file.read_bytes()[: 100 if damage == f"torn {_kind(file)}" else None])
    if damage == "no weights":
        (copy / "open_clip_model.safetensors").unlink()
    with pytest.raises(UserError, match="encoder .*copy"):
        Encoder.load(f"local-dir:{copy}")


def _kind(file: Path) -> str:
    return "weights" if file.suffix == ".safetensors" else "config"


@torch.inference_mode()
def test_folded_norms_change_nothing() -> None:
    torch.manual_seed(0)
    model = timm.create_model("tf_efficientnet_lite0", num_classes=5).eval()
    for part in model.modules():
        if hasattr(part, "running_var"):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
    pictures = torch.rand(2, 3, 64, 64)
    expected = model(pictures)
    folded = module.fold_norms(model)
    torch.testing.assert_close(folded(pictures), expected, atol=1e-4, rtol=1e-3)
    assert not any(hasattr(part, "running_var") for part in folded.modules())
