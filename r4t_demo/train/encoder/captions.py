"""What people call the things in pictures: labels and titles said in many ways."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from r4t_demo.files import json_lines
from r4t_demo.seen.vocabulary import DOMAINS, plural

# Other words for labels that are no kind of the vocabulary; what stands first is the label itself.
_SAID = """
longsleeve, long sleeve t-shirt, long-sleeved top; outwear, outerwear, jacket, coat; pants, trousers, jeans; body, bodysuit,
baby bodysuit, onesie; undershirt, sleeveless undershirt, tank top, vest; shoes, pair of shoes, footwear; polo, polo shirt;
hat, cap; shirt, button-down shirt; top, women's top; blouse, women's blouse; hoodie, hooded sweatshirt; blazer, suit jacket;
skirts, skirt; kurtas, kurta; tops, top; tshirts, t-shirt, tee; innerwear vests, undershirt; topwear, tops; bottomwear, bottoms,
trousers and shorts; watches, wristwatch; headwear, hats and caps; eyewear, glasses, sunglasses
"""
SAID = {words[0]: words for words in ([word.strip() for word in line.split(",")] for line in " ".join(_SAID.split()).split(";"))}
_PAIRS = ("jeans", "pants", "trousers", "shorts", "leggings", "tights", "glasses", "stockings", "jeggings", "pyjamas")
OF_AN_ITEM = (
    "{colour} {kind}", "a photo of a {colour} {kind}", "{kind} in {colour}", "{kind} for {who}", "{colour} {kind} for {who}",
    "{usage} {kind}", "{usage} {colour} {kind}", "{season} {kind}", "a picture of a {kind}", "{kinds}",
)  # fmt: skip


def wordings(label: str) -> list[str]:
    """Return what a kind of thing is called: its label first, then its other number and what the vocabulary knows of it."""
    name = label.lower()
    others = [*SAID.get(name, ()), *_IN_VOCABULARY.get(singular(name), ())]
    return list(dict.fromkeys([name, singular(name), *others, plural(singular(name)), f"a photo of a {singular(name)}"]))


def singular(name: str) -> str:
    """Return a name in the singular, as far as English is regular and it has one."""
    if name.lower().endswith(_PAIRS):
        return name.lower()
    return re.sub(r"(?<=[^s])s$", "", re.sub("ies$", "y", re.sub("(?<=ss|ch|sh)es$", "", name.lower())))


def photo_captions(rows: pd.DataFrame, seed: int = 0) -> list[list[str]]:
    """Return six captions a product photo: its title, two made of its attributes, its kind and family, and one in free words."""
    rng = np.random.default_rng(seed)
    found = []
    for row in rows.fillna("").itertuples():
        said = wordings(row.category)
        kind = said[rng.integers(len(said) - 1)]  # the last is a sentence of its own
        parts = {
            "colour": row.base_colour.lower(), "kind": kind, "kinds": plural(singular(kind)), "who": row.gender.lower(),
            "usage": row.usage.lower(), "season": row.season.lower(),
        }  # fmt: skip
        free = OF_AN_ITEM[rng.integers(len(OF_AN_ITEM))].format(**parts)
        family = wordings(row.sub_category)
        found.append(
            [
                row.text,
                f"{row.base_colour} {row.category} for {row.gender.lower()}",
                f"{row.season} {row.usage} {row.category}".strip(),
                row.category.lower(),
                family[rng.integers(len(family))],
                " ".join(free.split()),
            ]
        )
    return found


def atelier_looks(folder: Path) -> list[list[str]]:
    """Return what shoppers' titles call an item's looks.

    They are the title terms of the *training* outfits that it belongs to. An item of no training outfit has its description.
    """
    items = pd.read_parquet(folder / "items.parquet")
    worn: dict[str, dict[str, None]] = {item_id: {} for item_id in items.item_ID}
    for outfit in json_lines(folder / "outfits.jsonl"):
        if outfit["split"] == "train":
            for item_id in outfit["items"]:
                worn[item_id][outfit["term"]] = None
    return [list(worn[row.item_ID]) or [row.description] for row in items.itertuples()]


def class_wordings(classes: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return what the classes of a published classifier are called: their names, and the vocabulary's other words for them."""
    return [
        list(dict.fromkeys([*names[:3], *(word for name in names for word in _IN_VOCABULARY.get(singular(name), ()))]))
        for names in classes
    ]


_IN_VOCABULARY = {singular(word): kind for kinds in DOMAINS.values() for kind in kinds for word in reversed(kind)}
