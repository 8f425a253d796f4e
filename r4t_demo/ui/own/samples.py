"""What a sample catalogue looks like before it is chosen: four of its items, small, inside the page."""

import base64
import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from r4t_demo.catalog import Item
from r4t_demo.sources.samples import SAMPLES, sample_file
from r4t_demo.ui.markup import esc, picture

SIDE = 132  # pixels of a preview, drawn at half that size
ATELIER = ("at-00004", "at-00871", "at-01500", "at-02222")
HEARTH = ("photos/mug-06.webp", "photos/table-lamp-04.webp", "photos/house-plant-02.webp", "photos/radio-08.webp")
SONGS = (0, 40, 55, 130)


def preview(name: str, assets: Path) -> str:
    """The HTML above a sample's button."""
    sample = SAMPLES[name]
    return (
        f'<div class="sample"><div class="mosaic" aria-hidden="true">{"".join(_four(name, assets))}</div>'
        f"<p>{esc(sample.says)}</p></div>"
    )


def _four(name: str, assets: Path) -> Iterator[str]:
    if name == "atelier":
        yield from (_inline((assets / "atelier/images" / f"{item_id}.webp").read_bytes()) for item_id in ATELIER)
        return
    file = sample_file(name, assets, assets)
    if name == "hearth-and-shelf":
        with zipfile.ZipFile(file) as archive:
            yield from (_inline(archive.read(one)) for one in HEARTH)
        return
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    for row in (rows[number] for number in SONGS):
        item = Item(row["title"], row["title"], row["genre"], None, {"artist": row["artist"], "genre": [row["genre"]]})
        yield f'<span class="picture">{picture(item)}</span>'


def _inline(data: bytes) -> str:
    small = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.resize((SIDE, SIDE)).save(small, "WEBP", quality=70)
    text = base64.b64encode(small.getvalue()).decode()
    return f'<span class="picture"><img src="data:image/webp;base64,{text}" alt=""/></span>'
