"""A set as one picture: its size, its words, its letters, and what the page tells for it."""

import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from r4t_demo.catalog import Item
from r4t_demo.errors import UserError
from r4t_demo.ui.board import dialog as board_dialog
from r4t_demo.ui.board import lettering
from r4t_demo.ui.board.board import BYTES, WIDTH, Board, Direction, draw
from r4t_demo.ui.board.lettering import cut, font_for, missing, wrap
from r4t_demo.ui.board.told import NOTHING, read_told, to_told
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import FanOutTab
from tests.sources.makers import write_zip
from tests.ui.fake_engine import COLOURS, FakeEngine
from tests.ui.made_jobs import make_job


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return FakeEngine(tmp_path_factory.mktemp("fake"))


def opened(data: bytes) -> Image.Image:
    assert data.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(data)).convert("RGB")


def board(engine, **changes) -> Board:
    directions = [Direction(f"direction {row}", "reads as", engine.catalog.items[row : row + 4]) for row in range(10)]
    return replace(Board("rainy Sunday", "FOLM", directions, "fake", "http://here/?q=rainy+Sunday"), **changes)


def different(one: Image.Image, other: Image.Image) -> bool:
    return one.size != other.size or bool(np.any(np.asarray(one) != np.asarray(other)))


@pytest.mark.parametrize("count", range(11))
def test_any_number_of_directions_makes_a_picture(engine, count):
    shown = opened(draw(board(engine, directions=board(engine).directions[:count])))
    assert shown.width == WIDTH and shown.height < 1600


@pytest.mark.parametrize("part", ["title", "method", "catalogue", "link", "remark"])
def test_each_text_is_on_it_and_a_long_one_leaves_the_rest_in_its_place(engine, part):
    plain, other = opened(draw(board(engine, remark="One line."))), opened(draw(board(engine, **{"remark": "…", part: "Ämter"})))
    assert different(plain, other)
    long = opened(draw(board(engine, **{part: "wide words and more of them " * 30})))
    assert long.width == WIDTH and long.height < 1700
    assert (np.asarray(long)[:, -60:] == np.asarray(long)[0, 0]).all(), "nothing runs into the margin"


def test_the_first_items_are_on_it(engine):
    hats = [item for item in engine.catalog.items if item.category == "hat"]
    shown = opened(draw(board(engine, directions=[Direction("hats", "", hats)])))
    pixels = np.asarray(shown, dtype=int)
    colours = [ImageColor.getrgb(COLOURS[item.item_id.partition("-")[2]]) for item in hats]
    areas = [int((np.abs(pixels - colour).max(axis=2) < 8).sum()) for colour in colours]
    assert areas[0] > 5 * areas[1] > 0, "the first is large"
    assert min(areas[1:4]) > 5000 > max(areas[4:])


def test_a_picture_of_photos_stays_small(engine, tmp_path):
    rng, items = np.random.default_rng(0), []
    for number in range(40):
        path = tmp_path / f"{number}.png"
        Image.fromarray(rng.integers(0, 256, (320, 320, 3), dtype=np.uint8)).save(path)  # the worst there is
        items.append(Item(str(number), "noise", "noise", path))
    data = draw(board(engine, directions=[Direction("noise", "", items[at : at + 4]) for at in range(0, 40, 4)]))
    assert BYTES / 2 < len(data) < 1.5e6 and opened(data).width == WIDTH


def test_an_item_without_a_picture_is_a_card_with_its_title(engine, tmp_path):
    song = Item("s", "Rain on the roof", "songs", None, {"artist": "Tones & I"})
    (tmp_path / "broken.webp").write_bytes(b"no picture")
    other, lost, broken = (
        replace(song, title="Sun"), replace(song, image=tmp_path / "lost.webp"), replace(song, image=tmp_path / "broken.webp"),
    )  # fmt: skip
    shown = [opened(draw(board(engine, directions=[Direction("x", "", [item])]))) for item in (song, other, lost, broken)]
    assert different(shown[0], shown[1])
    middle = [picture.crop((72, 300, 200, 400)) for picture in shown]
    assert not different(middle[0], middle[2]) and not different(middle[0], middle[3])


@given(st.text(max_size=80), st.integers(30, 400), st.integers(1, 4))
def test_lines_are_as_narrow_as_they_should_and_keep_the_words(text, width, most):
    text = " ".join(text.split())
    font = font_for("a", 20)
    lines = wrap(text, font, width, most)
    assert len(lines) <= most
    assert all(font.getlength(line) <= width or len(line) <= 1 for line in lines)
    whole = "".join("".join(lines).split())
    assert whole == "".join(text.split()) or (lines[-1].endswith("…") and "".join(text.split()).startswith(whole[:-1]))


def test_a_long_title_ends_in_an_ellipsis_by_its_width():
    font = font_for("a", 20)
    assert cut("short", font, 200) == "short"
    narrow, wide = cut("i" * 300, font, 200), cut("W" * 300, font, 200)
    assert narrow.endswith("…") and wide.endswith("…") and len(narrow) > 2 * len(wide)
    assert wrap("one two three four", font, font.getlength("one two"), 2) == ["one two", "three…"]


def test_the_font_that_comes_along_has_latin_greek_and_cyrillic_letters(monkeypatch):
    monkeypatch.setattr(lettering, "OF_THE_MACHINE", ())
    assert missing("Größe, forêt, łódź, αβγω, Жизнь “…” – × 12") == ""
    assert missing("hat שלום 日本日 a") == "שלום日本"


def test_other_letters_are_drawn_by_a_font_of_the_machine_where_there_is_one(monkeypatch):
    monkeypatch.setattr(lettering, "OF_THE_MACHINE", ("no-such-font.ttf", lettering.BOLD))
    monkeypatch.setattr(lettering, "REGULAR", "no-such-font-either.ttf")
    assert missing("hat") == "" and font_for("hat", 20).getname() == ("Source Sans 3", "Bold")


def test_letters_that_become_boxes_are_told(served, monkeypatch):
    monkeypatch.setattr(lettering, "OF_THE_MACHINE", ())
    desk = served.endpoints.desk
    board = Board("dress 日本", "FOLM", [], "shop")
    assert board_dialog._answer(desk, board)["said"].endswith("picture: 日本")
    assert board_dialog._answer(desk, replace(board, title="dress"))["said"] == ""


def test_the_link_of_a_visitors_own_catalogue_is_left_out(served, tmp_path, monkeypatch):
    """Whoever has it may see all of that catalogue, and a picture is passed on."""
    table = "id,title,category\n" + "".join(f"m{number},mug {number},mug\n" for number in range(24))
    job = make_job(served.jobs, write_zip(tmp_path / "shop.zip", {"shop.csv": table}), "ready", None)
    drawn, told = [], {"title": "x", "sets": [{"name": "x", "remark": "", "directions": [["x", "", []]]}]}
    monkeypatch.setattr(board_dialog, "draw", lambda board: drawn.append(board) or b"png")
    [part] = [key for key, block in served.demo.blocks.items() if block.elem_id == "board-holder"]
    for whose in ("", job):
        body = {"component_id": part, "fn_name": "board", "data": [json.dumps(told), 0, f"http://x/?job={whose}", whose]}
        httpx.post(f"{served.address}gradio_api/component_server", json=body | {"session_hash": "x"}, timeout=60)
    assert [(one.catalogue, one.link) for one in drawn] == [(served.engine.catalog.name, "http://x/?job="), ("shop.zip", "")]
    served.jobs.delete(job)


def test_the_page_tells_what_it_shows(engine):
    results = engine.run(["rainy Sunday"], k=5, n=6)
    told = to_told("rainy Sunday", results)
    for number, (result, name) in enumerate(zip(results, ("FOLM", "Diffusion"), strict=True)):
        made = read_told(told, number, engine.catalog, "shop", "http://x/?q=a")
        assert (made.title, made.method, made.catalogue, made.link, made.remark) == (
            "rainy Sunday",
            name,
            "shop",
            "http://x/?q=a",
            "",
        )
        assert [one.words for one in made.directions] == result.sub_queries
        assert {one.lead for one in made.directions} == {"" if result.is_text else "reads as"}
        shown = [[hit.item for hit in hits[:4]] for hits in result.items]
        assert [one.items for one in made.directions] == shown


def test_directions_that_find_nothing_that_fits_are_left_out(engine):
    left, right = engine.run(["x"], k=5, n=2)
    some = read_told(to_told("x", [replace(left, fits=[True, False, True, False, True])]), 0, engine.catalog, "shop", "")
    assert len(some.directions) == 3 and some.remark == ""
    none = read_told(to_told("x", [replace(right, fits=[False] * 5)]), 0, engine.catalog, "shop", "")
    assert len(none.directions) == 5 and none.remark == NOTHING


@pytest.mark.parametrize(
    ("ask", "title"),
    [
        (Ask("rainy <b>"), "rainy <b>"),
        (Ask("", item="hat-rust"), "A set around “rust felt hat <b>&</b> trim”"),
        (Ask("", picture=Image.new("RGB", (2, 2))), "A set around a picture, nearest to “a picture of (0, 0, 0)”"),
    ],
)
def test_the_request_is_the_title(engine, ask, title):
    summary = FanOutTab(engine).answer(ask)[1]
    told = ElementTree.fromstring(summary).find(".//button[@data-board]").get("data-board")
    assert json.loads(told)["title"] == title


def test_what_no_page_tells_is_a_sentence(engine):
    good = json.loads(to_told("x", engine.run(["x"], k=2, n=2)))
    bad = ["", "{", "[]", "null", "[" * 100_000, json.dumps(good | {"title": None}), json.dumps(good | {"title": "\ud800"})]
    bad += [json.dumps(good | {"sets": sets}) for sets in (None, [], [{}], [7], [{"directions": 7}])]
    for direction in (["x"], ["x", "", 7], ["x", "", [7]], ["x", "", [["hat-rust"]]], [1, "", []], ["x", "", ["sofa"]]):
        bad.append(json.dumps(good | {"sets": [good["sets"][0] | {"directions": [direction]}]}))
    for told in bad:
        with pytest.raises(UserError, match=r"no set|no item"):
            read_told(told, 0, engine.catalog, "shop", "")
    with pytest.raises(UserError, match="no set"):
        read_told(json.dumps(good), 2, engine.catalog, "shop", "")


def test_more_than_a_board_holds_is_not_drawn(engine):
    told = json.loads(to_told("x" * 5000, engine.run(["x"], k=2, n=2)))
    told["sets"][0]["directions"] = [["a\n\0b", "", ["hat-rust"] * 50]] * 50
    made = read_told(json.dumps(told), 0, engine.catalog, "shop", "")
    assert len(made.directions) == 10 and len(made.title) == 600
    assert {len(one.items) for one in made.directions} == {4} and made.directions[0].words == "a b"
