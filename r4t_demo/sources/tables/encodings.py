"""Which encoding a table is in: UTF-8 wherever that fits, UTF-16 and UTF-32 by their bytes, else as charset-normalizer tells."""

import codecs
import re
from typing import BinaryIO

import charset_normalizer

from r4t_demo.sources.tables.headers import is_known

# The code pages that tables come in; where two fit equally, the earlier one is taken.
CODE_PAGES = (
    "cp1252", "cp1250", "cp1254", "cp1257", "cp1255", "cp1253", "cp1256", "cp1251", "cp874", "cp1258",
    "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949", "iso2022_kr",
    "koi8_r", "koi8_u", "iso8859_2", "iso8859_5", "iso8859_7", "cp866", "cp850", "cp852", "mac_roman",
)  # fmt: skip
MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF8: "utf-8-sig",
         codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # fmt: skip
NAMES = {"cp1252": "Windows-1252", "cp932": "Shift-JIS", "cp949": "Korean (cp949)", "mac_roman": "Mac Roman"}
OLD = ("cp850", "cp852", "mac_roman")  # a few signs of Windows-1252 look like letters of these
OTHER_SCRIPTS = ("cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8_r", "koi8_u", "iso8859_5", "iso8859_7", "cp866")
_MIXED = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]|[^\x00-\x7f](?=[A-Za-z])")  # a letter beside one of another script
_WESTERN = ("äöüß", "éèàçêîôûëïùâœæ", "áéíóúñü¿¡ºª", "ãõáâàéêíóôúç", "àèéìòù", "æøåé", "åäöé", "áéíóúýþæðö")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "õäöüšž")
LANGUAGES = {  # code page -> the letters of each of its languages that ASCII has not
    **dict.fromkeys(("cp1252", "cp850", "mac_roman"), _WESTERN), **dict.fromkeys(("cp1250", "iso8859_2", "cp852"), _CENTRAL),
    "cp1258": ("àáãăâđêôơưèéìíòóùúý\u0300\u0301\u0303\u0309\u0323",), "cp1254": ("çğıöşüâîi̇",), "cp1257": _BALTIC,
}  # fmt: skip
ANYWHERE = set("’‘“”„–—…€£°®™©«»•·½×²\xa0\ufffd")  # signs of every language
_CELL = re.compile(r"[,;\t|\r]")
# What Windows-1252 text does not hold: a sign, or a capital, in the midst of a word in small letters.
_UNLIKE_1252 = re.compile(r"[a-z][€‚„…†‡ˆ‰‹“”•˜™›¡-¿×÷À-ÞŠŒŽŸ][a-z]|[a-z][À-ÞŠŒŽŸ]")
_BLOCK, _SAMPLE = 2**20, 2**16  # bytes; of the second as many lines at most


def detect(file: BinaryIO) -> tuple[str, str]:
    """The encoding of a file that is read from its beginning, and the sentence's end that tells it where it is not UTF-8.

    A table of another encoding is told by at most _SAMPLE bytes of its lines that are not ASCII. Of a table in UTF-8 single bytes
    may be damaged: reading with ``errors="replace"`` then costs one letter each.
    """
    block = file.read(_BLOCK)
    for mark, encoding in MARKS.items():
        if block.startswith(mark):
            return encoding, ""
    if encoding := _wide(block[:_SAMPLE]):
        return encoding, f"was read as {encoding.upper()}"
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    head, lines = block[:_SAMPLE], dict[bytes, None]()
    while block:
        text = decoder.decode(block)
        if not text.isascii():
            damaged = text.count("\ufffd")
            bad += damaged
            good += len(text) - len(text.encode("ascii", "ignore")) - damaged
        if len(lines) < _SAMPLE and (bad or b"\x1b" in block):
            lines |= dict.fromkeys(line for line in block.splitlines(True) if not line.isascii() or b"\x1b" in line)
        block = file.read(_BLOCK)
    bad += len(decoder.decode(b"", final=True))
    if lines and not good > bad and (page := _code_page(b"".join(lines)[:_SAMPLE], head)):
        return page, f"is not UTF-8: it was read as {NAMES.get(page, page.upper().replace('_', '-'))}"
    return (
        "utf-8",
        f"holds {bad:,} byte{'s' * (bad > 1)} that {'are' if bad > 1 else 'is'} no UTF-8: each costs one letter" if bad else "",
    )


def _wide(head: bytes) -> str:
    """UTF-32 or UTF-16 without a mark: the one in which the text has lines and no zeros; "" for anything else."""
    if 0 not in head:
        return ""
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
        if "\0" not in text and "\n" in text and text.count("\ufffd") < len(text) / 20:
            return encoding
    return ""


def _code_page(lines: bytes, head: bytes) -> str:
    """What charset-normalizer tells by the lines that are not ASCII and by the table's head, in which others are, too."""
    head = head[: 4 * len(lines)]  # more of plain letters would drown the others
    by_lines, by_head = _judged(lines), _judged(lines if head.isascii() else head)
    both = {page: tuple(map(sum, zip(by_lines[page], by_head[page], strict=True))) for page in by_lines if page in by_head}
    judged = both or by_lines or by_head
    if not judged:
        return "cp1252"
    best = min(judged, key=lambda page: (round(judged[page][0], 3), round(judged[page][1], 2), CODE_PAGES.index(page)))
    return "cp1252" if judged[best][0] >= 1 or best in OLD and _may_be_1252(lines) else best


def _judged(data: bytes) -> dict[str, tuple[float, float]]:
    """code page -> (its mess, its lack of coherence), both the lower the better, for those that the data may be in."""
    found = {}
    for match in charset_normalizer.from_bytes(data, cp_isolation=list(CODE_PAGES)):
        for page in match.could_be_from_charset:
            found[page] = (match.chaos + _oddity(page, data), -match.coherence)
    return {page: judged for page, judged in found.items() if page in CODE_PAGES}


def _oddity(page: str, data: bytes) -> float:
    """Mess that charset-normalizer does not see in a few lines: letters that no language of the page has together, words of two
    scripts, and Hebrew, which is all capitals in KOI8. It is less where the header has the name of a known column.
    """
    text = data.decode(page, "replace")
    signs = [sign for sign in text.casefold() if not sign.isascii() and sign not in ANYWHERE]
    odd = -0.3 * any(not cell.isascii() and is_known(cell) for line in text.splitlines()[:3] for cell in _CELL.split(line))
    if page in LANGUAGES and signs:
        odd += 0.3 * (1 - max(sum(sign in letters for sign in signs) for letters in LANGUAGES[page]) / len(signs))
    if page in OTHER_SCRIPTS:
        odd += len(_MIXED.findall(text)) > 0.5 * max(1, len(text) - len(text.encode("ascii", "ignore")))
        odd += 0.2 * (page.startswith("koi8") and text.isupper())
    return odd


def _may_be_1252(lines: bytes) -> bool:
    try:
        return not _UNLIKE_1252.search(lines.decode("cp1252"))
    except UnicodeDecodeError:
        return False
