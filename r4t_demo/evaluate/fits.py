"""Is it told when a catalogue holds nothing of what was asked for, and left untold when it does?

Two kinds of labels: assets/fits has requests written for this for each embedded catalogue, half of them or so from elsewhere; and
the held-out demonstrations, whose domain is known. The rival is the plain cosine of a request with the item that it finds first,
below a threshold that folds as many requests of the training split as the regression's own was set to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate.stats import ranks
from r4t_demo.evaluate.table import render
from r4t_demo.files import read_lines
from r4t_demo.train.data.demonstrations import FOLDER, select
from r4t_demo.train.data.domains import FOLDED

HOLDS = {"atelier": "fashion", "hearth-and-shelf": "home", "rainy-sunday": "music"}  # catalogue: its domain


@dataclass(frozen=True)
class Asked:
    """A request and whether it fits the catalogue that it is put to."""

    query: str
    fits: bool


def load(path: Path) -> list[Asked]:
    """Read a file of assets/fits; UserError where there is none or a line is broken."""
    if not path.is_file():
        raise UserError(f"There are no labelled requests in '{path}': choose from {', '.join(HOLDS)}.")
    return read_lines(path, lambda row: Asked(row["query"], bool(row["fits"])), "labelled request")


def of_domain(assets: Path, split: str, domain: str) -> list[Asked]:
    """The demonstrations' requests of a split, each once, labelled by whether they are meant for the domain."""
    meant = {(one.query, one.domain == domain) for one in select(assets / FOLDER, split)}
    own = {query for query, fits in meant if fits}
    return [Asked(query, fits) for query, fits in sorted(meant) if fits or query not in own]


def evaluate(engine: Engine, written: Sequence[Asked], domain: str) -> dict[str, Any]:
    """Fold the requests of both kinds by the regression and by the plain cosine.

    Returns {"written" | "held-out": {"regression" | "cosine": {"fits": [folded, of], "misses": [folded, of], "auc"}}}; ``auc``:
    how often a request that fits scores above one that does not.
    """
    if engine.fit.domains is None:
        raise UserError(f"Nothing is fitted for the encoder {engine.encoder.id}: `python -m r4t_demo train domains` does it.")
    assets = engine.settings.assets
    training = [asked for asked in of_domain(assets, "train", domain) if asked.fits]
    threshold = float(np.quantile(_scores(engine, training)["cosine"], FOLDED))
    least = {"regression": engine.fit.domains.threshold, "cosine": threshold}
    kinds = {"written": written, "held-out": of_domain(assets, "held-out", domain)}
    return {
        kind: {name: _figures(asked, scores, least[name]) for name, scores in _scores(engine, asked).items()}
        for kind, asked in kinds.items()
    }


def tables(results: dict[str, dict[str, Any]]) -> str:
    """The result of each catalogue as aligned text."""
    rows = [["catalogue", "requests", "score", "folded, of those that fit", "folded, of those that do not", "AUC"]]
    for catalog, kinds in results.items():
        for kind, scores in kinds.items():
            for name, of in scores.items():
                counts = [f"{folded} of {total}" for folded, total in (of["fits"], of["misses"])]
                rows.append([catalog, kind, name, *counts, f"{of['auc']:.2f}"])
    return render(rows)


def _scores(engine: Engine, asked: Sequence[Asked]) -> dict[str, np.ndarray]:
    vectors = engine.encoder.encode_text([one.query for one in asked])
    return {"regression": engine.fit.scores(vectors), "cosine": engine.index.search(vectors, 1)[0][:, 0]}


def _figures(asked: Sequence[Asked], scores: np.ndarray, least: float) -> dict[str, Any]:
    fits = np.array([one.fits for one in asked])
    folded = scores < least
    above = ranks(scores)[fits].sum() - fits.sum() * (fits.sum() + 1) / 2
    return {
        "fits": [int(folded[fits].sum()), int(fits.sum())],
        "misses": [int(folded[~fits].sum()), int((~fits).sum())],
        "auc": float(above / fits.sum() / (~fits).sum()),
    }
