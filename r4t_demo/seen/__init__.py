"""What there is in pictures that nobody has described: "blue dress", and nothing where that is not sure.

A kind is found by zero-shot classification over an open vocabulary. The app's own encoder has learnt from things that people
wear; beside it a published classifier of a thousand classes tells these from other things, and of the others what they are. A
catalogue's pictures help each other: one that is like its neighbours is probably what they are.

The tags lie in a file of their own beside the items' table. They are never among the owner's words: the text encoder, the
fingerprint and the table know nothing of them.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from r4t_demo.errors import UserError
from r4t_demo.files import write_json
from r4t_demo.seen.vocabulary import COLOURS, DOMAINS, KINDS, WORN

if TYPE_CHECKING:
    from r4t_demo.encoder import Encoder

FILE = "seen.json"
KNOWS_CLOTHES_ALONE = re.compile("clip-mini")  # encoders that need the classifier beside them
TEMPERATURE = 0.05  # of the cosines in the softmax over the kinds
# Below SURE there is no kind, and below CLEAR (the first colour's cosine less the second's) no colour. Of equal parts of a shop's
# and of phones' photos of clothes, train rows, four in five descriptions are right (python -m experiments seen).
SURE, CLEAR = 0.2, 0.04
SURE_DOMAIN = 0.6  # of all kinds of a domain together
SOFT = 0.3  # how far the classifier is believed that a thing is worn: it is sure of itself, and knows few clothes
ALIKE, LIKE = 0.35, 20.0  # cosine from which on a class may be a kind, and how much better a greater one fits
NEIGHBOURS, SHARED, NEAR = 8, 0.5, 0.1  # how many, what they count beside a picture's own, and what cosine makes one nearer
_BLOCK = 1024  # rows whose neighbours are sought at once


@dataclass(frozen=True)
class Seen:
    """A picture's kind of thing and its colour, words of the vocabulary; each is "" where it is not sure.

    ``score``: how sure the kind is. ``domain``: what sort of thing it is, one of vocabulary.DOMAINS, also where no kind is sure.
    """

    kind: str
    colour: str
    score: float
    domain: str

    def __str__(self) -> str:
        return f"{self.colour} {self.kind}".strip()


def look(vectors: np.ndarray, pictures: Sequence[Path], encoder: "Encoder", threads: int = 2) -> list[Seen | None]:
    """Return what there is in each of the ``pictures`` of one catalogue, None where not even its domain is sure.

    ``vectors``: the pictures' own (n, d), unit rows.
    """
    if not len(vectors):
        return []
    chances = _chances(vectors, pictures, encoder, threads)
    return [_told(row, colour) for row, colour in zip(chances, _colours(vectors, encoder), strict=True)]


def _told(chances: np.ndarray, colour: str) -> Seen | None:
    """What the probabilities of the kinds (kinds,) say of a picture."""
    kind, score = list(KINDS)[int(chances.argmax())], round(float(chances.max()), 4)
    if score >= SURE:
        return Seen(kind, colour if KINDS[kind] in WORN else "", score, KINDS[kind])
    shares: Counter = Counter()
    for domain, chance in zip(KINDS.values(), chances, strict=True):
        shares["clothes" if domain in WORN else domain] += chance
    [(domain, share)] = shares.most_common(1)
    return Seen("", "", score, domain) if share >= SURE_DOMAIN else None


def save(folder: Path, seen: Mapping[str, Seen]) -> None:
    """Write seen.json: the id of each item that was seen, and what."""
    write_json(folder / FILE, {item_id: asdict(one) for item_id, one in seen.items()})


def load(folder: Path) -> dict[str, Seen]:
    """Return what seen.json of a catalogue's folder holds, by the items' ids; nothing where there is none.

    UserError where it holds anything but words of the vocabulary: it may have come in anybody's zip.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        found = {item_id: Seen(**one) for item_id, one in json.loads(path.read_text(encoding="utf-8")).items()}
        good = all(
            one.kind in ("", *KINDS) and one.colour in ("", *COLOURS) and one.domain in DOMAINS and 0 <= one.score <= 1
            for one in found.values()
        )
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UserError(f"{FILE} is damaged: {error}.") from error
    if not good:
        raise UserError(f"{FILE} is damaged: it holds other words than the app's own.")
    return found


def _chances(vectors: np.ndarray, pictures: Sequence[Path], encoder: "Encoder", threads: int) -> np.ndarray:
    """The probabilities of the kinds: (n, kinds)."""
    worn = np.array([domain in WORN for domain in KINDS.values()])
    if not KNOWS_CLOTHES_ALONE.match(encoder.id):
        return _shared(_zero_shot(vectors, np.ones_like(worn), encoder), [vectors])
    from r4t_demo.seen.classifier import class_names, classify

    classes, features = classify(pictures, threads)
    kinds = classes @ _kinds_of(class_names(), encoder) + 1e-9
    is_worn = _with_prior(kinds[:, worn].sum(1) / kinds.sum(1))[:, None]
    kinds[:, ~worn] *= (1 - is_worn) / kinds[:, ~worn].sum(1, keepdims=True)
    kinds[:, worn] = is_worn * _zero_shot(vectors, worn, encoder)
    return _shared(kinds, [vectors, features])


def _zero_shot(vectors: np.ndarray, among: np.ndarray, encoder: "Encoder") -> np.ndarray:
    """The softmax of ``vectors`` over the kinds ``among`` (kinds,) bool; a kind is its wordings' mean, less all kinds' mean."""
    wordings = [kind for kinds in DOMAINS.values() for kind in kinds]
    texts = np.array([_unit(encoder.encode_text(words).mean(0)) for words, wanted in zip(wordings, among, strict=True) if wanted])
    scores = vectors @ (texts - texts.mean(0)).T / TEMPERATURE
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def _kinds_of(classes: Sequence[Sequence[str]], encoder: "Encoder") -> np.ndarray:
    """Which kinds a classifier's classes are, by their names: (classes, kinds), rows that sum to one or are zero.

    A class is the kind that shares a name with it; else it is spread over those whose wordings the encoder finds alike.
    """
    wordings = [(row, word) for row, kind in enumerate(kind for kinds in DOMAINS.values() for kind in kinds) for word in kind]
    owner = np.array([row for row, _ in wordings])
    words, plain = _unit_texts([word for _, word in wordings], encoder), [_plain(word) for _, word in wordings]
    names = np.array([_unit(_unit_texts(names, encoder).mean(0)) for names in classes])
    alike = _unit(names - words.mean(0)) @ _unit(words - words.mean(0)).T
    found = np.zeros((len(classes), len(KINDS)))
    for number, (names_of, row) in enumerate(zip(classes, alike, strict=True)):
        same = {_plain(name) for name in names_of}
        if any(one in same for one in plain):
            row = np.array([float(one in same) for one in plain])
        np.maximum.at(found[number], owner, np.where(row > ALIKE, np.exp(LIKE * row), 0.0))
    return found / np.maximum(found.sum(1, keepdims=True), 1e-9)


def _with_prior(share: np.ndarray) -> np.ndarray:
    """Probabilities (n,) softened, and brought together with their mean by expectation maximisation: most shops have one sort."""
    odds = SOFT * (np.log(share + 1e-4) - np.log(1 - share + 1e-4))
    prior = 0.5
    for _ in range(30):
        told = 1 / (1 + np.exp(-(odds + np.log(prior / (1 - prior)))))
        prior = float(np.clip(told.mean(), 0.01, 0.99))
    return told


def _shared(chances: np.ndarray, spaces: Sequence[np.ndarray]) -> np.ndarray:
    """The ``chances`` (n, kinds), half a picture's own and half those of its nearest neighbours in all ``spaces`` (n, d)."""
    place = _unit(np.hstack([_unit(space - space.mean(0)) for space in spaces])).astype(np.float32)
    count = min(NEIGHBOURS, len(place) - 1)
    if not count:
        return chances
    shared = np.empty_like(chances)
    for start in range(0, len(place), _BLOCK):
        near = place[start : start + _BLOCK] @ place.T
        near[np.arange(len(near)), np.arange(start, start + len(near))] = -np.inf  # not itself
        rows = np.argpartition(-near, count - 1, axis=1)[:, :count]
        weights = np.exp((np.take_along_axis(near, rows, 1) - near.max(1, keepdims=True)) / NEAR)
        shared[start : start + _BLOCK] = np.einsum("nk,nkc->nc", weights / weights.sum(1, keepdims=True), chances[rows])
    return (1 - SHARED) * chances + SHARED * shared


def _colours(vectors: np.ndarray, encoder: "Encoder") -> list[str]:
    """The colour of each picture, "" where two are nearly as near."""
    texts = encoder.encode_text(COLOURS)
    scores = vectors @ (texts - texts.mean(0)).T
    first = np.sort(scores, 1)
    return [
        COLOURS[row] if clear else "" for row, clear in zip(scores.argmax(1), first[:, -1] - first[:, -2] >= CLEAR, strict=True)
    ]


def _unit_texts(texts: Sequence[str], encoder: "Encoder") -> np.ndarray:
    """The directions of texts, each by itself and as what a picture shows."""
    return _unit(encoder.encode_text(texts) + encoder.encode_text([f"a photo of a {text}" for text in texts]))


def _plain(name: str) -> str:
    """A name in the singular and small letters: classes and kinds that are called alike are the same."""
    return re.sub(r"(?<=[^s])s$", "", re.sub("ies$", "y", name.lower()))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
