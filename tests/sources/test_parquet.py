"""Parquet shards, on disk and on a Hub that is not there."""

import io
from datetime import date
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest

from r4t_demo.errors import UserError
from r4t_demo.sources import hub, open_source
from tests.sources.makers import picture, write_files

HATS = [
    {"image": {"bytes": picture((i, 0, 0)), "path": f"{i}.png"}, "item_ID": f"h{i}", "text": f"hat {i}", "category": "hats"}
    for i in range(9)
]


def write(path: Path, rows: list[dict], group: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=group)
    return path


def test_pictures_inside_the_table(tmp_path: Path) -> None:
    records = list(open_source(str(write(tmp_path / "hats.parquet", HATS))).records())
    assert [(one.where, one.item_id, one.title, one.category) for one in records[:2]] == [
        ("row 1", "h0", "hat 0", "hats"),
        ("row 2", "h1", "hat 1", "hats"),
    ]
    assert [one.read_image() for one in records] == [row["image"]["bytes"] for row in HATS]


@pytest.mark.parametrize("cell", ["images/a.png", {"bytes": None, "path": "images/a.png"}])
def test_pictures_beside_the_table(tmp_path: Path, cell: object) -> None:
    write_files(tmp_path, {"images/a.png": picture()})
    (record,) = open_source(str(write(tmp_path / "hats.parquet", [{"image": cell, "title": "hat"}]))).records()
    assert record.read_image() == picture()


def test_a_folder_of_shards_is_one_source(tmp_path: Path) -> None:
    write(tmp_path / "data" / "part-0.parquet", HATS[:5])
    write(tmp_path / "data" / "part-1.parquet", HATS[5:])
    source = open_source(str(tmp_path))
    records = list(source.records())
    assert source.total == 9
    assert [one.title for one in records] == [row["text"] for row in HATS]
    assert records[5].where == "row 1 of data/part-1.parquet"
    assert len({one.fallback_id for one in records}) == 9


@pytest.mark.parametrize("start", range(10))
@pytest.mark.parametrize("group", [1, 2, 100])
def test_records_start_where_asked(tmp_path: Path, start: int, group: int) -> None:
    write(tmp_path / "0.parquet", HATS[:5], group)
    write(tmp_path / "1.parquet", HATS[5:], group)
    source = open_source(str(tmp_path))
    key = [(one.where, one.fallback_id, one.item_id) for one in source.records()]
    assert [(one.where, one.fallback_id, one.item_id) for one in source.records(start)] == key[start:]


def test_attributes_are_what_a_table_can_hold(tmp_path: Path) -> None:
    row = {
        "title": "hat",
        "year": 2019,
        "depth": 9.5,
        "sizes": ["s", " m "],
        "sold": date(2024, 5, 1),
        "raw": b"\xff\x00",
        "box": {"w": 1},
        "no": None,
        "weight": float("nan"),
        "new": False,
    }
    (record,) = open_source(str(write(tmp_path / "hats.parquet", [row]))).records()
    assert record.attributes == {"year": 2019, "depth": 9.5, "sizes": ["s", "m"], "new": False}


def test_a_picture_cell_that_is_none(tmp_path: Path) -> None:
    (record,) = open_source(str(write(tmp_path / "hats.parquet", [{"image": 5.5, "title": "hat"}]))).records()
    with pytest.raises(UserError, match="has a float in its picture column, which is neither a picture nor a file name"):
        record.read_image()


def test_broken_and_unlike_shards_are_told(tmp_path: Path) -> None:
    write(tmp_path / "0.parquet", [{"title": "hat", "size": 5}])
    write(tmp_path / "1.parquet", [{"title": "hat", "size": "five"}])
    with pytest.raises(UserError, match="do not have the same columns"):
        open_source(str(tmp_path))
    (tmp_path / "1.parquet").write_bytes(b"PAR1 not parquet")
    with pytest.raises(UserError, match=r"'1\.parquet' cannot be read as parquet"):
        open_source(str(tmp_path))


@pytest.fixture
def stub_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Hub with one dataset, ORG/hats, in a folder."""
    write(tmp_path / "data" / "train-0.parquet", HATS[:5])
    write(tmp_path / "data" / "train-1.parquet", HATS[5:])
    (tmp_path / "README.md").write_text("hats")
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(hub, "list_files", lambda repo, revision: (revision or "c0ffee", names))
    monkeypatch.setattr(hub, "open_file", lambda repo, commit, name: (tmp_path / name).open("rb"))
    return tmp_path


def test_a_dataset_on_the_hub_is_read_by_name(stub_hub: Path) -> None:
    source = open_source("hub:ORG/hats")
    assert source.name == "hub:ORG/hats"
    assert [one.title for one in source.records(3)] == [row["text"] for row in HATS[3:]]
    assert "c0ffee" in str(source.identity())
    assert "v2" in str(open_source("hub:ORG/hats@v2").identity())


def test_a_hub_that_does_not_answer_is_a_sentence(stub_hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut(io.BytesIO):
        def read(self, *_) -> bytes:
            raise ConnectionError("connection lost")

    def missing(repo: str, revision: str | None):
        raise ConnectionError(f"404: no dataset {repo}")

    monkeypatch.setattr(hub, "open_file", lambda *_: Cut(bytes(1000)))
    with pytest.raises(UserError, match="connection lost"):
        open_source("hub:ORG/hats")
    monkeypatch.setattr(hub, "list_files", missing)
    with pytest.raises(UserError, match=r"ORG/none cannot be read from the Hub \(404: no dataset ORG/none\)"):
        open_source("hub:ORG/none")
