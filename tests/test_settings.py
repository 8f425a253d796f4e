"""Settings come from R4T_* variables; what is passed by hand wins."""

from pathlib import Path

import pytest

from r4t_demo.errors import UserError
from r4t_demo.settings import ROOT, Settings


def test_defaults_lie_in_the_repository() -> None:
    settings = Settings()
    assert (settings.assets, settings.checkpoints) == (ROOT / "assets", ROOT / "checkpoints")
    assert settings.encoder == f"local-dir:{ROOT / 'checkpoints' / 'clip-mini'}"
    assert settings.host == "127.0.0.1"


def test_environment_then_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("R4T_PORT", "8000")
    monkeypatch.setenv("R4T_CHECKPOINTS", "/models")
    monkeypatch.setenv("R4T_CATALOG", "")
    settings = Settings.from_env(threads=4, catalog=None)
    assert (settings.port, settings.threads, settings.catalog) == (8000, 4, "atelier")
    assert settings.encoder == "local-dir:/models/clip-mini"
    assert Settings.from_env(port=9000).port == 9000


@pytest.mark.parametrize(
    "index", ["", "milvus:here.db", "milvus:http://10.0.0.7:19530", "milvus:https://user:word@cluster:443/db"]
)
def test_where_the_index_may_be(index: str) -> None:
    assert Settings(index=index).index == index


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("R4T_PORT", "eighty"),
        ("R4T_PORT", "70000"),
        ("R4T_THREADS", "0"),
        ("R4T_MEMORY", "0"),
        ("R4T_MEMORY", "much"),
        ("R4T_INDEX", "here.db"),
        ("R4T_INDEX", "milvus:"),
        ("R4T_INDEX", "milvus:here"),
    ],
)
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=f"{name} is '?{value}"):
        Settings.from_env()


def test_a_catalogue_by_name_or_folder(tmp_path: Path) -> None:
    (tmp_path / "assets" / "shop").mkdir(parents=True)
    (tmp_path / "assets" / "shop" / "items.parquet").touch()
    (tmp_path / "mine").mkdir()
    assets = tmp_path / "assets"
    assert Settings(assets=assets, catalog="shop").catalog_folder == assets / "shop"
    assert Settings(assets=assets, catalog=str(tmp_path / "mine")).catalog_folder == tmp_path / "mine"
    with pytest.raises(UserError, match="There is no catalogue 'attic': .* these names: shop"):
        _ = Settings(assets=assets, catalog="attic").catalog_folder


def test_what_the_hub_names_is_written_in_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings(catalog="hub:ann/shop@v1", folm="hub:ann/folm", diffusion="here/diffusion")
    assert given.chosen == {
        "folm-mini": ("R4T_FOLM", Path("hub:ann/folm")),
        "diffusion-mini": ("R4T_DIFFUSION", Path("here/diffusion")),
    }
    for name in ("R4T_CATALOG", "R4T_FOLM", "R4T_DIFFUSION"):
        monkeypatch.setenv(name, "hub:ann")
        with pytest.raises(UserError, match=f"{name} is 'hub:ann': .* hub:OWNER/NAME@REVISION"):
            Settings.from_env()
        monkeypatch.delenv(name)
    with pytest.raises(UserError, match="R4T_INDEX is 'hub:ann/shop': .* R4T_CATALOG=hub:ann/shop"):
        Settings(index="hub:ann/shop")


def test_a_space_is_reached_from_outside_its_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "ann/app")
    assert Settings.from_env().host == "0.0.0.0"
    monkeypatch.setenv("R4T_HOST", "127.0.0.2")
    assert Settings.from_env().host == "127.0.0.2"
    assert Settings().host == "127.0.0.1"
