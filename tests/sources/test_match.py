"""Names in tables find their pictures."""

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.sources.match import Pictures

NAMES = [
    "a.jpg",
    "images/Hat1.PNG",
    "images/sun hat (2).jpg",
    "Hüte/Blau.jpg",
    "photos/summer/a1.png",
    "photos/winter/b.png",
    "x/IMG_9",
]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("a.jpg", "a.jpg"),
        ("/a.jpg", "a.jpg"),
        ("./a.jpg", "a.jpg"),
        ("images/hat1.png", "images/Hat1.PNG"),
        ("images\\Hat1.PNG", "images/Hat1.PNG"),
        ("C:\\Users\\me\\hat1.png", "images/Hat1.PNG"),
        ("file:///home/me/hat1.png", "images/Hat1.PNG"),
        ("hat1.jpg", "images/Hat1.PNG"),
        ("hat1", "images/Hat1.PNG"),
        ("../pictures/hat1.png", "images/Hat1.PNG"),
        ("sun%20hat%20(2).jpg", "images/sun hat (2).jpg"),
        ("sun hat 2.jpg", "images/sun hat (2).jpg"),
        ("sun\u00a0hat_2.jpg", "images/sun hat (2).jpg"),
        (unicodedata.normalize("NFD", "Hüte/Blau.jpg"), "Hüte/Blau.jpg"),
        ("HÜTE/blau.jpg", "Hüte/Blau.jpg"),
        ("IMG_9.jpg", "x/IMG_9"),
        ("none.jpg, b.png", "photos/winter/b.png"),
        ("hat1.png|a.jpg", "images/Hat1.PNG"),
        ('"a.jpg"', "a.jpg"),
        ("none.jpg", None),
        ("", None),
        ("/", None),
        ("..", None),
    ],
)
def test_a_name_finds_its_picture(cell: str, found: str | None) -> None:
    assert Pictures(NAMES).find(cell) == found


def test_a_picture_beside_the_table_goes_first() -> None:
    pictures = Pictures(["a.jpg", "shop/a.jpg", "shop/pictures/b.jpg"])
    assert pictures.find("a.jpg", PurePosixPath("shop")) == "shop/a.jpg"
    assert pictures.find("A.JPG", PurePosixPath("shop")) == "shop/a.jpg"
    assert pictures.find("../a.jpg", PurePosixPath("shop")) == "a.jpg"


def test_where_two_fit_both_are_named() -> None:
    with pytest.raises(UserError, match=r"'hat', which may be 'x/hat\.jpg' or 'y/hat\.png'"):
        Pictures(["x/hat.jpg", "y/hat.png"]).find("hat")


def test_of_two_that_fit_the_nearest_folder_wins() -> None:
    assert Pictures(["x/hat.jpg", "old/y/hat.jpg"]).find("C:/shop/y/hat.jpg") == "old/y/hat.jpg"


def test_a_name_that_a_browser_has_stripped_finds_its_row() -> None:
    stripped = "".join(one for one in "Hüte! $5 & mehr (neu) 🎩.jpg" if one.isalnum() or one in "._-, ")
    assert Pictures([stripped]).find("Hüte! $5 & mehr (neu) 🎩.jpg") == stripped


def test_an_id_is_a_pictures_name() -> None:
    pictures = Pictures(["images/15970.jpg", "images/AB-1.png", "x/2.jpg", "y/2.png"])
    assert pictures.by_id("15970") == "images/15970.jpg"
    assert pictures.by_id("ab-1") == "images/AB-1.png"
    assert pictures.by_id("1597") is None
    with pytest.raises(UserError, match=r"'x/2\.jpg' or 'y/2\.png'"):
        pictures.by_id("2")


PARTS = st.text(st.characters(exclude_characters="/\\|,;\n\0", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@given(st.lists(PARTS, min_size=1, max_size=3), st.sampled_from(["NFC", "NFD"]), st.sampled_from([str, str.upper, str.lower]))
def test_any_nesting_case_and_form_finds_its_picture(parts: list[str], form, change) -> None:
    name = unicodedata.normalize("NFC", "pictures/" + "/".join(parts) + "/hat.jpg")
    assert Pictures([name]).find(unicodedata.normalize(form, change(name))) == name


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=20))
def test_any_cell_is_one_of_the_names_or_a_sentence(names: list[str], cell: str) -> None:
    try:
        found = Pictures(names).find(cell)
    except UserError:
        return
    assert found is None or found in names
