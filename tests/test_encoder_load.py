"""Where encoders come from: a folder, the Hub, open_clip's own list. Each sees and reads in its own way."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from huggingface_hub import constants
from PIL import Image

import r4t_demo.torch_guard  # noqa: F401  (must come before open_clip)

# isort: split
from open_clip import factory, pretrained
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from tests.tiny_models import PLAIN_CLIP, SIGLIP, WORDS, in_float32, write_clip, write_words

PICTURE = Image.merge("RGB", [Image.effect_mandelbrot((60, 40), (-2, -1, x, 1), 50) for x in (0, 1, 2)])


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Path], None]:
    """Puts a folder into the Hub's cache under a name, on a machine without a network."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def publish(name: str, folder: Path) -> None:
        cached, commit = tmp_path / "hub" / f"models--{name.replace('/', '--')}", "0" * 40
        shutil.copytree(folder, cached / "snapshots" / commit)
        (cached / ".no_exist" / commit).mkdir(parents=True)
        (cached / ".no_exist" / commit / "config.json").touch()  # the cache remembers files that were asked for in vain
        (cached / "refs").mkdir()
        (cached / "refs" / "main").write_text(commit)

    return publish


@torch.inference_mode()
def assert_encodes(encoder: Encoder, model: torch.nn.Module, text: str, tokens: list[int], pixels: np.ndarray) -> None:
    """``tokens`` and ``pixels`` (h, w, 3), made by hand from ``text`` and PICTURE, through the model as open_clip made it."""
    words, picture = torch.tensor([tokens]), torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0).float()
    for ours, theirs in (
        (encoder.encode_text([text]), model.encode_text(words)),
        (encoder.encode_images([PICTURE]), model.encode_image(picture)),
    ):
        np.testing.assert_allclose(ours, F.normalize(theirs, dim=-1).numpy(), atol=1e-4)


@pytest.mark.parametrize("where", ["folder", "hub"])
def test_a_siglip_reads_and_sees_as_it_was_trained(where: str, tmp_path: Path, publish: Callable) -> None:
    """Its own word list, punctuation left out, padded with end tokens to the end, where it pools; pictures squashed."""
    model = write_clip(tmp_path / "siglip", SIGLIP)
    if where == "hub":
        publish("made/siglip", tmp_path / "siglip")
        write_words(tmp_path / "words")
        publish("made/words", tmp_path / "words")
        encoder = in_float32(Encoder.load("hf-hub:made/siglip"))
        assert encoder.id == "hf-hub:made/siglip"
    else:
        write_words(tmp_path / "siglip")
        encoder = in_float32(Encoder.load(f"local-dir:{tmp_path / 'siglip'}"))
    assert encoder.dim == 64
    tokens = [WORDS.index(word) for word in ("boho", "<unk>", "red", "hat")] + [WORDS.index("</s>")] * 6
    pixels = np.asarray(PICTURE.resize((160, 160), Image.Resampling.BICUBIC)) / 255
    assert_encodes(encoder, model, "Boho: RARE, red hat!", tokens, (pixels - 0.5) / 0.5)


def test_a_model_of_open_clips_own_list_comes_with_the_weights_named(
    tmp_path: Path, publish: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These weights want QuickGELU and their architecture does not say so; pictures are cropped."""
    folder = tmp_path / "plain"
    model = write_clip(folder, {"model_cfg": PLAIN_CLIP["model_cfg"] | {"quick_gelu": True}})
    publish("made/plain", folder)
    monkeypatch.setitem(factory._MODEL_CONFIGS, "Plain", PLAIN_CLIP["model_cfg"])
    known = {"drawn": pretrained._pcfg(hf_hub="made/plain/", quick_gelu=True)}
    monkeypatch.setitem(pretrained._PRETRAINED, "Plain", known)
    encoder = in_float32(Encoder.load("Plain:drawn"))
    assert (encoder.id, encoder.dim) == ("Plain:drawn", 8)
    pixels = np.asarray(PICTURE.resize((48, 32), Image.Resampling.BICUBIC).crop((8, 0, 40, 32))) / 255
    red, hat, start, end = 736, 3801, 49406, 49407
    tokens = [start, red, hat, end] + [0] * 73
    assert_encodes(encoder, model, "red hat", tokens, (pixels - OPENAI_DATASET_MEAN) / OPENAI_DATASET_STD)
    widths = []
    encoder.model.text.transformer.register_forward_hook(lambda module, inputs, output: widths.append(inputs[0].shape[1]))
    encoder.encode_text(["red hat"])
    assert widths == [4], "the context of 77 is not paid for"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ViT-B-32", "ViT-B-32 is an architecture without weights: write ViT-B-32: and one of openai, .*laion2b_s34b_b79k"),
        ("ViT-B-32:laion9b", "ViT-B-32 has no weights 'laion9b': write ViT-B-32: and one of openai, "),
        ("ViT-B/32:openai", "There is no encoder 'ViT-B/32:openai': write local-dir:FOLDER, hf-hub:ORG/NAME or"),
        ("Marqo/marqo-fashionCLIP", "There is no encoder 'Marqo/marqo-fashionCLIP': write local-dir:FOLDER, hf-hub:ORG/NAME or"),
        ("hf-hub:", "The encoder hf-hub: cannot be loaded: Empty identifier"),
    ],
)
def test_a_wrong_name_is_told_the_right_ones(name: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Encoder.load(name)


@pytest.mark.parametrize("name", ["hf-hub:Marqo/marqo-fashionSigLIP", "ViT-B-32:openai"])
def test_without_a_network_one_line_says_so(publish: Callable, name: str) -> None:
    with pytest.raises(UserError) as raised:
        Encoder.load(name)
    missing = "it is not in this machine's cache, and the Hugging Face Hub cannot be reached."
    assert str(raised.value) == f"The encoder {name} cannot be loaded: {missing}"


@pytest.fixture
def empty_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Hub that holds nothing, on this machine."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        form = f"http://127.0.0.1:{server.server_port}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", form)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        yield
        server.shutdown()


def test_a_name_that_the_hub_does_not_know_is_told(empty_hub: None) -> None:
    with pytest.raises(UserError, match="hf-hub:made/up cannot be loaded: the Hugging Face Hub shows no model of that name"):
        Encoder.load("hf-hub:made/up")


def test_a_folder_of_another_open_clip_is_told(tmp_path: Path) -> None:
    write_clip(tmp_path, PLAIN_CLIP)
    config = {"model_cfg": PLAIN_CLIP["model_cfg"] | {"from_the_future": 1}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="cannot be loaded: .*from_the_future"):
        Encoder.load(f"local-dir:{tmp_path}")
