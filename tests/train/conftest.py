"""A source of drawn items, as few as a run takes, and an app whose models are tiny, for whole runs in seconds."""

from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

import pytest
import torch

from r4t_demo.catalog import Catalog, Item
from r4t_demo.encoder import Encoder
from r4t_demo.settings import Settings
from r4t_demo.train.diffusion import one_step
from r4t_demo.train.tune import catalog_run
from r4t_demo.train.tune.presets import MIN_ITEMS, PRESETS, Preset
from tests.doubles import CATEGORIES, COLOURS, HashEncoder, catalogue
from tests.sources.makers import picture, write_files
from tests.tiny_models import list_writer, save_adapter, save_folm, save_retriever, tiny_denoiser


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward passes in float32, as on a processor that does not multiply bfloat16 itself."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def shop() -> Catalog:
    """60 titled things in five categories; a material of three values, a number of its own for each, a split."""
    rows = [("wool", "oak", "glass")[n % 3] for n in range(60)]
    return catalogue(
        *(
            Item(str(n), f"{('small', 'tall')[n % 2]} thing {n}", f"category {n % 5}", None,
                 {"material": what, "code": f"c{n}", "split": "test", "stars": n % 4})
            for n, what in enumerate(rows)
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of MIN_ITEMS rows and their pictures, labelled by style."""
    rows, files = ["image,title,category,style"], {}
    for number, (category, (colour, rgb)) in enumerate(islice(product(CATEGORIES, COLOURS.items()), MIN_ITEMS)):
        files[f"{number}.png"] = picture(rgb, (20, 20 + number))
        rows.append(f"{number}.png,{colour} {category},{category},{('bohemian', 'gothic', 'coastal')[number % 3]}")
    return write_files(tmp_path_factory.mktemp("shop") / "shop", {**files, "shop.csv": "\n".join(rows) + "\n"})


@pytest.fixture(scope="module")
def tiny_app(tmp_path_factory: pytest.TempPathFactory, patched: pytest.MonkeyPatch) -> Settings:
    """Settings of an app with tiny models in its checkpoints, and budgets to match."""
    encoder, checkpoints = HashEncoder(), tmp_path_factory.mktemp("app")
    patched.setattr(Encoder, "load", classmethod(lambda cls, name: encoder))
    patched.setattr(catalog_run, "QUERIES", 80)
    patched.setitem(PRESETS, "small", Preset("a test", 2, 4, 2, 2, 4, 4, 4))
    base = save_folm(list_writer(encoder), tmp_path_factory.mktemp("base"))
    save_adapter(list_writer(encoder), base, checkpoints / "folm-mini")
    teacher, other = (tiny_denoiser(encoder.id, seed, encoder.dim) for seed in (0, 1))
    student, _ = one_step.new_student(other)
    for model, name in ((teacher, "diffusion-teacher"), (student, "diffusion-mini")):
        save_retriever(model, encoder, checkpoints / name)
    return Settings(checkpoints=checkpoints, threads=1)
