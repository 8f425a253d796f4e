"""Text inside pictures: which font has its letters, how wide it is, where a line ends."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import gradio
from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

# Source Sans 3 (SIL Open Font License), which Gradio serves to browsers: Latin, Greek and Cyrillic letters.
FOLDER = Path(gradio.__file__).parent / "templates/frontend/static/fonts/SourceSansPro"
REGULAR, BOLD = (str(FOLDER / f"SourceSansPro-{weight}.woff2") for weight in ("Regular", "Bold"))
# For other letters, what the machine has of these; Pillow finds them by their names.
OF_THE_MACHINE = (
    "DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "NotoSansArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf", "Arial Unicode.ttf", "PingFang.ttc", "arial.ttf", "msyh.ttc", "malgun.ttf", "Nirmala.ttf",
)  # fmt: skip
NO_CHARACTER = "\uffff"  # which Unicode promises never to use: every font draws its box for it


def font_for(text: str, size: int, bold: bool = False) -> FreeTypeFont:
    """The font of ``size`` pixels that has all letters of ``text``: ours, else one of the machine's, else ours with boxes."""
    ours = BOLD if bold else REGULAR
    return _font(next((name for name in (ours, *OF_THE_MACHINE) if not _lacks(name, text)), ours), size)


def missing(text: str) -> str:
    """The letters of ``text`` that are drawn as boxes, each once."""
    lacks = _lacks(REGULAR, text)
    return lacks if lacks and all(_lacks(name, text) for name in OF_THE_MACHINE) else ""


def cut(text: str, font: FreeTypeFont, width: float) -> str:
    """One line of at most ``width`` pixels, which ends in … where more was to come."""
    if font.getlength(text) <= width:
        return text
    return text[: _longest(text, lambda part: font.getlength(part.rstrip() + "…") <= width)].rstrip() + "…"


def wrap(text: str, font: FreeTypeFont, width: float, most: int) -> list[str]:
    """At most so many lines of ``width`` pixels, broken between words, or within one that is wider; the last one is ``cut``."""
    lines, rest = list[str](), text
    while rest and len(lines) < most - 1:
        end = max(1, _longest(rest, lambda part: font.getlength(part) <= width))
        if end < len(rest) and (space := rest.rfind(" ", 0, end + 1)) > 0:
            end = space
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, cut(rest, font, width)] if rest else lines


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    """How many of the first characters fit; wider parts are taken to be longer."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return low


def _lacks(name: str, text: str) -> str:
    """The letters of ``text`` that a font has not got, each once; all of them where there is no such font."""
    letters = dict.fromkeys(letter for letter in text if not letter.isspace())
    return "".join(letter for letter in letters if not _has(name, letter))


@lru_cache(maxsize=8192)
def _has(name: str, letter: str) -> bool:
    return _is_there(name) and bytes(_font(name, 24).getmask(letter)) != bytes(_font(name, 24).getmask(NO_CHARACTER))


@lru_cache(maxsize=64)  # Pillow looks through all folders of fonts
def _is_there(name: str) -> bool:
    try:
        return bool(_font(name, 24))
    except OSError:
        return False


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> FreeTypeFont:
    return ImageFont.truetype(name, size)
