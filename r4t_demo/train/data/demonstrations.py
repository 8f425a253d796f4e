"""Demonstrations: requests and lists of things that people would call sensible, written one by one, for supervised fine-tuning.

assets/demonstrations holds files of JSON lines: ``domain``, ``query``, ``items`` (12) and for some a fixed ``card``. Its
``splits.json`` gives the requests of each split: "train", "held-out" (one in ten, with all its near-duplicates), and "left-out",
what is near a request that something is measured on. ``python -m r4t_demo train split`` makes it anew when some have been added.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from r4t_demo.errors import UserError
from r4t_demo.files import json_lines, read_lines, write_json

FOLDER, SPLITS = "demonstrations", "splits.json"
# Last words of names that say little by themselves.
VAGUE = {"bag", "clock", "flats", "hop", "lamp", "nova", "pop", "rock", "top"}
NEAR = 0.9  # cosine of two requests' MiniLM vectors, from which they are near-duplicates


@dataclass(frozen=True)
class Demonstration:
    """``items`` are twelve distinct things that suit ``query``, the most fitting first; ``card`` is the catalogue that they were
    meant for, "" for any of the ``domain``.
    """

    domain: str
    query: str
    items: tuple[str, ...]
    card: str = ""


def read(folder: Path) -> list[Demonstration]:
    """All demonstrations of a folder, file after file; of the same request and card the first. UserError names a broken line."""
    found: dict[tuple[str, str, str], Demonstration] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for one in read_lines(file, _demonstration, "demonstration"):
            found.setdefault((one.domain, one.query.lower(), one.card), one)
    if not found:
        raise UserError(f"There are no demonstrations in '{folder}'.")
    return list(found.values())


def _demonstration(row: dict) -> Demonstration:
    return Demonstration(row["domain"], row["query"].strip(), tuple(map(_clean, row["items"])), row.get("card", ""))


def select(folder: Path, split: str) -> list[Demonstration]:
    """The demonstrations of a split, by the folder's ``splits.json``."""
    requests = {*json.loads((folder / SPLITS).read_text(encoding="utf-8"))[split]}
    return [one for one in read(folder) if one.query in requests]


def assign(queries: Sequence[str], vectors: np.ndarray, measured: np.ndarray, held_out: Sequence[str]) -> dict[str, list[str]]:
    """Split distinct ``queries`` by their unit ``vectors`` (n, d), as the module says; ``held_out`` ones are "left-out" as well.

    ``measured`` (m, d) are the vectors of the requests that something is measured on.
    """
    near = (vectors @ measured.T).max(1) > NEAR if len(measured) else np.zeros(len(queries), bool)
    root = np.arange(len(queries))
    for row, column in np.argwhere(np.triu(vectors @ vectors.T > NEAR, 1)).tolist():
        root[root == root[column]] = root[row]
    splits: dict[str, list[str]] = {"train": [], "held-out": [], "left-out": []}
    terms = {*held_out}
    for cluster in np.unique(root):
        members = np.flatnonzero(root == cluster).tolist()
        tenth = hashlib.sha256(min(queries[row] for row in members).encode()).digest()[0] % 10 == 0
        for row in members:
            kept = not near[row] and queries[row] not in terms
            splits["left-out" if not kept else "held-out" if tenth else "train"].append(queries[row])
    return {name: sorted(texts) for name, texts in splits.items()}


def save_splits(assets: Path) -> dict[str, list[str]]:
    """Write ``splits.json`` anew and return what it says."""
    from r4t_demo import minilm
    from r4t_demo.train.data import corpus

    folder, embed = assets / FOLDER, minilm.MiniLM().embed
    queries = list(dict.fromkeys(one.query for one in read(folder)))
    asked = [row["query"] for path in sorted((assets / "suits").glob("*.jsonl")) for row in json_lines(path)]
    asked += [row["query"] for row in json_lines(assets / "atelier" / "queries.jsonl") if row["split"] != "train"]
    free = {*corpus.without_terms(queries, corpus.held_out_terms(assets))}
    splits = assign(queries, embed(queries), embed(list(dict.fromkeys(asked))), [query for query in queries if query not in free])
    write_json(folder / SPLITS, splits, indent=0, sort_keys=True)
    return splits


class Cards:
    """Catalog cards for demonstrations: what the list's things are, and what else a catalogue of the domain may hold.

    A fixed card stays. The others are made anew at every pass, so that the model reads them instead of learning one by heart.
    """

    def __init__(self, demonstrations: Sequence[Demonstration], most: int = 16) -> None:
        self.most = most
        self.heads: dict[str, list[str]] = {}
        for one in demonstrations:
            if not one.card:
                self.heads.setdefault(one.domain, []).extend(map(head, one.items))

    def card(self, one: Demonstration, rng: random.Random) -> str:
        """A card for a demonstration: its own, or a random share of its things' kinds among others of the domain."""
        if one.card:
            return one.card
        own = [head(item) for item in one.items if rng.random() < 0.6]
        others = rng.choices(self.heads[one.domain], k=rng.randint(2, self.most))
        words = list(dict.fromkeys([*own, *others]))
        rng.shuffle(words)
        return ", ".join(words[: rng.randint(6, self.most)])


def head(item: str) -> str:
    """What a thing is: its last word, or two where the last says little by itself."""
    words = item.split()
    return " ".join(words[-2:] if words[-1] in VAGUE else words[-1:])


def _clean(item: str) -> str:
    return " ".join(item.replace(",", " ").replace(";", " ").lower().split())
