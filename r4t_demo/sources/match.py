"""Finding the picture that a table names among the files, however the name was written."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from r4t_demo.errors import UserError

_SEVERAL = re.compile(r"[|,;\n]")
_ROOT = re.compile(r"^(file:/*|[a-z]:)?(\.{0,2}/)*", re.IGNORECASE)  # what leads to a folder on another machine
_TOP = PurePosixPath()
_GAP = re.compile(r"[\s_]+")


class Pictures:
    """``names``: of the pictures that there are, relative, with forward slashes.

    Its tables are made when the first name needs them; a name that is written exactly needs none.
    """

    def __init__(self, names: Iterable[str]):
        self.names = dict.fromkeys(names)

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

    def by_id(self, item_id: str) -> str | None:
        """The picture whose name, without its suffix, is an item's id; UserError where there are two."""
        return _only(item_id, self._stems.get(_folded(item_id.strip()), []))

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
            levels = [
                self._paths.get(_folded(_joined(folder, plain))),
                self._paths.get(_folded(plain)),
                self._bases.get(_folded(base)),
                self._letters.get(_letters(base)),
                self._stems.get(_folded(base)),
                self._stems.get(_folded(PurePosixPath(base).stem)),
                self._letter_stems.get(_letters(PurePosixPath(base).stem)),
            ]
            for fitting in filter(None, levels):
                return _only(written, _nearest(plain, fitting))
        return None

    @cached_property
    def _paths(self) -> dict[str, list[str]]:
        return self._by(_folded)

    @cached_property
    def _bases(self) -> dict[str, list[str]]:
        return self._by(lambda name: _folded(PurePosixPath(name).name))

    @cached_property
    def _letters(self) -> dict[str, list[str]]:
        return self._by(lambda name: _letters(PurePosixPath(name).name))

    @cached_property
    def _stems(self) -> dict[str, list[str]]:
        return self._by(lambda name: _folded(PurePosixPath(name).stem))

    @cached_property
    def _letter_stems(self) -> dict[str, list[str]]:
        return self._by(lambda name: _letters(PurePosixPath(name).stem))

    def _by(self, key: Callable[[str], str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(key(name), []).append(name)
        found.pop("", None)
        return found


def _joined(folder: PurePosixPath, name: str) -> str:
    """A name that is relative to ``folder``, relative to the root."""
    return normpath(f"{folder}/{name}").lstrip("/") if name.startswith(".") else str(folder / name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _letters(name: str) -> str:
    """What browsers and Gradio leave of a name: no accents, no signs such as "! $ & ( )"; spaces of any kind are alike."""
    kept = (one if one.isalnum() or one in ".-," else "_" if one == "_" or one.isspace() else "" for one in _bare(name))
    return _GAP.sub("_", "".join(kept)).replace("_.", ".").strip("_")


def _bare(name: str) -> str:
    return unicodedata.normalize("NFKD", name.casefold())


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


def _only(name: str, fitting: list[str]) -> str | None:
    if len(fitting) > 1:
        raise UserError(f"names the picture '{name}', which may be '{fitting[0]}' or '{fitting[1]}': write which one")
    return fitting[0] if fitting else None
