"""The names of a zip's files, whatever system packed it: the flag for UTF-8 is often missing, and old packers write a code page.

Names are too short for a library that recognises the encoding of texts, but those of one zip are in one page, and people's
names of files are words: letters of one script, of which some are common.
"""

import re
import unicodedata
import zipfile
from itertools import pairwise

_UTF8 = 0x800  # the flag
_LATIN = frozenset("äöüßÄÖÜéèêëàáâçñíóúãõôîïåÅøØæÆÉÇÑìòùûśłżźćńęąŁŚŻčšžřěůýďťňőűşğıİ")
_PAGES = {  # code page -> the script of its letters beyond ASCII
    "cp437": "LATIN", "cp850": "LATIN", "cp852": "LATIN", "cp857": "LATIN", "cp1252": "LATIN", "cp866": "CYRILLIC",
    "cp1251": "CYRILLIC", "cp737": "GREEK", "cp932": "JAPANESE", "gb18030": "CHINESE", "big5": "CHINESE", "cp949": "HANGUL",
}  # fmt: skip
_COMMON = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp932": (0x88, 0x97)}  # first bytes of common ideographs


def names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """The names of packed files as their packer meant them."""
    raw = [b"" if entry.flag_bits & _UTF8 else entry.orig_filename.encode("cp437", "replace") for entry in entries]
    foreign = b"\n".join(one for one in raw if not one.isascii())
    page = code_page(foreign) if foreign else "ascii"
    return [data.decode(page, "replace") if data else entry.filename for data, entry in zip(raw, entries, strict=True)]


def code_page(data: bytes) -> str:
    """The encoding of names, one a line, that are written in none that is told."""
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return max(_PAGES, key=lambda page: _likeness(data[:20_000], page))


def _likeness(data: bytes, page: str) -> float:
    """How much names look like people's words when they are read in a page."""
    try:
        text = data.decode(page)
    except UnicodeDecodeError:
        return float("-inf")
    worth = sum(_worth(letter, page) for letter in text if not letter.isascii())
    for word in re.findall(r"[^\W\d_]+", text):
        foreign = sum(not letter.isascii() for letter in word)
        if _PAGES[page] == "LATIN":
            worth -= 2 * max(0, foreign - len(word) / 2 - 0.5)
        elif foreign < len(word):
            worth -= 4 * min(foreign, len(word) - foreign)
        worth -= 2 * sum(one.islower() and other.isupper() for one, other in pairwise(word))
    return worth


def _worth(letter: str, page: str) -> float:
    """What a letter beyond ASCII tells for a page, by the bytes that it takes."""
    script, name = _PAGES[page], unicodedata.name(letter, "")
    if not letter.isalpha():
        return -3
    if script == "LATIN":
        return 1 if letter in _LATIN else -1
    if script in ("CYRILLIC", "GREEK"):
        return 1 if name.startswith(script) and letter not in "ЂЃѓЉЊЌЋЏђљњќћџҐґЁЄЇЎўєїЅѕ" else -1
    if script == "HANGUL":
        first, second = letter.encode(page)
        return 2 if 0xB0 <= first <= 0xC8 and second >= 0xA1 else -1
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 2 if script == "JAPANESE" else 0
    first, last = _COMMON[page]
    return 1.9 if name.startswith("CJK") and first <= letter.encode(page)[0] <= last else -1
