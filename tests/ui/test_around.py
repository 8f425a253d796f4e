"""What is asked besides words: read from the browser, shown beside the request, and taken from an upload."""

import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from gradio.utils import get_upload_folder
from PIL import Image

from r4t_demo.catalog import Item
from r4t_demo.errors import UserError
from r4t_demo.sources import decode
from r4t_demo.ui.search.around import render_around, take_picture, to_told, with_told
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import FanOutTab
from tests.doubles import catalogue
from tests.sources.makers import BLUE, RED, picture
from tests.ui.fake_engine import FakeEngine

FORM = ("mmr", "folm", 5, 3, 0, 0, 0)


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    return FanOutTab(FakeEngine(tmp_path_factory.mktemp("fake")))


@pytest.fixture
def upload(tmp_path, monkeypatch):
    """Makes a file as the upload leaves it."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (Path(get_upload_folder()) / "a1b2").mkdir(parents=True)

    def make(name: str, data: bytes) -> Path:
        file = Path(get_upload_folder()) / "a1b2" / name
        file.write_bytes(data)
        return file

    return make


def address(upload) -> str:
    return take_picture(str(upload("my photo.jpg", picture(RED, (640, 480), "JPEG"))))["picture"]


def controls(html: str) -> list[dict]:
    """What leads out of each part that is shown."""
    return [one.attrib for one in ElementTree.fromstring(f"<div>{html}</div>").iter() if one.get("data-out")]


def test_a_picture_is_taken_and_its_file_is_gone(upload):
    file = upload("my photo.jpg", picture(RED, (640, 480), "JPEG"))
    told = take_picture(str(file))
    assert told.keys() == {"picture"} and not file.exists()
    ask = with_told(Ask(""), json.dumps(told))
    assert ask.picture and ask.picture.size == (320, 240)
    assert max(abs(a - b) for a, b in zip(ask.picture.getpixel((9, 9)), RED, strict=True)) < 12


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"", "The picture 'x<b>.jpg' is an empty file."),
        (b"\xff\xd8\xffnothing", "The picture 'x<b>.jpg' is no picture that can be read"),
        (picture(RED, (900, 10), "JPEG"), "The picture 'x<b>.jpg' is a strip of 900 x 10 pixels"),
        (picture(RED, (64, 64))[:-30], "The picture 'x<b>.jpg' is damaged or cut short"),
        (b"x" * 5000, "The picture 'x<b>.jpg' is larger than 0 MB"),
    ],
)
def test_a_picture_that_is_none_is_told_and_its_file_is_gone(upload, monkeypatch, data, trouble):
    monkeypatch.setattr(decode, "MAX_ASKED", 4000)
    file = upload("x<b>.jpg", data)
    told = take_picture(str(file))
    assert told.keys() == {"trouble"} and told["trouble"].startswith(trouble) and not file.exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "app.py", "", None, 7, ["x"], {"path": "x"}])
def test_no_other_file_is_taken(path):
    assert take_picture(path) == {"trouble": "This picture was not uploaded here: choose it again."}


def test_a_picture_is_asked_with_and_shown_beside_the_request(tab, upload):
    told = json.dumps({"picture": address(upload), "others": True, "plus": ["hat-teal"], "minus": ["hat-plum"]})
    _, busy, *_, done = tab.search("", *FORM, told)
    assert isinstance(tab.engine.calls[-1][0], Image.Image) and tab.engine.marks[-1] == (("hat-teal",), ("hat-plum",), True)
    assert "Your picture, nearest to" in done[0] and "No link carries a picture" in done[1]
    assert [one["data-out"] for one in controls(busy[5])] == ["picture", "plus", "minus"]
    shown = ElementTree.fromstring(busy[5]).find(".//img")
    with Image.open(BytesIO(b64decode(shown.get("src").partition(",")[2]))) as small:
        assert max(small.size) == 96 and shown.get("alt") == "Your picture"


def test_an_item_is_asked_with_and_its_kind_left_out_of_every_draft(tab):
    *before, done = tab.search("", *FORM, json.dumps({"item": "dress-rust", "others": True}))
    assert tab.engine.calls[-1][0] is tab.engine.catalog["dress-rust"]
    assert "A set around “<bdi>rust felt dress &lt;b&gt;" in done[0]
    drafts = [page[3] for page in before if "of 5" in page[0]]
    assert len(drafts) == 5 and all("data-item" in draft and 'data-item="dress-' not in draft for draft in drafts)


def test_words_take_the_place_of_an_item_and_keep_the_likes(tab):
    _, busy, *_, done = tab.search("ski weekend", *FORM, json.dumps({"item": "hat-rust", "others": True, "plus": ["hat-teal"]}))
    assert "“<bdi>ski weekend</bdi>”" in done[0] and tab.engine.marks[-1] == (("hat-teal",), (), False)
    assert [one["data-out"] for one in controls(busy[5])] == ["plus"]
    assert "q=ski+weekend&amp;item=&amp;" in done[1] and "plus=hat-teal" in done[1]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"plus": ["sofa"]}, "has no item &#x27;sofa"),
        ({"item": "<b>sofa"}, "has no item &#x27;&lt;b&gt;sofa"),
        ({"picture": "no base64!"}, "no request: open it anew"),
        ({"picture": "eA=="}, "The picture is no picture that can be read"),
        ({"plus": 7}, "no request: open it anew"),
        ({"item": ["x"]}, "no request: open it anew"),
        ([], "no request: open it anew"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence_and_keeps_the_last_answer(tab, told, sentence):
    *_, last = tab.search("", *FORM, json.dumps(told))
    assert sentence in last[0] and last[1] == "" and all(isinstance(one, dict) for one in last[2:]), "but not its verdict"


def test_every_text_of_what_is_shown_is_escaped():
    evil = "\"><img src=x onerror=alert(1)><script>alert('x')</script>"
    items = [Item(f"{evil}{number}", evil, "hat", None) for number in range(3)]
    one, two, three = (item.item_id for item in items)
    root = ElementTree.fromstring(render_around(Ask("", item=one, plus=(two,), minus=(three,)), catalogue(*items)))
    assert not [part for part in root.iter() if part.tag in ("script", "img") or "onerror" in part.attrib]
    assert [part.get("data-id") for part in root.iter() if part.get("data-out") in ("plus", "minus")] == [two, three]
    spoken = [part.get("aria-label") for part in root.iter("button")]
    assert all(spoken) and len(set(spoken)) == len(spoken)


def test_of_nothing_besides_words_nothing_is_shown():
    assert render_around(Ask(), catalogue()) == ""
    with pytest.raises(UserError, match="no item 'gone'"):
        render_around(Ask(minus=("gone",)), catalogue())


def test_what_a_link_brought_is_told_back(upload):
    ask = Ask("", item="a", others=True, plus=("b",), minus=("c", "d"))
    assert with_told(Ask(""), to_told(ask)) == ask
    assert with_told(Ask(""), "") == Ask("")
    blue = take_picture(str(upload("b.png", picture(BLUE))))
    assert with_told(Ask("words"), json.dumps(blue)) == Ask("words")
