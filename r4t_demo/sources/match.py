"""Finding the picture that a table names among the files, however the name was written."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from r4t_demo.errors import UserError

_SEVERAL = re.compile(r"[|,;\n]")
_ROOT = re.compile(r"^(file:/*|[a-z]:)?(\.{0,2}/)*", re.IGNORECASE)  # what leads to a folder on another machine
_TOP = PurePosixPath()
_GAP = re.compile(r"[\s_]+")
_VIEW = re.compile(r"[ _.-]+\(?(\d{1,2})\)?$")  # "1000_2": the second picture of 1000


class Pictures:
    """``names``: of the pictures that there are, relative, with forward slashes.

    Its tables are made when the first name needs them; a name that is written exactly needs none.
    """

    def __init__(self, names: Iterable[str]):
        self.names = dict.fromkeys(names)
        self._tables: dict[str, dict[str, list[str]]] = {}

    def find(self, cell: str, folder: PurePosixPath = _TOP) -> str | None:
        """The picture that a cell of a table in ``folder`` names; of several names in it, the first that is there.

        None where there is none; UserError, a sentence's end, where two fit equally well.
        """
        if (full := _joined(folder, cell)) in self.names:
            return full
        if found := self._found(cell, folder):
            return found
        parts = (part.strip() for part in _SEVERAL.split(cell))
        several = [part for part in parts if part and part != cell]
        return next((found for part in several if (found := self._found(part, folder))), None)

    def _found(self, name: str, folder: PurePosixPath) -> str | None:
        """The file that one name means, by the first way of comparing in which any fits."""
        name = unicodedata.normalize("NFC", name.strip().strip("\"'").replace("\\", "/"))
        for written in dict.fromkeys((name, unquote(name))):
            plain = _ROOT.sub("", written)
            for full in (_joined(folder, written), _joined(folder, plain), plain):
                if full in self.names:
                    return full
            base = PurePosixPath(plain).name
            if not base:
                continue
            stem = PurePosixPath(base).stem
            levels = (
                ("path", _folded(_joined(folder, plain))), ("path", _folded(plain)), ("base", _folded(base)),
                ("base's letters", _letters(base)), ("stem", _folded(base)), ("stem", _folded(stem)),
                ("stem's letters", _letters(stem)),
            )  # fmt: skip
            for way, wanted in levels:
                if fitting := self._by(way).get(wanted):
                    return _only(written, _nearest(plain, fitting))
            if views := self._by("view").get(_number(stem)):
                return _only(written, _nearest(plain, _first(views)))
        return None

    def _by(self, way: str) -> dict[str, list[str]]:
        """The files by what a way of comparing makes of their names."""
        if way not in self._tables:
            found: dict[str, list[str]] = {}
            for name in self.names:
                found.setdefault(_WAYS[way](name), []).append(name)
            found.pop("", None)
            self._tables[way] = found
        return self._tables[way]


def _joined(folder: PurePosixPath, name: str) -> str:
    """A name that is relative to ``folder``, relative to the root."""
    return normpath(f"{folder}/{name}").lstrip("/") if name.startswith(".") else str(folder / name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _letters(name: str) -> str:
    """What browsers and Gradio leave of a name: no accents, no signs such as "! $ & ( )"; spaces of any kind are alike."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = (one if one.isalnum() or one in ".-," else "_" if one == "_" or one.isspace() else "" for one in bare)
    return _GAP.sub("_", "".join(kept)).replace("_.", ".").strip("_")


def _number(stem: str) -> str:
    """What may be an id, without the zeros that spreadsheets take from it; "" for words, which are no picture's alone."""
    return _folded(stem).lstrip("0") if any(map(str.isdigit, stem)) else ""


_WAYS: dict[str, Callable[[str], str]] = {  # the ways of comparing: what each makes of a file's name
    "path": _folded,
    "base": lambda name: _folded(PurePosixPath(name).name),
    "base's letters": lambda name: _letters(PurePosixPath(name).name),
    "stem": lambda name: _folded(PurePosixPath(name).stem),
    "stem's letters": lambda name: _letters(PurePosixPath(name).stem),
    "view": lambda name: _number(_VIEW.sub("", PurePosixPath(name).stem)),
}


def _first(views: list[str]) -> list[str]:
    """Of several pictures of one thing those with the lowest number."""
    numbers = [int(found[1]) if (found := _VIEW.search(PurePosixPath(name).stem)) else -1 for name in views]
    return [name for name, number in zip(views, numbers, strict=True) if number == min(numbers)]


def _nearest(name: str, fitting: list[str]) -> list[str]:
    """Those of ``fitting`` whose last folders are most like those of ``name``."""
    if len(fitting) < 2:
        return fitting
    wanted = _folded(name).split("/")[-2::-1]
    alike = [_common(wanted, _folded(one).split("/")[-2::-1]) for one in fitting]
    return [one for one, count in zip(fitting, alike, strict=True) if count == max(alike)]


def _common(one: list[str], other: list[str]) -> int:
    """How many of the first parts are equal."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _only(name: str, fitting: list[str]) -> str:
    if len(fitting) > 1:
        raise UserError(f"names the picture '{name}', which may be '{fitting[0]}' or '{fitting[1]}': write which one")
    return fitting[0]
