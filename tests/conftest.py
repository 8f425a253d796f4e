"""Fixtures that several parts share: a tiny catalogue with its index, and an engine over stand-ins."""

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.fanout import compiled
from r4t_demo.fanout.formats import FORMATS
from r4t_demo.index.build import FOLDER, build_index
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.settings import Settings
from tests.doubles import CATEGORIES, STYLES, HashEncoder, stand_in, write_catalog

# The same examples every time, and no deadline: the machine that tests may be busy.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="module")
def warm() -> Iterator[None]:
    """Lists drawn as warm as a tiny language model needs, which has read nothing and drawn cold never writes a comma."""
    cool = {name: form.temperature for name, form in FORMATS.items()}
    for form in FORMATS.values():
        object.__setattr__(form, "temperature", 0.7)  # it is frozen
    yield
    for name, form in FORMATS.items():
        object.__setattr__(form, "temperature", cool[name])


@pytest.fixture(scope="session", autouse=True)
def _compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A place of the tests' own for compiled models: the user's, which keeps few, keeps those of the app."""
    place = tmp_path_factory.mktemp("compiled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "cache", lambda: place)
        yield


@pytest.fixture(scope="session")
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture(scope="session")
def catalog_folder(tmp_path_factory: pytest.TempPathFactory, encoder: HashEncoder) -> Path:
    """A tiny catalogue with its index, labelled queries and titled outfits. Read only."""
    folder = write_catalog(tmp_path_factory.mktemp("catalogues") / "tiny")
    # The stand-in sees nothing in a picture, so titles have to count for more than they do with a real encoder.
    deque(build_index(Catalog.load(folder), encoder, batch=20, image_weight=0.5), maxlen=0)
    queries = [
        {"query": f"{style} {word}", "term": f"{style} {word}", "require": {"aesthetics": [style]}, "split": split}
        for split, words in {"test": ("festival", "party", "red"), "validation": ("look",)}.items()
        for style in STYLES
        for word in words
    ]
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    outfits = [
        {"title": f"{style} in {colour}", "term": style, "items": [f"{style}-{colour}-{name}" for name in names], "split": split}
        for style in STYLES
        for colour, names, split in (
            ("red", CATEGORIES[:3], "test"),
            ("red", CATEGORIES[3:], "test"),
            ("navy", CATEGORIES[:4], "validation"),
            ("ivory", CATEGORIES[2:], "train"),
        )
    ]
    (folder / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))
    return folder


@pytest.fixture(scope="session")
def catalog(catalog_folder: Path) -> Catalog:
    return Catalog.load(catalog_folder)


@pytest.fixture(scope="session")
def index(catalog_folder: Path, catalog: Catalog) -> FaissIndex:
    return FaissIndex.load(catalog_folder / FOLDER, categories=[item.category for item in catalog.items])


@pytest.fixture
def engine(catalog_folder: Path, catalog: Catalog, index: FaissIndex, encoder: HashEncoder, tmp_path: Path) -> Engine:
    """An engine whose language models and retriever are stand-ins; the baselines are the real ones."""
    engine = Engine(Settings(catalog=str(catalog_folder), checkpoints=tmp_path, port=0), catalog, index, encoder)
    stand_in(engine)
    return engine


@pytest.fixture
def over_stand_ins(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands load that engine and its encoder, and write figures into a folder of the test's own."""
    monkeypatch.setenv("R4T_RESULTS", str(tmp_path / "results"))
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: engine))
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: engine.encoder))
