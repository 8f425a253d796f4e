"""Settings that name the Hub: the app answers with what is there, and with the embedded set while the Hub is away."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from r4t_demo import start
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.errors import HubUnreachable, UserError
from r4t_demo.jobs import Jobs
from r4t_demo.serve.desk import Desk
from r4t_demo.settings import Settings
from r4t_demo.ui.page import create_demo
from tests.doubles import HashEncoder
from tests.hub.stub_hub import StubHub
from tests.tiny_models import list_writer, save_adapter, save_folm, save_retriever, tiny_denoiser
from tests.ui.fake_engine import FakeEngine

pytestmark = pytest.mark.usefixtures("warm")


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, encoder: HashEncoder) -> dict[str, dict[str, bytes]]:
    """Tiny checkpoints, one of them for another encoder; an adapter stands on a model of the Hub."""
    root, writer = tmp_path_factory.mktemp("models"), list_writer(encoder)
    save_folm(writer, root / "folm")
    save_adapter(list_writer(encoder), "ann/base", root / "adapter")
    for name, space in (("diffusion", encoder.id), ("foreign", "hf-hub:some/clip")):
        save_retriever(tiny_denoiser(space, dim=encoder.dim), encoder, root / name)
    return {folder.name: files_of(folder) for folder in root.iterdir()}


@pytest.fixture
def settings(catalog_folder: Path, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An app without checkpoints of its own."""
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: encoder))
    return Settings(catalog=str(catalog_folder), checkpoints=tmp_path / "none", threads=1, encoder="hash")


def asking(settings: Settings, **references: str) -> Settings:
    return Settings(**{name: getattr(settings, name) for name in ("catalog", "checkpoints", "threads", "encoder")} | references)


def test_models_of_the_hub_answer_in_the_place_of_the_apps_own(hub: StubHub, settings: Settings, models: dict) -> None:
    commit = hub.put("model", "ann/folm", models["folm"])
    hub.put("model", "ann/diffusion", models["diffusion"])
    engine = Engine.load(asking(settings, folm=f"hub:ann/folm@{commit}", diffusion="hub:ann/diffusion"))
    assert {"folm", "diffusion"} <= set(engine.methods())
    assert "diffusion-teacher" not in engine.methods()
    result = engine.run(["gothic party"], k=3, n=2)
    assert [one.method for one in result] == ["folm", "diffusion"] and all(one.items[0] for one in result)
    assert commit in engine.settings.folm, "a process that it starts need not ask the Hub again"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Settings], tuple[Engine, str]]:
    """Starts the app with given settings; returns its engine and the page's note."""
    monkeypatch.setattr(start, "launch", lambda engine, note, **options: (engine, note))

    def opened(settings: Settings) -> tuple[Engine, str]:
        monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls: settings))
        return start.main()

    return opened


def test_an_adapter_of_the_hub_is_offered_and_answers_on_its_base(
    hub: StubHub, unplug: Callable, opened: Callable, settings: Settings, models: dict
) -> None:
    """The app fetches both when it starts, and not again."""
    hub.put("model", "ann/base", models["folm"])
    hub.put("model", "ann/whole", models["folm"])
    wanted = asking(settings, folm=f"hub:ann/folm@{hub.put('model', 'ann/folm', models['adapter'])}")
    engine, note = opened(wanted)
    assert note == "" and "folm" in engine.methods()
    whole = Engine.load(asking(settings, folm="hub:ann/whole"))
    [written], [expected] = (one.run(["gothic party"], ["folm"], k=3, n=2) for one in (engine, whole))
    assert written.sub_queries == expected.sub_queries and len(written.sub_queries) > 1
    unplug()
    again, note = opened(wanted)
    assert note == "" and "folm" in again.methods()


def test_the_page_opens_without_the_base_of_an_adapter(hub: StubHub, opened: Callable, settings: Settings, models: dict) -> None:
    hub.put("model", "ann/folm", models["adapter"])
    engine, note = opened(asking(settings, folm="hub:ann/folm"))
    assert "folm" not in engine.methods() and "none" in engine.methods()
    assert re.fullmatch(
        "The language model ann/base is not on this machine .* shows no model of that name; .* baselines answer.", note
    )


@pytest.mark.parametrize(
    ("name", "change", "setting", "sentence"),
    [
        ("foreign", {}, "diffusion", "was trained for the encoder hf-hub:some/clip .* not for hash-48"),
        (
            "diffusion", {}, "folm",
            "R4T_FOLM takes a language model or a LoRA adapter of a language model, and .* holds a diffusion retriever",
        ),
        ("folm", {}, "diffusion", "R4T_DIFFUSION takes a diffusion retriever, and .* holds a language model"),
        ("adapter", {}, "diffusion", "R4T_DIFFUSION takes a diffusion .* holds a LoRA adapter of a language model"),
        ("folm", {"config.json": b"[]"}, "folm", "There is no checkpoint in .*config.json is missing or of something else"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_it_is_loaded(
    hub: StubHub, settings: Settings, models: dict, name: str, change: dict, setting: str, sentence: str
) -> None:
    hub.put("model", "ann/model", models[name] | change)
    with pytest.raises(UserError, match=sentence):
        Engine.load(asking(settings, **{setting: "hub:ann/model"}))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("folm", "model.safetensors"), ("folm", "folm.json"), ("diffusion", "model.safetensors"), ("diffusion", "phrases.txt"),
    ],
)  # fmt: skip
def test_a_damaged_checkpoint_is_a_sentence(hub: StubHub, settings: Settings, models: dict, name: str, file: str) -> None:
    hub.put("model", "ann/model", models[name] | {file: b"\xff\x00" + models[name][file][2:1000]})
    engine = Engine.load(asking(settings, **{name: "hub:ann/model"}))
    with pytest.raises(UserError, match="cannot be (loaded|read)|names none of the formats") as raised:
        engine.run(["gothic party"], [name])
    assert "\n" not in str(raised.value)


def test_only_methods_of_the_encoder_are_offered(settings: Settings, models: dict, catalog_folder: Path, tmp_path: Path) -> None:
    for name, model in {"diffusion-mini": "foreign", "diffusion-teacher": "diffusion"}.items():
        (tmp_path / "none" / name).mkdir(parents=True)
        for file, data in models[model].items():
            (tmp_path / "none" / name / file).write_bytes(data)
    methods = Engine.load(settings).methods()
    assert "diffusion-teacher" in methods and "diffusion" not in methods


def test_the_page_opens_with_the_embedded_set_while_the_hub_is_away(
    hub: StubHub, unplug: Callable, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys, catalog_folder: Path
) -> None:
    monkeypatch.setattr(Settings, "embedded", lambda self: settings)
    unplug()
    wanted = asking(settings, folm="hub:ann/folm", catalog="hub:ann/shop")
    with pytest.raises(HubUnreachable):
        Engine.load(wanted)
    engine, note = start.load(wanted)
    assert engine.catalog.root == catalog_folder.resolve()
    assert note in capsys.readouterr().err
    missing = "it is not in this machine's cache, and the Hugging Face Hub cannot be reached."
    assert note == (
        f"The model hub:ann/folm cannot be fetched: {missing} "
        "Until the app is started again, the embedded catalogue and models answer."
    )


def test_every_visitor_sees_the_note(tmp_path: Path) -> None:
    engine = FakeEngine(tmp_path)
    page = str(create_demo(Desk(engine), Jobs(engine.settings), "The Hub is <away>.").config)
    assert "The Hub is &lt;away&gt;." in page
    assert 'class="note"' not in str(create_demo(Desk(engine), Jobs(engine.settings)).config)


def test_a_wrong_name_ends_the_start_with_a_sentence(hub: StubHub, settings: Settings) -> None:
    with pytest.raises(UserError, match="shows no dataset of that name"):
        start.load(asking(settings, catalog="hub:ann/none"))


def test_the_embedded_set_is_the_whole_of_it() -> None:
    given = Settings(catalog="shop", encoder="hf-hub:a/b", folm="hub:a/b", diffusion="x", index="milvus:x.db", port=1)
    assert given.embedded() == Settings(port=1)
