"""``train domains``: fit what tells whether a request is meant for a catalogue (``r4t_demo/domains.py``), in three minutes."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import minimize

from r4t_demo import domains
from r4t_demo.domains import Domains
from r4t_demo.encoder import Encoder
from r4t_demo.files import write_json
from r4t_demo.settings import Settings
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.data.demonstrations import FOLDER, Demonstration, select

THINGS = 400  # of each domain, beside all its requests: they say by themselves where they belong
PENALTY = 1.67  # on the squared weights, beside the sum of the examples' losses
FOLDED = 0.08  # share of the requests meant for a domain that may fall below the threshold
DIGITS = 3


def fit(args, settings: Settings) -> Iterator[Progress]:
    """Fit on the training split, set the threshold by cross-validation in two halves, and write ``domains.json``."""
    encoder = Encoder.load(settings.encoder)
    texts, owners, requests = examples(select(settings.assets / FOLDER, "train"))
    names = tuple(sorted(set(owners)))
    labels = np.array([names.index(owner) for owner in owners])
    vectors = encoder.encode_text(texts)
    yield Progress("domains", 1, 3, {"texts": len(texts), "domains": len(names)})
    half = np.random.default_rng(args.seed).permutation(len(texts)) % 2 == 0
    own = np.zeros(len(texts))
    for part in (half, ~half):
        part_fit = Domains(encoder.id, names, regress(vectors[part], labels[part], len(names)), 0.0)
        own[~part] = part_fit.probabilities(vectors[~part])[np.arange((~part).sum()), labels[~part]]
    kept = requests & np.isin(labels, [names.index(name) for name in ("fashion", "home", "music")])  # which we have catalogues of
    threshold = float(np.mean([np.quantile(own[kept & (labels == label)], FOLDED) for label in np.unique(labels[kept])]))
    yield Progress("domains", 2, 3, {"threshold": threshold})
    weights = regress(vectors, labels, len(names))
    written = {
        "made by": "python -m r4t_demo train domains",
        "encoder": encoder.id,
        "names": names,
        "threshold": round(threshold, DIGITS),
        "weights": np.round(weights, DIGITS).tolist(),
    }
    write_json(domains.FILE, written, indent=None)
    yield Progress("domains", 3, 3, {})


def examples(demonstrations: Sequence[Demonstration], seed: int = 0) -> tuple[list[str], list[str], np.ndarray]:
    """Return texts, the domain of each, and whether it is a request (n,): every request once, and some things of each domain."""
    rng, found = random.Random(seed), dict[tuple[str, str], bool]()
    for name in sorted({one.domain for one in demonstrations}):
        own = [one for one in demonstrations if one.domain == name]
        things = sorted({thing for one in own for thing in one.items})
        found |= {(name, thing): False for thing in rng.sample(things, min(THINGS, len(things)))}
        found |= {(name, one.query): True for one in own}
    return [text for _, text in found], [name for name, _ in found], np.array(list(found.values()))


def regress(vectors: np.ndarray, labels: np.ndarray, n: int) -> np.ndarray:
    """Softmax regression with an L2 penalty, every class of the same weight: vectors (m, d) -> weights (d + 1, n)."""
    rows = np.c_[vectors, np.ones(len(vectors))]
    counts = np.bincount(labels, minlength=n)
    share = (len(labels) / n / counts)[labels]
    wanted = np.eye(n)[labels]
    penalty = np.full((rows.shape[1], 1), PENALTY)
    penalty[-1] = 0.0

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, n)
        logits = rows @ weights
        logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
        slope = rows.T @ (share[:, None] * (np.exp(logits) - wanted)) + 2 * penalty * weights
        return -(share * (wanted * logits).sum(1)).sum() + (penalty * weights**2).sum(), slope.ravel()

    return minimize(loss, np.zeros(rows.shape[1] * n), jac=True, method="L-BFGS-B").x.reshape(-1, n).astype(np.float32)
