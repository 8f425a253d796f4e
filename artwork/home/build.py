"""The sample catalogue "Hearth and shelf" as a shop would hand it in: one zip with a table and pictures."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from artwork.home.photo import photograph
from artwork.home.sheet import Look
from artwork.home.things import THINGS, draw
from r4t_demo.files import write_atomically
from r4t_demo.sources.samples import HOME

EACH, QUALITY = 16, 70  # items of a category; WebP
COLUMNS = ("image", "title", "category", "colour", "material", "tags")
COLOURS = {
    "white": "#ece8df", "oat": "#d8c6a4", "sand": "#c9ae83", "terracotta": "#b4603c", "rust": "#94472a", "mustard": "#cf9a2e",
    "olive": "#6f7041", "sage": "#9db08f", "forest green": "#2f5a41", "teal": "#1f6f73", "sky blue": "#8db6cf", "navy": "#24345a",
    "plum": "#5f2a4d", "blush": "#dba8a0", "charcoal": "#3c3e44", "black": "#25242a", "grey": "#90949a", "brass": "#c39a4b",
    "copper": "#b5704a", "steel": "#a9b0b8", "oak": "#b98f5f", "walnut": "#6d472d",
}  # fmt: skip
MATERIALS = {"stoneware": "matte", "porcelain": "glazed", "glass": "glass", "metal": "metal", "wood": "wood", "wicker": "woven"}


@dataclass(frozen=True)
class Style:
    """What goes together: colours, materials, decors, and the moods that a shop would tag it with."""

    colours: tuple[str, ...]
    materials: tuple[str, ...]
    decors: tuple[str, ...]
    moods: tuple[str, ...]


STYLES = {
    "rustic": Style(("terracotta", "oat", "olive", "rust"), ("stoneware", "wood"), ("speckled", "dipped"), ("cosy", "farmhouse")),
    "Scandinavian": Style(("white", "oat", "sage", "sky blue"), ("porcelain", "wood"), ("plain", "ribbed"), ("calm", "bright")),
    "art deco": Style(("black", "forest green", "navy", "plum"), ("porcelain", "metal"), ("ribbed", "banded"), ("glam", "gala")),
    "industrial": Style(("charcoal", "grey", "black"), ("metal", "stoneware"), ("plain",), ("loft", "raw")),
    "coastal": Style(("white", "sky blue", "navy", "sand"), ("stoneware", "wicker"), ("banded", "dipped"), ("breezy", "holiday")),
    "mid-century": Style(("mustard", "teal", "rust", "olive"), ("wood", "porcelain"), ("plain", "dipped"), ("retro", "study")),
    "bohemian": Style(("plum", "terracotta", "mustard", "teal"), ("wicker", "stoneware"), ("woven", "banded"), ("lively",)),
    "romantic": Style(("blush", "white", "sage"), ("porcelain", "glass"), ("ribbed", "speckled"), ("soft", "wedding")),
}  # fmt: skip
OWN_COLOUR = {"metal": ("brass", "copper", "steel"), "wood": ("oak", "walnut"), "wicker": ("sand", "oat")}
DECOR_OF = {"wood": "grained", "wicker": "woven", "metal": "plain"}  # what the material shows by itself
MADE_OF = {  # where a thing is not of the style's materials
    "headphones": ("metal", "wood"), "radio": ("wood", "metal"), "wall clock": ("wood", "metal"), "candle": ("wax",),
    "cushion": ("linen", "velvet"), "teapot": ("stoneware", "porcelain", "metal"), "mug": ("stoneware", "porcelain"),
}  # fmt: skip


def rows() -> Iterator[tuple[dict[str, str], bytes]]:
    """Yield each item's row of the table and its picture; always the same."""
    for place, (category, (_, shapes)) in enumerate(THINGS.items()):
        for number in range(EACH):
            seed = 1000 * place + number
            rng = random.Random(seed)
            style = list(STYLES)[(number + place) % len(STYLES)]
            yield _item(seed, rng, category, shapes[number % len(shapes)], style)


def _item(seed: int, rng: random.Random, category: str, shape: str, style: str) -> tuple[dict[str, str], bytes]:
    taste = STYLES[style]
    material = rng.choice(MADE_OF.get(category, taste.materials))
    colour = rng.choice(OWN_COLOUR.get(material, taste.colours))
    second = rng.choice([one for one in (*taste.colours, "brass") if one != colour])
    decor = DECOR_OF.get(material) or rng.choice(taste.decors)
    decor = "plain" if category in ("headphones", "radio", "wall clock") or (category, decor) == ("cushion", "grained") else decor
    look = Look(COLOURS[colour], COLOURS[second], MATERIALS.get(material, "matte"), decor, seed)
    picture = io.BytesIO()
    image = photograph(draw(category, shape, look), np.random.default_rng(seed), hung=category == "wall clock")
    image.save(picture, "WEBP", quality=QUALITY, method=6)
    kept = {"plain", "grained", "woven"} if material == "wicker" else {"plain", "grained"}
    words = [
        rng.choice((style, "")),
        "" if decor in kept else decor,
        colour,
        "" if colour in (material, "oak", "walnut") else material,
        shape,
    ]
    title = " ".join(filter(None, [*words, category]))
    row = {
        "image": f"photos/{category.replace(' ', '-')}-{seed % 1000:02d}.webp",
        "title": title[0].upper() + title[1:],
        "category": category,
        "colour": colour,
        "material": material,
        "tags": f"{style}; {rng.choice(taste.moods)}",
    }
    return row, picture.getvalue()


def build(out: Path) -> Path:
    """Write the zip into the folder ``out``; the same bytes each time."""
    table, pictures = io.StringIO(), []
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row, picture in rows():
        writer.writerow(row)
        pictures.append((row["image"], picture))

    def write(temporary: Path) -> None:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, data in (("items.csv", table.getvalue().encode()), *pictures):
                archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)  # a fixed date: the same bytes

    write_atomically(out / HOME, write)
    return out / HOME
