"""What the names of files and folders say: those that cameras, phones, browsers and web shops make up say nothing."""

import re
import unicodedata
from pathlib import Path

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"  # "_" parts words as well
_UUID = r"[0-9a-f]{8}[-_]?[0-9a-f]{4}[-_]?[0-9a-f]{4}[-_]?[0-9a-f]{4}[-_]?[0-9a-f]{12}"
_TIME = (
    r"([T \-_.]*(at |um |à |alle |a las |kl |klo )?\d{1,2}[.:\-_h]?\d{2}([.:\-_m]?\d{2}([.:\-_]?\d{1,6})?)?s?( ?[ap]\.?m\.?)?)?"
)
_DATE = rf"((19|20)\d{{2}}([-_.])?\d{{2}}\3?\d{{2}}|\d{{1,2}}[-.]\d{{1,2}}[-.](19|20)\d{{2}}){_TIME}"
_COUNTER = (
    r"(img|imgp|image|imag|photo|pict|dsc|dscn|dscf|dscpdc|mg|ndsc|csc|cimg|kimg|sdc|sam|hpim|gopr|g[hxp]\d\d|dji|mov|vid|mvimg|pxl|"
    r"wp|win|fb[_ -]img|received|snapchat|inshot|picsart|burst|pano|hdr|rimg|screenshot|scan|shutterstock|adobestock|istockphoto|"
    r"istock|gettyimages|depositphotos|dreamstime|frame|camphoto|tumblr|pinterest|retouch|imga|clip[_ -]image)[_ -]*[es]?\d{3,}"
    r"([_.~-]+\d*|(wa|burst|cover|hdr|mp|pro|night|portrait|edited|top)\d*)*"
)
_PHONE = (
    r"img[_ -]\d{8}[_ -]wa\d+|[plr]\d{7}|\d{3}[_ -]\d{4}|"
    r"\d{3}_?(canon|apple|nikon|msdcf|media|panas|olymp|fuji|kodak|gopro|pentx|eos\w*|d\d+)|coco_(train|val|test)\d{4}_\d+"
)
_WEB = (
    r"(jpe?g|png)\.rf\.[0-9a-f]{8,}|b0[0-9a-z]{8}|s-l\d{3,4}|il_\w+\.\d+_\w+|\w+\._(ac|s[xyl]|u[xy])[\w,]*_|\d+x\d+(px)?|"
    r"maxresdefault|hqdefault|fullsizerender|jpegimages"
)
_MADE_UP = re.compile(f"{_START}({_UUID}|{_DATE}|{_PHONE}|{_COUNTER}|{_WEB}){_END}", re.IGNORECASE)
_MONTH = (
    r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|"
    r"december|januar|februar|märz|mai|juni|juli|oktober|dezember)"
)
_WHOLE = re.compile(  # whatever else stands in such a name is the app or the photographer
    r"(screen ?shots?|bildschirmfoto|capture d.[ée]cran|captura de (pantalla|tela|ecr[ãa])|schermata|schermafbeelding|"
    r"zrzut ekranu|skärmavbild|skærmbillede|skjermbilde|näyttökuva|ekran (resmi|görüntüsü)|снимок экрана|スクリーンショット|"
    r"스크린샷|截屏|屏幕截图|螢幕截圖)\W*\d.*"
    r"|(screenshot|pexels|pixabay|whatsapp|signal|telegram|messenger|instagram|ezgif|line album|camscanner|adobe scan|dall.e|"
    r"chatgpt image|gemini generated image|photo on) .*\d.*|.+ unsplash( \(\d+\))?|(photos|fotos) (from|von|de|aus) \d{4}"
    rf"|(\d{{1,2}}\.? )?{_MONTH}\.? \d{{4}}|(untitled design|new project|camscanner)( \d+| \(\d+\))?",
    re.IGNORECASE,
)
_COPY = re.compile(r"\s*\(\d+\)$")
_LETTER = re.compile(r"[^\W\d_]")

# What pictures and their folders are called everywhere, in the languages of people's devices.
_EMPTY = frozenset(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split())
_FOLDERS = ("nova pasta", "nieuwe map", "nowy folder", "yeni klasör", "новая папка", "uusi kansio", "ny mapp", "ny mappe")


def words(name: str) -> str:
    """A file's or folder's name as a person would write it: 'red-hat_01' is 'red hat 01'."""
    return re.sub(r"[\s_+-]+", " ", unicodedata.normalize("NFC", name)).strip()


def telling(name: str) -> str:
    """What a name (without its suffix) says, in words: 'blue-dress IMG_4321' says 'blue dress'; "" for 'IMG_4321'."""
    plain = words(name)
    if _WHOLE.fullmatch(plain) or plain.casefold().startswith(_FOLDERS):
        return ""
    left = words(_MADE_UP.sub(" ", _COPY.sub("", unicodedata.normalize("NFC", name))))
    kept = " ".join(word for word in left.split() if not _is_id(word)).strip(" .,;#()[]{}~")
    return kept if any(map(_says, re.split(r"[\W_]+", kept))) else ""


def says_nothing(name: str) -> bool:
    """Whether a name (without its suffix) is a counter, a date, an id or the like: no title, category or word of a query."""
    return not telling(name)


def _says(word: str) -> bool:
    """Whether a word says something: no number, no single letter, none of what every picture is called."""
    letters = word.strip("0123456789")
    if not _LETTER.search(letters) or len(letters) == 1 and letters.upper() != letters.lower():
        return False
    return letters.casefold() not in _EMPTY


def _is_id(word: str) -> bool:
    """Whether a word is a hash or a random key: 'd41d8cd98f00', 'dQw4w9WgXcQ'."""
    if not word.isascii() or len(word) < 8:
        return False
    has_digit, has_letter = any(map(str.isdigit, word)), any(map(str.isalpha, word))
    if re.fullmatch("[0-9a-fA-F]+", word) and has_letter and (has_digit and len(word) >= 8 or len(word) >= 16):
        return True
    turns = len(re.findall(r"(?<=[a-z])[A-Z]|(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]", word))
    mixed = re.search(r"[a-z][A-Z]|\d[A-Za-z]", word)
    return turns >= 4 and turns >= 0.4 * len(word) or bool(mixed and re.search(r"[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]{6}", word))
