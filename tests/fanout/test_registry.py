"""The methods by name: which language model each writes with, and from which folder."""

import json
from pathlib import Path

import pytest
import torch

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout import language_model
from r4t_demo.fanout.baselines import BestOf
from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.formats import FORMATS
from r4t_demo.fanout.registry import METHODS, OWN, MethodSet, lookup
from r4t_demo.index.faiss_index import FaissIndex
from tests import tiny_instruct
from tests.doubles import HashEncoder
from tests.tiny_models import list_writer, save_adapter, save_folm

WRITERS = ["zero-shot", "sft", "best-of-5", "folm"]


@pytest.fixture
def base(encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The language model below the adapters, in the place of the embedded one."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    monkeypatch.setattr(language_model, "packed_file", lambda: None)
    monkeypatch.setattr(language_model, "SMOLLM2", str(save_folm(list_writer(encoder), tmp_path / "base")))
    return language_model.SMOLLM2


@pytest.fixture
def methods(base: str, catalog: Catalog, index: FaissIndex, encoder: HashEncoder, tmp_path: Path) -> MethodSet:
    """The methods of an app that holds two adapters, over a catalogue without models of its own."""
    for name in ("folm-sft", "folm-mini"):
        save_adapter(list_writer(encoder), Path(base), tmp_path / "checkpoints" / name)
    here = Catalog(catalog.name, catalog.items, tmp_path / "catalogue")
    return MethodSet(tmp_path / "checkpoints", here, index, encoder)


def silenced(encoder: Encoder, base: str, folder: Path) -> Path:
    """An adapter that another format belongs to, so that it is known again."""
    save_adapter(list_writer(encoder), Path(base), folder)
    (folder / "folm.json").write_text(json.dumps({"format": "few-shot"}))
    return folder


def test_each_method_that_writes_has_its_model_and_format(methods: MethodSet) -> None:
    assert [name for name in methods.available() if METHODS[name].writes] == WRITERS
    loaded = {name: methods[name] for name in WRITERS}
    assert loaded == {name: methods[name] for name in WRITERS}, "once loaded they stay"
    assert [loaded[name].name for name in WRITERS] == WRITERS
    assert loaded["zero-shot"].form == FORMATS["few-shot"], "who has learnt nothing is shown examples"
    assert loaded["sft"].form == loaded["folm"].form == FORMATS["compact"]
    best = loaded["best-of-5"]
    assert isinstance(best, BestOf) and best.sft is loaded["sft"] and best.n == 5
    assert methods.loaded() == sorted(WRITERS)


def test_every_language_model_is_told_what_the_catalogue_holds(methods: MethodSet, catalog: Catalog) -> None:
    for name in ("zero-shot", "sft", "folm"):
        assert {item.category for item in catalog.items} <= set(methods[name].card.split(", "))


def test_what_writes_is_offered_where_its_model_is_on_this_machine(
    methods: MethodSet, base: str, encoder: HashEncoder, tmp_path: Path
) -> None:
    """Whoever asks for one by name may wait for a download, and is told what is missing."""
    file = methods.checkpoints / "folm-sft" / "adapter_config.json"
    gone = str(tmp_path / "gone")
    file.write_text(file.read_text().replace(json.dumps(base), json.dumps(gone)))
    assert [name for name in methods.available() if METHODS[name].writes] == ["zero-shot", "folm"]
    with pytest.raises(UserError, match=f"The language model {gone} is not on this machine and cannot be fetched"):
        methods["best-of-5"]


@pytest.mark.parametrize("place", ["chosen", "own"])
def test_another_folder_takes_the_place_of_the_apps_model(
    methods: MethodSet, base: str, encoder: HashEncoder, tmp_path: Path, place: str
) -> None:
    """The one of a setting; the catalogue's own, which a run on it has made, before that."""
    methods.chosen = {"folm-mini": silenced(encoder, base, tmp_path / "chosen")}
    if place == "own":
        save_adapter(list_writer(encoder), Path(base), methods.catalog.root / OWN["folm-mini"])
    assert methods["folm"].form == FORMATS["few-shot" if place == "chosen" else "compact"]
    assert methods["sft"].form == FORMATS["compact"]
    assert ("folm-before" in methods.available()) == (place == "own")


def test_before_is_the_apps_model_and_there_where_the_catalogue_has_its_own(
    methods: MethodSet, base: str, encoder: HashEncoder
) -> None:
    with pytest.raises(
        UserError, match="'folm-before' needs '.*/catalogue/folm', which is missing: run python -m r4t_demo train"
    ):
        methods["folm-before"]
    silenced(encoder, base, methods.catalog.root / OWN["folm-mini"])
    assert methods["folm-before"].form == FORMATS["compact"] and methods["folm"].form == FORMATS["few-shot"]


@pytest.mark.parametrize("adapter", [False, True])
def test_any_instruct_model_is_a_method_by_its_name(
    methods: MethodSet, encoder: HashEncoder, tmp_path: Path, adapter: bool
) -> None:
    folder = tmp_path / "instruct"
    folm = tiny_instruct.tiny_instruct("gemma3", encoder)
    folm.model.save_pretrained(folder)
    folm.tokenizer.save_pretrained(folder)
    if adapter:
        folder = save_adapter(folm, folder, tmp_path / "adapter")
    name = f"instruct:{folder}"
    assert str(folder) in lookup(name).description and lookup(name).needs is None
    loaded = methods[name]
    assert isinstance(loaded, Folm) and loaded.name == name and loaded.form == FORMATS["reasoned"] and loaded.card
    loaded.form, loaded.card = folm.form, folm.card
    fresh = tiny_instruct.tiny_instruct("gemma3", encoder)
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    assert loaded.generate(["boho"], 2, **options).texts == fresh.generate(["boho"], 2, **options).texts


@pytest.mark.parametrize("name", ["instruct", "instruct:", "base", "zero", ""])
def test_an_unknown_name_is_a_sentence(name: str) -> None:
    with pytest.raises(
        UserError, match=f"There is no method '{name}': choose from none, mmr, .*zero-shot, sft, best-of-5, folm, "
    ):
        lookup(name)
