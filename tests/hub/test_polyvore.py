"""build-polyvore is index of the Hub's dataset, with an encoder of its own."""

from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from r4t_demo.__main__ import main
from r4t_demo.catalog import INDEX_FOLDER, Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.sources import hub
from tests.doubles import HashEncoder
from tests.sources.makers import BLUE, RED, picture


@pytest.mark.parametrize("given", ["", "hf-hub:some/clip"])
def test_it_makes_the_catalogue_and_its_index(
    given: str, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {
            "image": {"bytes": picture(colour, (9, 9 + n)), "path": None},
            "item_ID": f"i{n}",
            "text": f"hat {n}",
            "category": "hats",
        }
        for n, colour in enumerate([RED, BLUE, RED])
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "train.parquet")
    asked = []
    monkeypatch.setattr(hub, "list_files", lambda repo, revision: asked.append(repo) or ("c0ffee", {"data/train.parquet"}))
    monkeypatch.setattr(hub, "open_file", lambda repo, commit, name: (tmp_path / "train.parquet").open("rb"))
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: asked.append(name) or encoder))
    monkeypatch.setenv("R4T_ENCODER", given)
    assert main(["build-polyvore", "--out", str(tmp_path / "out"), "--limit", "2"]) == 0
    assert asked == ["Marqo/polyvore", given or "hf-hub:Marqo/marqo-fashionCLIP"]
    assert [item.item_id for item in Catalog.load(tmp_path / "out").items] == ["i0", "i1"]
    assert len(FaissIndex.load(tmp_path / "out" / INDEX_FOLDER)) == 2
