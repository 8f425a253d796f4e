"""What tables call their columns, in the languages and shops that they come from; the roles' and the bookkeeping's names."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def plain(name: str) -> str:
    """A column's name without what shops put around it: 'C:Color' and 'Color (product.metafields.shopify.color)' are 'Color'."""
    return re.sub(r"\[.*?\]|^\W*C:|\(product\.metafields\..*?\)", " ", name.strip()).strip() or name


def simple(name: str) -> str:
    """'Item ID', 'item-id', 'itemId' and '*Item ID (long)' are all 'item_id'; 'Größe' is 'grosse'."""
    name = re.sub(r"\(.*?\)", " ", plain(name).replace("(s)", "s").replace("(S)", "s")) or name
    parts = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).casefold().translate(_PLAIN)
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "_", bare).strip("_")


def _names(text: str) -> frozenset[str]:
    return frozenset(simple(name) for name in text.split(",") if name.strip())


def _ranked(text: str) -> dict[str, int]:
    """name -> its rank; a rank goes on over lines that end with a comma."""
    ranks: dict[str, int] = {}
    for rank, line in enumerate(re.split(r"(?<!,)\n", text.strip())):
        ranks |= {name: rank for name in _names(line) if name not in ranks}
    return ranks


_WRITTEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
RANKS = {role: _ranked(text) for role, text in _WRITTEN["roles"].items()}
ATTRIBUTES = _names(_WRITTEN["attributes"])
BOOKKEEPING = _names(_WRITTEN["bookkeeping"])
KNOWN = ATTRIBUTES.union(*RANKS.values())


def is_known(name: str) -> bool:
    """Whether a cell is what tables call a column: one row of such cells is a header."""
    return simple(name) in KNOWN


def is_bookkeeping(name: str) -> bool:
    """Whether a column of that name keeps a shop's books and says nothing of what an item is like."""
    words = [word.rstrip("0123456789") or word for word in simple(name).split("_")]
    joined = {"_".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 3, len(words) + 1))}
    return not BOOKKEEPING.isdisjoint(joined)


def by_name(role: str, names: Sequence[str]) -> list[list[str]]:
    """The ``names`` that may be the role's, those that fit best first; those that fit equally are together."""
    fitting: dict[int, list[str]] = {}
    for name in names:
        if (rank := RANKS[role].get(simple(name))) is not None:
            fitting.setdefault(rank, []).append(name)
    return [fitting[rank] for rank in sorted(fitting)]
