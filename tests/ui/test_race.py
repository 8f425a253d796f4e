"""The race as it is shown: lanes, what happened, and the figure beside the paper's times."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from r4t_demo.serve.race import Lap
from r4t_demo.ui.results.race import render_figure, render_lanes, verdict

FAST, SLOW = Lap("diffusion", 128, 128, 0.4, True), Lap("folm", 128, 128, 12.0, True)
CUT = Lap("folm", 128, 41, 30.0, True)


def cells(html: str) -> dict[str, list[str]]:
    rows = ElementTree.fromstring(html).iter("tr")
    return {row[0].text: ["".join(cell.itertext()) for cell in row[1:]] for row in rows}


def test_the_lanes_show_how_far_each_is():
    root = ElementTree.fromstring(f"<div>{render_lanes([FAST, replace(SLOW, answered=32, seconds=3.5, ended=False)])}</div>")
    assert [lane.get("style") for lane in root.iter("i")] == ["width:100.0%", "width:25.0%"]
    words = "".join(root.itertext())
    assert "128 of 128 in 400 ms" in words and "32 of 128 after 3.50 s" in words
    assert root.find(".//*[@role='status']/p") is None, "what happened is told once it has"
    assert "waits its turn" in render_lanes([FAST, Lap("folm", 128, 0, 0.0)])


@pytest.mark.parametrize(
    ("laps", "told"),
    [
        (
            (FAST, SLOW),
            "Diffusion answered all 128 requests in 400 ms, FOLM in 12.00 s: by then Diffusion could have done so "
            "<strong>30 times</strong>.",
        ),
        ((Lap("diffusion", 1, 1, 0.3, True), Lap("folm", 1, 1, 0.4, True)), "answered the request in 300 ms, FOLM in 400 ms."),
        ((FAST, CUT), "FOLM answered <strong>41 of 128</strong> in 30.00 s, and was stopped there. Diffusion had answered all"),
        ((replace(FAST, answered=9, seconds=30.5), CUT), "FOLM answered 41 of 128 in 30.00 s; Diffusion answered"),
    ],
)
def test_what_happened_is_a_sentence(laps, told):
    assert told in verdict(laps)


def test_the_figure_has_the_papers_times_alone_and_then_ours_beside_them():
    raced = {8: {"diffusion": FAST, "folm": SLOW}, 128: {"diffusion": FAST, "folm": CUT}}
    before, after = render_figure({}), render_figure(raced)
    assert "Nothing has been raced here yet" in before and "Nothing has been raced" not in after
    assert cells(before)["Language model, paper"] == ["–", "1.46 s", "–", "–", "50.00 s"]
    assert cells(before)["ratio, here"] == ["–"] * 5
    assert cells(after)["FOLM, here"] == ["–", "12.00 s", "–", "> 30.00 s41 of 128", "–"]
    assert cells(after)["ratio, here"] == ["–", "30 ×", "–", "> 75 ×", "–"]
    assert cells(after)["ratio, paper"] == ["–", "21 ×", "–", "–", "12 ×"]
    lines = [ElementTree.fromstring(html).find(".//*[@class='lines']") for html in (before, after)]
    assert [len(list(each.iter("polyline"))) for each in lines] == [2, 4]
    assert "of Diffusion, FOLM, Paper, LM, Paper, diffusion" in lines[1].get("aria-label")
    assert sum("whisker" in mark.get("class") for mark in lines[1].iter("i")) == 1, "who was stopped would have taken longer"


def test_the_paper_alone_has_a_place_for_every_batch():
    feet = ElementTree.fromstring(render_figure({})).find(".//*[@class='feet']")
    assert [(foot.text, foot.get("style")) for foot in feet][::4] == [("1", "left:0.00%"), ("1,024", "left:100.00%")]
