"""Made-up product photos in the schema of the public data."""

from pathlib import Path

import pandas as pd

from tests.sources.makers import picture

TYPES = ("Tops", "Skirts", "Jeans", "Flats", "Heels", "Belts", "Caps", "Rings", "Socks", "Tunics")
SUMMER = {"gender": "Women", "usage": "Casual", "season": "Summer", "base_colour": "Red"}
AUTUMN = {"gender": "Men", "usage": "Sports", "season": "Fall", "base_colour": "Navy Blue"}


def photo_rows() -> list[dict]:
    """Three photos of each type for two sets of labels, all in train; two unlabelled ones there, and one elsewhere."""
    rows = [
        {"text": f"{labels['gender']} {labels['base_colour']} {kind} {copy}", "category": kind, "split": "train", **labels}
        for labels in (SUMMER, AUTUMN)
        for kind in TYPES
        for copy in range(3)
    ]
    bare = {"gender": "Unisex", "usage": "NA", "season": "", "base_colour": "NA"}
    rows += [{"text": f"plain thing {n}", "category": "Socks", "split": "train", **bare} for n in range(2)]
    rows.append({"text": "Women Red Hat", "category": "Hat", "split": "test", **SUMMER})
    return [{"item_ID": str(number), "year": "2012", **row} for number, row in enumerate(rows)]


def write_photos(data: Path) -> None:
    """``photo_rows`` as two shards under ``data``."""
    rows = [{**row, "image": {"bytes": picture(size=(6, 8)), "path": f"{row['item_ID']}.jpg"}} for row in photo_rows()]
    folder = data / "fashion-products"
    folder.mkdir(parents=True)
    for number, shard in enumerate((rows[::2], rows[1::2])):
        pd.DataFrame(shard).to_parquet(folder / f"part-{number}.parquet")
