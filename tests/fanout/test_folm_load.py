"""A language model from a folder: whole, or a LoRA adapter on another one, added to its weights or beside them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.fanout import folm as folm_module
from r4t_demo.fanout.compiled import Compiled, digest_of
from r4t_demo.fanout.folm import SETTINGS, Folm
from r4t_demo.fanout.formats import FORMATS, Format
from r4t_demo.train.folm.policy import LoraPolicy
from tests import tiny_instruct
from tests.doubles import HashEncoder
from tests.tiny_models import assert_same_weights, compiled, list_writer, save_adapter, save_folm, weights_of

QUERIES = ["boho", "gothic black boots for a party"]


@pytest.fixture(autouse=True)
def plain_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that multiplies float32 alone."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def lists(folm: Folm) -> list[list[list[str]]]:
    return folm.sample_lists(QUERIES, None, 3, 4, seed=1, temperature=1.0)


def scores(folm: Folm) -> torch.Tensor:
    prompts = [folm.form.prompt(folm.tokenizer, "boho", folm.card, 3)]
    with torch.no_grad():
        return folm.model(**folm.tokenizer(prompts, return_tensors="pt")).logits


def trained_adapter(encoder: HashEncoder, root: Path, base: Path) -> Path:
    """An adapter on the model in ``base`` that makes another model of it."""
    policy = LoraPolicy(list_writer(encoder), str(base))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in policy.trained:
            parameter.copy_((torch.randn(parameter.shape, generator=generator) * 0.1).half())
    policy.save(root / "adapter")
    return root / "adapter"


@pytest.fixture
def plain_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that are not compiled, so that their weights can be seen."""
    monkeypatch.setattr(folm_module, "served", lambda _, load: load())


@pytest.fixture
def base(encoder: HashEncoder, tmp_path: Path) -> Path:
    return save_folm(list_writer(encoder), tmp_path / "base")


def test_a_saved_model_writes_the_same_lists(encoder: HashEncoder, base: Path, catalog: Catalog) -> None:
    writer = list_writer(encoder)
    loaded = Folm.load(base, encoder, "mine", catalog=catalog)
    assert (loaded.name, loaded.form, type(loaded.model)) == ("mine", FORMATS["compact"], Compiled)
    assert loaded.card.split(", ")[:6] == sorted({item.category for item in catalog.items}), "all are as frequent"
    writer.card = loaded.card
    assert lists(loaded) == lists(compiled(writer))
    assert Folm.load(base, encoder).card == "", "no catalogue, no card"


def test_models_that_are_asked_for_at_once_are_all_loaded(encoder: HashEncoder, base: Path, catalog: Catalog) -> None:
    """Several visitors open the page: no load disturbs another, or one that comes later."""
    alone = Folm.load(base, encoder, catalog=catalog)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: Folm.load(base, encoder, catalog=catalog), range(12)))
    for folm in (*together, Folm.load(base, encoder, catalog=catalog)):
        assert lists(folm) == lists(alone)


def test_a_fresh_adapter_changes_nothing(encoder: HashEncoder, base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(list_writer(encoder), base, tmp_path / "adapter")
    assert {path.name for path in adapter.iterdir()} == {"adapter_model.safetensors", "adapter_config.json", SETTINGS}
    assert digest_of(Folm.load(adapter, encoder).model) == digest_of(Folm.load(base, encoder).model)


@pytest.mark.usefixtures("plain_engine")
def test_a_merged_adapter_answers_as_one_beside_the_weights(encoder: HashEncoder, base: Path, tmp_path: Path) -> None:
    adapter = trained_adapter(encoder, tmp_path, base)
    merged, beside, plain = Folm.load(adapter, encoder), Folm.load(adapter, encoder, merge=False), Folm.load(base, encoder)
    torch.testing.assert_close(scores(merged), scores(beside), rtol=1e-4, atol=1e-4)
    assert lists(merged) == lists(beside) != lists(plain)
    assert weights_of(merged.model).keys() == weights_of(plain.model).keys(), "nothing stays beside merged weights"
    assert [name for name, _ in beside.model.named_parameters() if ".lora_" in name]
    assert merged.form == beside.form == FORMATS["compact"]


@pytest.mark.usefixtures("plain_engine")
def test_an_adapter_is_added_exactly_and_rounded_once(
    encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where bfloat16 pays, the sum is made in float32: rounded before, a small adapter would be lost."""
    writer = list_writer(encoder)
    writer.model.bfloat16()
    adapter = trained_adapter(encoder, tmp_path, save_folm(writer, tmp_path / "base"))
    exact = weights_of(Folm.load(adapter, encoder).model)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    rounded = weights_of(Folm.load(adapter, encoder).model)
    assert_same_weights(rounded, {name: value.bfloat16() for name, value in exact.items()})


def test_what_shall_be_trained_or_reasons_or_runs_elsewhere_is_not_compiled(
    encoder: HashEncoder, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = trained_adapter(encoder, tmp_path, base)
    assert isinstance(Folm.load(adapter, encoder).model, Compiled)
    assert not isinstance(Folm.load(adapter, encoder, merge=False).model, Compiled)
    folm = tiny_instruct.tiny_instruct("gemma3", encoder)
    folm.model.save_pretrained(tmp_path / "windowed")
    folm.tokenizer.save_pretrained(tmp_path / "windowed")
    for form in ("reasoned", "compact"):
        assert not isinstance(Folm.load(tmp_path / "windowed", encoder, form=form).model, Compiled)


def test_an_instruct_model_is_asked_in_the_papers_format(encoder: HashEncoder, tmp_path: Path) -> None:
    folm = tiny_instruct.tiny_instruct("gemma3", encoder)
    folm.model.save_pretrained(tmp_path)
    folm.tokenizer.save_pretrained(tmp_path)
    loaded = Folm.load(tmp_path, encoder)
    assert loaded.form == FORMATS["reasoned"] and loaded.ends == folm.ends
    loaded.form = folm.form
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    assert loaded.generate(QUERIES, 2, **options).texts == folm.generate(QUERIES, 2, **options).texts


@pytest.mark.parametrize(
    ("told", "asked", "form"),
    [
        ({"format": "few-shot"}, None, FORMATS["few-shot"]),
        ({"format": "compact"}, "few-shot", FORMATS["few-shot"]),
        (None, "compact", FORMATS["compact"]),
    ],
)
def test_who_loads_names_the_format_or_else_the_folder_does(
    encoder: HashEncoder, base: Path, told: dict | None, asked: str | None, form: Format
) -> None:
    (base / SETTINGS).unlink()
    if told:
        (base / SETTINGS).write_text(json.dumps(told))
    assert Folm.load(base, encoder, form=asked).form == form


def sentence(source: Path, encoder: HashEncoder) -> str:
    with pytest.raises(UserError) as raised:
        Folm.load(source, encoder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_folder_that_is_not_there_is_a_sentence(encoder: HashEncoder, tmp_path: Path) -> None:
    told = sentence(tmp_path / "nowhere", encoder)
    assert told.startswith(f"The language model {tmp_path / 'nowhere'} is not on this machine and cannot be fetched: ")


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("config.json", b"{}"),
        ("config.json", b"\xff"),
        ("model.safetensors", b"\xff\x00" * 500),
        ("tokenizer.json", b"{}"),
        ("model.safetensors", None),
        ("config.json", None),
    ],
)
def test_a_broken_model_is_a_sentence(encoder: HashEncoder, base: Path, file: str, data: bytes | None) -> None:
    (base / file).unlink() if data is None else (base / file).write_bytes(data)
    assert sentence(base, encoder).startswith(f"The language model {base} cannot be loaded: ")


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"format": "verse"}', b'{"format": ["compact"]}', b"\xff", b""])
def test_settings_that_name_no_format_are_a_sentence(encoder: HashEncoder, base: Path, data: bytes) -> None:
    (base / SETTINGS).write_bytes(data)
    assert sentence(base, encoder) == f"The file '{base / SETTINGS}' names none of the formats compact, few-shot, reasoned."


@pytest.mark.parametrize(
    "data", [b"[]", b"{}", b'{"base_model_name_or_path": null}', b'{"base_model_name_or_path": ""}', b"\xff"]
)
def test_an_adapter_of_no_model_is_a_sentence(encoder: HashEncoder, base: Path, tmp_path: Path, data: bytes) -> None:
    adapter = save_adapter(list_writer(encoder), base, tmp_path / "adapter")
    (adapter / "adapter_config.json").write_bytes(data)
    assert sentence(adapter, encoder).startswith(f"The adapter in '{adapter}' does not say which language model it belongs to (")


def test_an_adapter_that_does_not_fit_is_a_sentence(encoder: HashEncoder, base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(list_writer(encoder), base, tmp_path / "adapter")
    weights = (adapter / "adapter_model.safetensors").read_bytes()
    (adapter / "adapter_model.safetensors").write_bytes(weights[:-9])
    assert sentence(adapter, encoder).startswith(f"The language model {adapter} cannot be loaded: ")
    (adapter / "adapter_model.safetensors").write_bytes(weights)
    other = tiny_instruct.tiny_instruct("qwen3", encoder)
    other.model.save_pretrained(base)
    other.tokenizer.save_pretrained(base)
    assert sentence(adapter, encoder).startswith(f"The language model {adapter} cannot be loaded: ")
    (base / "config.json").unlink()
    assert sentence(adapter, encoder).startswith(f"The language model {adapter} cannot be loaded: ")
