"""What is kept of how a table was understood, and what people may say about its columns."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.sources.understood import FILE, ROLES, Column, Understood, check_chosen, chosen_columns

UNDERSTOOD = Understood(
    [Column("Bezeichnung", "title", ["Hut", ""]), Column("Preis", "ignored", ["1,99 €"])], False, "Two columns fit equally."
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    UNDERSTOOD.save(tmp_path)
    assert Understood.load(tmp_path) == UNDERSTOOD
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert Understood.load(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    "change",
    [
        {"columns": None},
        {"columns": [{"name": "a", "role": "root", "samples": []}]},
        {"columns": [{"name": 1, "role": "title", "samples": []}]},
        {"columns": [{"name": "a", "role": "title", "samples": [1]}]},
        {"columns": [{"name": "a", "role": ["title"], "samples": "ab"}]},
        {"columns": [{"name": "a", "role": "title", "samples": [], "more": 1}]},
        {"sure": "yes"},
        {"why": None},
        {"more": 1},
    ],
)
def test_a_damaged_file_is_a_sentence(tmp_path: Path, change: dict) -> None:
    UNDERSTOOD.save(tmp_path)
    (tmp_path / FILE).write_text(json.dumps(json.loads((tmp_path / FILE).read_text()) | change))
    with pytest.raises(UserError, match="'columns.json' is damaged"):
        Understood.load(tmp_path)


@given(st.one_of(st.binary(max_size=60), st.just(b"[" * 100_000), st.just(b"[]"), st.just(b'"x"')))
def test_any_bytes_are_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / FILE).write_bytes(data)
    with pytest.raises(UserError, match="'columns.json' is damaged"):
        Understood.load(folder)


def test_columns_are_chosen_in_words() -> None:
    assert chosen_columns('title=Bezeichnung, picture=Bild,ID=Nr,"category=Art, fein",attribute=a=b,attribute=c') == {
        "Bezeichnung": "title",
        "Bild": "image",
        "Nr": "item_id",
        "Art, fein": "category",
        "a=b": "attribute",
        "c": "attribute",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Bezeichnung", "'Bezeichnung' does not say what a column is: write ROLE=COLUMN, where ROLE is title, image"),
        ("name=Bezeichnung", "'name=Bezeichnung' does not say"),
        ("title=", "'title=' does not say"),
        ("", "'' does not say"),
        ("title=a,,", "'' does not say"),
        ("title=a,image=a", "column 'a' is named twice"),
        ("title=a,title=b", "columns 'a' and 'b' cannot both be the title"),
    ],
)
def test_what_names_no_column_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        chosen_columns(text)


def test_a_role_that_there_is_not_is_a_sentence() -> None:
    check_chosen(dict.fromkeys("abc", "ignored"))
    with pytest.raises(UserError, match="There is no role 'root' for the column 'a'"):
        check_chosen({"a": "root"})


@given(st.text(max_size=30))
def test_any_text_is_columns_or_a_sentence(text: str) -> None:
    try:
        chosen = chosen_columns(text)
    except UserError:
        return
    assert set(chosen.values()) <= set(ROLES)
