"""How well an encoder sees and reads: retrieval and zero-shot on real photos, agreement with MiniLM, speed.

The photos, outfits and playlists are public data that is not part of the project. Everything is measured on rows that no training
step reads: the photos' and phone photos' test rows, the stylists' items, the sample of things for the home, names that occur only
in the playlists kept apart, and phrases of everyday words that are held out. Beside zero-shot on the phone photos stands a linear
probe of a published network, fitted on their train rows.
"""

import csv
import io
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from PIL import Image

from r4t_demo.encoder import PREFIX, Encoder
from r4t_demo.evaluate.stats import ranks
from r4t_demo.evaluate.table import render
from r4t_demo.sources.samples import sample_file
from r4t_demo.train.data import corpus
from r4t_demo.train.encoder.augment import plain
from r4t_demo.train.encoder.network import published
from r4t_demo.train.encoder.training_data import phone_rows, picture

BATCH = 64
PARTS = ("fashion_products", "stylist_outfits", "phone_clothes", "home", "text")
FASHION_PAIRS, OTHER_PAIRS = 3_500, 1_500
EVERYDAY = 4_000  # phrases of words held out, beside about as many names of tracks and playlists
PROBED, PROBED_SIDE = "lite0", 160  # the published network behind the linear probe, which nobody has tuned
PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)  # times the squared weights' mean; the best is found on a fifth of the rows
Embed = Callable[[Sequence[str]], np.ndarray]


def evaluate(encoder: Encoder, teach: Embed, data: Path, assets: Path, words: Sequence[str], threads: int = 2) -> dict[str, dict]:
    """Return the parts of PARTS, the same at the first PREFIX dimensions, the probe's figures, speed and sample counts.

    ``teach`` embeds texts by MiniLM, in unit rows; ``words`` is the everyday vocabulary, of which a part is held out. The speeds
    are those of batches of BATCH, ``threads`` of them side by side; pictures are decoded within the time.
    """
    photos = corpus.photo_rows(data, "test")
    outfits = pd.read_parquet(data / "stylist-outfits-items.parquet")
    other = [*corpus.unseen_music_texts(data), *corpus.unseen_phrases(list(words), EVERYDAY)]
    pairs = phrase_pairs([*photos.text, *outfits.text], other)
    phrases = sorted({text for pair in pairs for text in pair})

    phones = phone_rows(data, "test")
    turned = [[picture.rotate(90 * turns, expand=True) for picture in _decode(phones.image)] for turns in range(4)]
    phone_vectors = [encoder.encode_images(pictures) for pictures in turned]
    home, things = zip(*home_pictures(assets), strict=True)
    home_vectors = encoder.encode_images(_decode([{"bytes": picture} for picture in home]))
    photo_vectors, images_per_s = _in_batches(lambda batch: encoder.encode_images(_decode(batch)), photos.image, threads)
    outfit_vectors, _ = _in_batches(lambda batch: encoder.encode_images(_decode(batch)), outfits.image, threads)
    phrase_vectors, texts_per_s = _in_batches(encoder.encode_text, phrases, threads)
    row_of = {text: row for row, text in enumerate(phrases)}
    left, right = np.array([[row_of[text] for text in pair] for pair in pairs]).T
    taught = cosines(teach(phrases), left, right)

    def at(dims: int) -> dict[str, dict[str, float]]:
        def read(texts: Sequence[str]) -> np.ndarray:
            return prefix(encoder.encode_text(texts), dims)

        seen, worn = prefix(photo_vectors, dims), prefix(outfit_vectors, dims)
        types, families = photos.category.tolist(), outfits.product_family.tolist()
        return {
            "fashion_products": {
                **title_retrieval(seen, photos.text.tolist(), read),
                "article_type_top1": zero_shot(seen, types, read),
            },
            "stylist_outfits": {"family_top1": zero_shot(worn, families, read)},
            "phone_clothes": phone_zero_shot(
                [prefix(vectors, dims) for vectors in phone_vectors], phones.category.tolist(), read
            ),
            "home": {"top1": zero_shot(prefix(home_vectors, dims), things, read)},
            "text": {"spearman": spearman(cosines(prefix(phrase_vectors, dims), left, right), taught)},
        }

    return {
        **at(encoder.dim),
        f"matryoshka_{PREFIX}": at(PREFIX),
        "linear_probe": _linear_probe(data, phones),
        "speed": {
            "images_per_s": images_per_s, "texts_per_s": texts_per_s, "queries_one_by_one_per_s": _one_by_one(encoder, phrases),
        },
        "samples": {
            "photos": len(photos), "titles": photos.text.nunique(), "types": photos.category.nunique(),
            "stylist_items": len(outfits), "families": outfits.product_family.nunique(), "phrase_pairs": len(pairs),
            "phone_photos": len(phones), "home_photos": len(home),
        },
    }  # fmt: skip


def title_retrieval(images: np.ndarray, titles: Sequence[str], read: Embed) -> dict[str, float]:
    """title_r1, title_r10 and mrr of distinct titles against all ``images`` (n, d), unit rows; ``titles``: one an image.

    An image that carries the title is a match; the rank of a title is that of its best match.
    """
    names = sorted(set(titles))
    scores = read(names) @ images.T
    match = np.array(titles) == np.array(names)[:, None]
    best = np.where(match, scores, -np.inf).max(1, keepdims=True)
    rank = 1 + (scores > best).sum(1)
    return {"title_r1": _share(rank == 1), "title_r10": _share(rank <= 10), "mrr": float((1 / rank).mean())}


def zero_shot(images: np.ndarray, labels: Sequence[str], read: Embed) -> float:
    """The share of ``images`` (n, d) whose nearest label, by its lower-case name alone, is their own."""
    names = sorted(set(labels))
    nearest = (images @ read([name.lower() for name in names]).T).argmax(1)
    return _share(np.array(names)[nearest] == np.array(labels))


def phone_zero_shot(turned: Sequence[np.ndarray], labels: Sequence[str], read: Embed) -> dict[str, float]:
    """top1, top3 and macro of the pictures (n, d) that come first in ``turned``, and top1's mean of these turned by quarters."""
    names = sorted(set(labels))
    texts = read([name.lower() for name in names])
    upright, *rest = (class_scores(vectors @ texts.T, labels, names) for vectors in turned)
    return upright | {"turned_top1": float(np.mean([one["top1"] for one in rest]))}


def class_scores(scores: np.ndarray, labels: Sequence[str], names: Sequence[str]) -> dict[str, float]:
    """top1 and top3 of ``scores`` (n, names), and macro: the mean over the ``names`` that occur of the share that is right."""
    goal = np.array([names.index(label) for label in labels])
    order = np.argsort(-scores, axis=1)
    right = order[:, 0] == goal
    macro = float(np.mean([right[goal == name].mean() for name in set(goal)]))
    return {"top1": _share(right), "top3": _share((order[:, :3] == goal[:, None]).any(1)), "macro": macro}


def home_pictures(assets: Path) -> list[tuple[bytes, str]]:
    """The pictures of the sample of things for the home, each with its kind."""
    with zipfile.ZipFile(sample_file("hearth-and-shelf", assets, assets)) as home:
        rows = csv.DictReader(io.StringIO(home.read("items.csv").decode()))
        return [(home.read(row["image"]), row["category"]) for row in rows]


def _linear_probe(data: Path, test: pd.DataFrame) -> dict[str, float]:
    train = phone_rows(data, "train")
    names = sorted(set(train.category))
    return class_scores(
        probe_scores(_decode(train.image), train.category.tolist(), _decode(test.image), names), test.category.tolist(), names
    )


def probe_scores(
    train: Sequence[Image.Image], labels: Sequence[str], test: Sequence[Image.Image], names: Sequence[str]
) -> np.ndarray:
    """Return the logits (test, names) of logistic regression on PROBED's features, fitted on ``train`` and its ``labels``."""
    network, _, _ = published(PROBED)
    known, asked = features(network, train), features(network, test)
    mean, deviation = known.mean(0), known.std(0) + 1e-6
    known, asked = (known - mean) / deviation, (asked - mean) / deviation
    goal = torch.tensor([names.index(label) for label in labels])
    order = torch.randperm(len(known), generator=torch.Generator().manual_seed(0))
    apart, rest = order[: len(order) // 5], order[len(order) // 5 :]

    def right(penalty: float) -> float:
        weight, bias = _fitted(known[rest], goal[rest], len(names), penalty)
        return float(((known[apart] @ weight + bias).argmax(1) == goal[apart]).float().mean())

    weight, bias = _fitted(known, goal, len(names), max(PENALTIES, key=right))
    return (asked @ weight + bias).numpy()


@torch.no_grad()
def features(network: torch.nn.Module, pictures: Sequence[Image.Image]) -> torch.Tensor:
    """Return the pooled features (n, f) of whole pictures on white, at PROBED_SIDE."""
    batches = [pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH)]
    pixels = (torch.from_numpy(np.stack([picture(one, PROBED_SIDE) for one in batch])) for batch in batches)
    return torch.cat([network(plain(batch, PROBED_SIDE)) for batch in pixels])


def _fitted(known: torch.Tensor, goal: torch.Tensor, names: int, penalty: float) -> tuple[torch.Tensor, torch.Tensor]:
    weight = torch.zeros(known.shape[1], names, requires_grad=True)
    bias = torch.zeros(names, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(known @ weight + bias, goal) + penalty * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weight.detach(), bias.detach()


def phrase_pairs(fashion: Sequence[str], other: Sequence[str], seed: int = 0) -> list[tuple[str, str]]:
    """Random pairs of different phrases: FASHION_PAIRS of the first kind and OTHER_PAIRS of the second."""
    rng = np.random.default_rng(seed)
    pairs = []
    for texts, count in ((sorted(set(fashion)), FASHION_PAIRS), (sorted(set(other)), OTHER_PAIRS)):
        first = rng.integers(len(texts), size=count)
        second = (first + rng.integers(1, len(texts), size=count)) % len(texts)
        pairs += [(texts[a], texts[b]) for a, b in zip(first, second, strict=True)]
    return pairs


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays (n,); ties share their mean rank."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def cosines(rows: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosine similarities (n,) of the unit rows ``left`` (n,) with those of ``right`` (n,)."""
    return np.einsum("nd,nd->n", rows[left], rows[right])


def prefix(rows: np.ndarray, dims: int) -> np.ndarray:
    """The first ``dims`` entries of each row, brought back to unit length."""
    cut = rows[:, :dims]
    return cut / np.linalg.norm(cut, axis=1, keepdims=True)


def table(result: dict[str, dict]) -> str:
    """The result as aligned text."""
    short = result[f"matryoshka_{PREFIX}"]
    rows = [["", "all dimensions", f"first {PREFIX}"]]
    for part in PARTS:
        rows += [[f"{part} {name}", f"{value:.3f}", f"{short[part][name]:.3f}"] for name, value in result[part].items()]
    rows += [[f"linear probe {name}", f"{value:.3f}", ""] for name, value in result["linear_probe"].items()]
    rest = ", ".join(f"{name} {value:,.0f}" for part in ("speed", "samples") for name, value in result[part].items())
    return f"{render(rows)}\n{rest}; {torch.get_num_threads()} torch thread(s) a batch"


def _in_batches(embed: Callable[[Sequence], np.ndarray], values: Sequence, threads: int) -> tuple[np.ndarray, float]:
    """Embed everything in batches, after one that is not timed; returns the rows and how many a second."""
    batches = [list(values[start : start + BATCH]) for start in range(0, len(values), BATCH)]
    embed(batches[0])
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        rows = np.concatenate(list(pool.map(embed, batches)))
    return rows, len(values) / (time.perf_counter() - start)


def _one_by_one(encoder: Encoder, texts: Sequence[str], count: int = 200) -> float:
    start = time.perf_counter()
    for text in texts[:count]:
        encoder.encode_text([text])
    return min(count, len(texts)) / (time.perf_counter() - start)


def _decode(cells: Sequence[dict]) -> list[Image.Image]:
    return [Image.open(io.BytesIO(cell["bytes"])).convert("RGB") for cell in cells]


def _share(right: np.ndarray) -> float:
    return float(np.mean(right))
