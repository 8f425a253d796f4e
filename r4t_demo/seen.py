"""What the encoder sees in pictures that nobody has described: "blue dress", and nothing where it is not sure.

The tags lie in a file of their own beside the items' table. They are never among the owner's words: the text encoder, the
fingerprint and the table know nothing of them.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.vocabulary import COLOURS, DOMAINS, KINDS, PROMPTS

if TYPE_CHECKING:
    from r4t_demo.encoder import Encoder

FILE = "seen.json"
KNOWN = Path(__file__).with_name("known.npz")  # centroids of pictures that an encoder has learnt from
SCALE = 30.0  # of the cosines in the softmax over the kinds
SURE = 0.5  # of the softmax: below it there is no kind
FAMILIAR = 0.8  # cosine to the nearest centroid, the mean of the picture's own and of its catalogue's median
GROUND = 60.0  # distance in sRGB: a pixel as near to the border's median is the ground


@dataclass(frozen=True)
class Seen:
    """A picture's kind of thing and its colour, words of the vocabulary; the colour may be "". ``score``: of the softmax."""

    kind: str
    colour: str
    score: float

    def __str__(self) -> str:
        return f"{self.colour} {self.kind}".strip()


def look(vectors: np.ndarray, pictures: Sequence[Path], encoder: "Encoder") -> list[Seen | None]:
    """Return what there is in each of the ``pictures`` of one catalogue, None where that is not sure.

    ``vectors``: the pictures' own (n, d), unit rows.
    """
    if not len(vectors):
        return []
    chances = _chances(vectors, encoder)
    best = chances.argmax(1)
    sure = (chances.max(1) >= SURE) & familiar(vectors, encoder.id)
    kinds = list(KINDS)
    return [
        Seen(kinds[kind], colour(picture), round(float(row[kind]), 4)) if known else None
        for kind, row, picture, known in zip(best, chances, pictures, sure, strict=True)
    ]


def familiar(vectors: np.ndarray, encoder_id: str) -> np.ndarray:
    """Return for each vector (n, d) whether the encoder has learnt from pictures like it: (n,) bool.

    What it has never seen it takes for something else, and is as sure of that. Of other encoders than the app's all is believed.
    """
    with np.load(KNOWN) as known:
        if str(known["encoder"]) != encoder_id:
            return np.ones(len(vectors), bool)
        nearest = (vectors @ known["centroids"].astype(np.float32).T).max(1)
    return (nearest + np.median(nearest)) / 2 >= FAMILIAR


def colour(picture: Path) -> str:
    """Return the colour of most that is not the ground (the colour of the picture's border); "" if there is nothing else."""
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("RGB").resize((48, 48)), np.float32)
    ground = np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]), 0)
    middle = pixels[6:-6, 6:-6].reshape(-1, 3)
    thing = middle[np.linalg.norm(middle - ground, axis=1) > GROUND]
    if len(thing) < len(middle) // 50:
        return ""
    distances = np.linalg.norm(_lab(thing)[:, None] - _lab(np.array(list(COLOURS.values()), np.float32)), axis=2)
    return list(COLOURS)[int(np.bincount(distances.argmin(1), minlength=len(COLOURS)).argmax())]


def save(folder: Path, seen: Sequence[Seen | None], rows: Sequence[int]) -> None:
    """Write seen.json: the row of each item that was seen, and what."""
    found = {str(row): asdict(one) for row, one in zip(rows, seen, strict=True) if one}
    write_atomically(folder / FILE, partial(Path.write_text, data=json.dumps(found, indent=1) + "\n", encoding="utf-8"))


def load(folder: Path) -> dict[int, Seen]:
    """Return what seen.json of a catalogue's folder holds, by row; nothing where there is none.

    UserError where it holds anything but words of the vocabulary: it may have come in anybody's zip.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        found = {int(row): Seen(**one) for row, one in json.loads(path.read_text(encoding="utf-8")).items()}
        good = all(one.kind in KINDS and one.colour in ("", *COLOURS) and 0 <= one.score <= 1 for one in found.values())
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UserError(f"{FILE} is damaged: {error}.") from error
    if not good:
        raise UserError(f"{FILE} is damaged: it holds other words than the app's own.")
    return found


def _chances(vectors: np.ndarray, encoder: "Encoder") -> np.ndarray:
    """The softmax over the kinds: (n, kinds). A kind is the mean of its wordings, less what all kinds have in common."""
    wordings = [[prompt.format(word) for word in kind for prompt in PROMPTS] for kinds in DOMAINS.values() for kind in kinds]
    flat = encoder.encode_text([text for texts in wordings for text in texts])
    ends = np.cumsum([len(texts) for texts in wordings])[:-1]
    means = np.array([_unit(part.mean(0)) for part in np.split(flat, ends)])
    scores = SCALE * vectors @ _unit(means - means.mean(0)).T
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _lab(colours: np.ndarray) -> np.ndarray:
    """CIE Lab (D65) of sRGB, both (n, 3)."""
    part = colours / 255
    linear = np.where(part > 0.04045, ((part + 0.055) / 1.055) ** 2.4, part / 12.92)
    xyz = linear @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]]) / (0.9505, 1.0, 1.089)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])], 1)
