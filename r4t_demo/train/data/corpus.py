"""Texts to learn from: a wide fashion vocabulary, everyday words, music, and their combinations.

No phrase that is held out for testing (a test or validation term of Atelier) occurs in any of them.
"""

import hashlib
import random
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from r4t_demo.files import json_lines
from r4t_demo.train.data import demonstrations
from r4t_demo.train.data.wardrobe import CATEGORIES, COLOURS, MATERIALS, PATTERNS, TRIMS

EVERYDAY = (
    "{a} {b}", "{a} {b} {c}", "a {a} {b}", "{a} for {b}", "{a} and {b}", "the {a} of {b}", "{a} with {b}", "{a} style",
    "{a} outfit", "{a} {b} look", "something {a} for the {b}", "{a} {b} day", "{a} night", "{a} {b} weekend", "{a} mood",
    "{a} party", "what to wear to {a}",
)  # fmt: skip
FASHION = (
    "{colour} {category}", "{silhouette} {category}", "{material} {category}", "{pattern} {category}",
    "{colour} {material} {category}", "{colour} {silhouette} {category}", "{pattern} {silhouette} {category} in {colour}",
    "{category} with {trim}", "{material} {silhouette} {category} with {trim}", "{word} {category}", "{word} {colour} {category}",
    "{colour} and {colour2}", "{word} {word2} {category}", "{word} {word2} outfit", "{word} {material}",
)  # fmt: skip

PLAYLISTS = "music-playlists.parquet"
COMMON = 3_000  # words that everything is made of


def held_out_terms(assets: Path) -> list[str]:
    """Return the terms that only validation or test queries use."""
    return sorted({row["term"] for row in json_lines(assets / "atelier" / "queries.jsonl") if row["split"] != "train"})


def training_queries(folder: Path) -> list[str]:
    """Return the training queries of a catalogue with labels."""
    return [row["query"] for row in json_lines(folder / "queries.jsonl") if row["split"] == "train"]


def everyday_requests(assets: Path) -> list[str]:
    """Return what the language model practises on: Atelier's training queries, and the demonstrations' requests for clothes."""
    shown = demonstrations.select(assets / demonstrations.FOLDER, "train")
    asked = [one.query for one in shown if one.domain == "fashion"]
    return without_terms([*training_queries(assets / "atelier"), *asked], held_out_terms(assets))


def distillation_queries(assets: Path, words: list[str], everyday: int = 6_000) -> list[str]:
    """Return what the FOLM is asked for the retriever's training pairs.

    What it practised on and, behind it, phrases of any subject: a visitor's words are rarely among a catalogue's own.
    """
    phrases = combinations(words, everyday, seed=3)[::2]  # every other one is about fashion
    return without_terms([*everyday_requests(assets), *phrases], held_out_terms(assets))


def without_terms(texts: Iterable[str], terms: Iterable[str]) -> list[str]:
    """Return the distinct texts that contain none of the terms as a phrase."""
    alternatives = "|".join(re.escape(term) for term in terms) or "(?!)"  # no terms: nothing matches
    held_out = re.compile(rf"\b({alternatives})\b", re.IGNORECASE)
    return [text for text in dict.fromkeys(texts) if not held_out.search(text)]


def without_words(texts: Iterable[str], words: Iterable[str]) -> list[str]:
    """Return the texts that hold none of the words; quicker than ``without_terms`` for many."""
    held_out = set(words)
    return [text for text in texts if held_out.isdisjoint(re.findall(r"\w+", text.lower()))]


def everyday_words(vocabulary: Path) -> list[str]:
    """Return the whole lower-case words of a WordPiece vocabulary file, most frequent first."""
    return [word for word in vocabulary.read_text(encoding="utf-8").splitlines() if re.fullmatch(r"[a-z]{3,}", word)]


def held_out_words(words: list[str]) -> list[str]:
    """Return the everyday words that no training text holds: by hash, one in ten of those past the most frequent.

    Names of the fashion vocabulary are never among them.
    """
    fashion = {
        part for names in (CATEGORIES, COLOURS, MATERIALS, PATTERNS, TRIMS) for name in names for part in name.lower().split()
    }
    rare = (word for word in words[COMMON:] if word not in fashion)
    return [word for word in rare if hashlib.sha256(word.encode()).digest()[0] % 10 == 0]


def unseen_phrases(words: list[str], count: int, seed: int = 0) -> list[str]:
    """Return ``count`` everyday phrases made of held-out words."""
    return combinations(held_out_words(words), count, seed)[::2]  # the others are about fashion


def photo_titles(data: Path) -> list[str]:
    """Return titles and attribute phrases of the train rows of the product photos."""
    rows = photo_rows(data)
    phrases = rows.base_colour + " " + rows.category + " for " + rows.gender.str.lower()
    return [*rows.text, *phrases, *(rows.season + " " + rows.usage + " " + rows.category).dropna()]


def photo_rows(data: Path, split: str = "train") -> pd.DataFrame:
    """Return one split's rows of the product photos (``image`` holds the JPEG's bytes)."""
    shards = sorted((data / "fashion-products").glob("*.parquet"))
    rows = pd.concat([pd.read_parquet(shard) for shard in shards], ignore_index=True)
    return rows[rows.split == split].reset_index(drop=True)


def music_texts(data: Path) -> list[str]:
    """Return track names, artists and playlist names of four playlists in five, chosen by hash; the fifth stays unseen."""
    rows, apart = _music_rows(data)
    return _music_texts(rows[~apart])


def unseen_music_texts(data: Path) -> list[str]:
    """Return what ``music_texts`` leaves out and does not hold through another playlist either."""
    rows, apart = _music_rows(data)
    return sorted(set(_music_texts(rows[apart])) - set(_music_texts(rows[~apart])))


def _music_rows(data: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """The tracks with all their names, and which of them are kept apart (n,)."""
    rows = pd.read_parquet(data / PLAYLISTS).dropna(subset=["track_name", "track_artist", "playlist_name"])
    return rows, np.array([kept_apart(playlist) for playlist in rows.playlist_id])


def kept_apart(playlist: str) -> bool:
    """Whether a playlist, by the hash of its id, is of the fifth that no training reads."""
    return hashlib.sha256(playlist.encode()).digest()[0] % 5 == 0


def _music_texts(rows: pd.DataFrame) -> list[str]:
    return [*rows.track_name, *rows.playlist_name, *(rows.playlist_subgenre + " by " + rows.track_artist)]


def combinations(words: list[str], count: int, seed: int) -> list[str]:
    """Return ``count`` phrases made of everyday words and ``count`` made of fashion words."""
    rng = random.Random(seed)
    silhouettes = [(category, silhouette) for category, names in CATEGORIES.items() for silhouette in names]
    colours = list(COLOURS)
    phrases = []
    for _ in range(count):
        # Squaring favours frequent words, as language does.
        common = [words[int(len(words) * rng.random() ** 2)] for _ in range(3)]
        phrases.append(rng.choice(EVERYDAY).format(a=common[0], b=common[1], c=common[2]))
        category, silhouette = rng.choice(silhouettes)
        phrases.append(
            rng.choice(FASHION).format(
                colour=rng.choice(colours),
                colour2=rng.choice(colours),
                category=category,
                silhouette=silhouette,
                material=rng.choice(MATERIALS),
                pattern=rng.choice(PATTERNS),
                trim=rng.choice(TRIMS),
                word=common[0],
                word2=common[1],
            )  # fmt: skip
        )
    return phrases
