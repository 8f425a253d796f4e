"""What is seen in pictures that come without a word, through the whole way from files to made queries.

"photos" and "phone_clothes" are public data that is not part of the project, "home" the sample of things for the home without
its table. Pictures are renamed to UUIDs. A description is right where it names the kind that the data gives, perhaps spelled
otherwise.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.evaluate.encoder import home_pictures
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import render
from r4t_demo.index.build import ensure_index
from r4t_demo.index.places import open_index
from r4t_demo.seen import Seen
from r4t_demo.seen.vocabulary import KINDS, plural
from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import ingest
from r4t_demo.train.data import corpus
from r4t_demo.train.encoder.training_data import phone_rows
from r4t_demo.train.tune import catalog_queries

PICTURES = {"photos": 300, "phone_clothes": 300, "home": 100}
TYPES = 20  # the most frequent ones of the photos
QUERIES = 240
# What the data calls a kind of the vocabulary; of phones' photos several kinds are one there.
SAME = {
    "Tshirts": "t-shirt", "pants": "trousers, jeans, track pants, leggings", "longsleeve": "t-shirt, top, sweatshirt, sweater",
    "shoes": "casual shoes, sports shoes, formal shoes, heels, flats, sandals, boots, loafers, flip flops, slides",
    "outwear": "jacket, coat, puffer jacket, denim jacket, leather jacket, raincoat", "hat": "hat, cap, beanie",
    "undershirt": "t-shirt, top", "polo": "polo shirt, t-shirt", "blouse": "top", "blazer": "blazer, suit", "hoodie": "hoodie",
    "body": "romper",
}  # fmt: skip


def evaluate(encoder: Encoder, data: Path, assets: Path, split: str, threads: int, seed: int = 0) -> dict[str, dict]:
    """Return for each of PICTURES the shares [mean, low, high] of right descriptions and of queries that fit, and their number.

    "right" is of all pictures, "precise" of those that are described; "fitting" of the made queries, which name something that
    there is. ``split`` is that of the data's rows.
    """
    found = {}
    for name, pictures in _sources(data, assets, split, seed).items():
        with TemporaryDirectory(prefix="r4t-seen-") as folder:
            found[name] = _measure(pictures, Path(folder), encoder, threads)
    return found


def is_right(seen: Seen | None, kind: str) -> bool:
    """Whether a description names the kind that the data gives."""
    allowed = {name.strip() for name in SAME.get(kind, kind.lower()).split(",")}
    return seen is not None and bool(seen.kind) and bool({seen.kind, plural(seen.kind)} & allowed)


def table(result: Mapping[str, Mapping]) -> str:
    """The result as aligned text, the first queries of each below."""
    names = ("right", "described", "precise", "fitting")
    rows = [["", "pictures", *names]]
    for part, one in result.items():
        shares = ("–" if one[name] is None else "{:.2f} [{:.2f}, {:.2f}]".format(*one[name]) for name in names)
        rows.append([part, f"{one['pictures']:,}", *shares])
    asked = (f"{part}: {' | '.join(one['queries'])}" for part, one in result.items())
    return "\n\n".join([render(rows), *asked])


def _sources(data: Path, assets: Path, split: str, seed: int) -> dict[str, list[tuple[bytes, str]]]:
    """name -> (picture, kind) of each."""
    photos = corpus.photo_rows(data, split)
    photos = photos[photos.category.isin(photos.category.value_counts().index[:TYPES])]
    phone = phone_rows(data, split)
    found = {
        "photos": [(cast(dict, row.image)["bytes"], row.category) for row in photos.itertuples()],
        "phone_clothes": [(cast(dict, row.image)["bytes"], row.category) for row in phone.itertuples()],
    }
    found["home"] = home_pictures(assets)
    rng = np.random.default_rng(seed)
    return {name: [pictures[row] for row in rng.permutation(len(pictures))[: PICTURES[name]]] for name, pictures in found.items()}


def _measure(pictures: Sequence[tuple[bytes, str]], folder: Path, encoder: Encoder, threads: int) -> dict[str, object]:
    (files := folder / "files").mkdir()
    kinds = {}
    for number, (data, kind) in enumerate(pictures):
        name = f"{uuid.UUID(int=number * 2**100 + 2**90 + number)}.jpg"
        (files / name).write_bytes(data)
        kinds[name] = kind
    for _ in ingest(open_source(str(files)), folder / "out", threads=threads):
        pass
    for _ in ensure_index(Catalog.load(folder / "out"), encoder, threads):
        pass
    catalog = Catalog.load(folder / "out")
    right = [is_right(item.seen, kinds[item.item_id]) for item in catalog.items]
    precise = [good for good, item in zip(right, catalog.items, strict=True) if item.seen and item.seen.kind]
    understood = catalog_queries.understand(catalog, open_index("", catalog, encoder.id), encoder)
    queries = [query.query for query in catalog_queries.make_queries(catalog, understood, QUERIES)]
    return {
        "pictures": len(pictures),
        "right": _share(right),
        "described": _share([bool(item.seen and item.seen.kind) for item in catalog.items]),
        "precise": _share(precise),
        "fitting": _share([_fits(query, set(kinds.values())) for query in queries]),
        "queries": queries[:20],
    }


def _fits(query: str, kinds: set[str]) -> bool:
    """Whether a query names a kind that there is in truth, and holds no piece of a file's name."""
    named = {kind for kind in KINDS if re.search(rf"\b({re.escape(kind)}|{re.escape(plural(kind))})\b", query)}
    there = any(is_right(Seen(name, "", 1.0, KINDS[name]), kind) for name in named for kind in kinds)
    return there and not re.search(r"\d|\b[0-9a-f]{4,}\b", query)


def _share(right: Sequence[bool]) -> list[float] | None:
    return ClusterBootstrap(range(len(right))).mean(np.array(right, float)) if right else None
