"""An engine without models: coloured squares as items, fixed random vectors, and any delay a test asks for."""

import hashlib
import time
from copy import copy
from pathlib import Path

import numpy as np
from PIL import Image

from r4t_demo.catalog import Catalog, Item
from r4t_demo.engine import Hit, ResultSet
from r4t_demo.errors import UserError
from r4t_demo.settings import Settings

COLOURS = {"rust": "#a8502c", "olive": "#6b6b36", "cream": "#ece0c4", "plum": "#552548", "teal": "#166b70", "mustard": "#c9962a"}
CATEGORIES = ("dress", "boots", "hat", "handbag", "scarf", "necklace", "jacket", "skirt")
METHODS = {
    "none": "The query's own nearest items.", "mmr": "Maximal marginal relevance over the nearest 200.",
    "folm": "A language model trained by reinforcement writes the sub-queries.",
    "diffusion": "A diffusion model draws all directions at once.",
}  # fmt: skip


class FakeCatalog:
    """48 items: every colour of every category."""

    def __init__(self, root: Path):
        self.name, self.root, self.items = "fake", root, []
        (root / "images").mkdir(parents=True, exist_ok=True)
        for category in CATEGORIES:
            for name, colour in COLOURS.items():
                image = root / "images" / f"{category}-{name}.webp"
                Image.new("RGB", (320, 320), colour).save(image)
                attributes = {"colours": [name], "material": "felt", "aesthetics": ["bohemian festival", "western"], "trims": []}
                title = f"{name} felt {category} <b>&</b> trim"
                self.items.append(Item(f"{category}-{name}", title, category, image, attributes))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, item_id: str) -> Item:
        return self.items[self.row(item_id)]

    def __contains__(self, item_id: str) -> bool:
        return any(item.item_id == item_id for item in self.items)

    def row(self, item_id: str) -> int:
        for row, item in enumerate(self.items):
            if item.item_id == item_id:
                return row
        raise UserError(f"The catalogue 'fake' has no item '{item_id}'.")


class FakeIndex:
    """Unit vectors drawn once."""

    def __init__(self, n: int, dim: int = 16):
        rows = np.random.default_rng(7).normal(size=(n, dim)).astype(np.float32)
        self.rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def vectors(self, rows):
        return self.rows[rows]

    def search(self, vectors, n):
        scores = vectors @ self.rows.T
        order = np.argsort(-scores, axis=1)[:, :n]
        return np.take_along_axis(scores, order, axis=1), order


class FakeEngine:
    """Answers by the engine's contract; ``seconds`` is how long a search takes."""

    def __init__(self, root: Path, seconds: float = 0.0, port: int = 0):
        folders = {name: root / name for name in ("checkpoints", "results", "jobs")}
        self.settings = Settings(port=port, **folders)
        self.catalog, self.encoder, self.seconds = FakeCatalog(root), None, seconds
        self.calls, self.marks = [], []
        self.index = FakeIndex(len(self.catalog.items))

    def on(self, folder: Path) -> "FakeEngine":
        """The same over a catalogue's folder, with the language model as it was before."""
        other = copy(self)
        other.catalog = Catalog.load(folder)
        other.index = FakeIndex(len(other.catalog.items))
        other.methods = lambda: METHODS | {"sft": "…", "folm-before": "The language model before training on this catalogue."}
        return other

    def methods(self) -> dict[str, str]:
        return METHODS

    def loaded(self) -> list[str]:
        return []

    def run(
        self, queries, methods=("folm", "diffusion"), *, k=10, n=4, seed=0, steps=None, variety=0.0, distinct=False, plus=(),
        minus=(), other_kinds=False, tell=None,
    ):  # fmt: skip
        self.calls.append((queries[0], methods, variety))
        self.marks.append((plus, minus, other_kinds))
        queries = [self._words(query) for query in queries]
        for item_id in (*plus, *minus):
            self.catalog.row(item_id)
        if not queries[0].strip():
            raise UserError("The query is empty; write a few words.")
        if len(queries[0]) > 500:
            raise UserError(f"The query has {len(queries[0])} characters; at most 500 are read.")
        if unknown := set(methods) - set(self.methods()):
            raise UserError(f"There is no method {sorted(unknown)[0]!r}.")
        results = [self._result(query, method, k, n, seed) for query in queries for method in methods]
        for result in results if tell else ():
            for written in range(1, len(result.sub_queries) + 1 if result.is_text else 0):
                time.sleep(self.seconds / k)
                tell(result.method, queries.index(result.query), result.sub_queries[:written])
        if not any(result.is_text for result in results):
            time.sleep(self.seconds)
        return results

    def _words(self, query):
        """What is read of a query: of a picture, the colour that it is."""
        if isinstance(query, Image.Image):
            return f"a picture of {query.getpixel((0, 0))}"
        return query.title if isinstance(query, Item) else query

    def kind(self, query):
        return query.category if isinstance(query, Item) else CATEGORIES[0]

    def found_by(self, sub_queries, n, plus=(), minus=(), left_out=None):
        found = [self.search(text, len(self.index.rows)) for text in sub_queries]
        return [[hit for hit in hits if hit.item.category != left_out][:n] for hits in found]

    def search(self, query, n=12):
        digest = hashlib.sha256(query.encode()).digest()
        vector = np.random.default_rng([*digest[:4]]).normal(size=(1, 16))
        return self._hits(vector / np.linalg.norm(vector), n)[0]

    def similar(self, item_id, n=12):
        return self._hits(self.index.rows[self.catalog.row(item_id)][None], n + 1)[0][1:]

    def _hits(self, vectors, n):
        scores, rows = self.index.search(vectors, n)
        items = self.catalog.items
        return [
            [Hit(items[row], int(row), float(score)) for score, row in zip(*pair, strict=True)]
            for pair in zip(scores, rows, strict=True)
        ]

    def _result(self, query, method, k, n, seed):
        digest = hashlib.sha256(f"{query}{seed}".encode()).digest()
        own = np.random.default_rng([*digest[:4], *method.encode()])
        base = np.random.default_rng([*digest[:4]]).normal(size=(k + 1, 16))
        base[1:] += 0.35 * own.normal(size=(k, 16))
        base = (base / np.linalg.norm(base, axis=1, keepdims=True)).astype(np.float32)
        is_text = "folm" in method or method == "sft"
        labels = [f"{colour} {category}" for colour, category in zip(list(COLOURS) * 2, CATEGORIES * 2, strict=False)][:k]
        scores = {"groundedness": 0.61, "diversity": 0.84, "alignment": 0.52, "content_alignment": 0.33}
        if not is_text:
            scores |= {"groundedness": None, "alignment": None}
        fanout = {"folm": 412.0, "diffusion": 29.0}.get(method, 0.3)
        ms = {"encode": 8.1, "fanout": fanout, "search": 0.9, "total": 9.0 + fanout}
        reading = (labels, is_text, None if is_text else [0.8] * k)
        fits = [place % 5 != 4 for place in range(k)] if "half" in query else ["pizza" not in query] * k
        return ResultSet(query, method, *reading, self._hits(base[1:], n), scores, ms, base[1:], base[0], fits)
