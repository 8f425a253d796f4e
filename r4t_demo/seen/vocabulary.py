"""Words by which pictures are known that nobody has described: kinds of things by domain, and colours.

A kind goes by its first word; what stands behind it are other words for it, which help to find it. They are in
``vocabulary.toml``.
"""

import tomllib
from pathlib import Path


def _kinds(text: str) -> list[list[str]]:
    return [[word.strip() for word in kind.split(",")] for kind in " ".join(text.split()).split(";")]


_WRITTEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
DOMAINS: dict[str, list[list[str]]] = {name: _kinds(text) for name, text in _WRITTEN.items()}  # kinds, each with its wordings
KINDS: dict[str, str] = {kind[0]: domain for domain, kinds in DOMAINS.items() for kind in kinds}  # kind -> domain
WORN = ("clothes", "shoes", "accessories", "jewellery")  # the domains of things that people wear
COLOURS = (
    "black", "white", "grey", "red", "pink", "orange", "yellow", "green", "blue", "navy", "purple", "brown", "beige", "silver",
    "gold",
)  # fmt: skip


def plural(kind: str) -> str:
    """A kind in the plural, as far as it has one: "dress" -> "dresses", "jeans" -> "jeans"."""
    if kind.endswith(("ss", "sh", "ch", "x")):
        return f"{kind}es"
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    if kind.endswith(("shelf", "leaf", "knife", "scarf")):
        return f"{kind.removesuffix('fe').removesuffix('f')}ves"
    return kind if kind.endswith("s") else f"{kind}s"
