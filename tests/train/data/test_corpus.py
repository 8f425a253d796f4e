"""What the models may read: no held-out term as a phrase, anywhere."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.settings import Settings
from r4t_demo.train.data import corpus
from r4t_demo.train.encoder import captions

ASSETS = Settings().assets
WORDS = st.lists(st.sampled_from(["boho", "bohos", "red", "party", "dress"]), min_size=1, max_size=5)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def contains(text: str, term: str) -> bool:
    """Does the term occur as consecutive whole words?"""
    text_words, term_words = words(text), words(term)
    span = len(term_words)
    return any(text_words[i : i + span] == term_words for i in range(len(text_words) - span + 1))


def offenders(texts: list[str], terms: list[str]) -> list[tuple[str, str]]:
    by_first: dict[str, list[str]] = {}
    for term in terms:
        by_first.setdefault(words(term)[0], []).append(term)
    candidates = ((text, term) for text in texts for word in set(words(text)) for term in by_first.get(word, ()))
    return [(text, term) for text, term in candidates if contains(text, term)]


@given(st.lists(WORDS.map(" ".join), max_size=8), st.lists(WORDS.map(" ".join), max_size=3))
def test_texts_without_terms(texts: list[str], terms: list[str]) -> None:
    kept = corpus.without_terms(texts, terms)
    assert kept == [text for text in dict.fromkeys(texts) if not any(contains(text, term) for term in terms)]


def test_texts_without_words() -> None:
    texts = ["Lithium outfit", "a lithium-ion lamp", "lithiums", "red lamp"]
    assert corpus.without_words(texts, ["lithium"]) == ["lithiums", "red lamp"]


def test_case_and_punctuation_hide_no_term() -> None:
    texts = ["Boho-Chic look", "my BOHO CHIC.", "boho chick", "chic boho"]
    assert corpus.without_terms(texts, ["boho chic", "boho-chic"]) == ["boho chick", "chic boho"]


@pytest.fixture(scope="module")
def held_out() -> list[str]:
    return corpus.held_out_terms(ASSETS)


def test_atelier_holds_terms_out(held_out: list[str]) -> None:
    rows = [json.loads(line) for line in (ASSETS / "atelier" / "queries.jsonl").read_text().splitlines()]
    splits = {split: {row["term"] for row in rows if row["split"] == split} for split in ("train", "validation", "test")}
    assert set(held_out) == splits["validation"] | splits["test"] and len(held_out) > 100


@pytest.mark.parametrize(
    "piece",
    ["training queries", "everyday requests", "distillation queries", "item captions"],
)
def test_no_training_text_holds_a_held_out_term(held_out: list[str], piece: str) -> None:
    texts = {
        "training queries": lambda: corpus.training_queries(ASSETS / "atelier"),
        "everyday requests": lambda: corpus.everyday_requests(ASSETS),
        "distillation queries": lambda: corpus.distillation_queries(ASSETS, ["office", "life", "active", "lifestyle"]),
        "item captions": lambda: [text for texts in captions.atelier_looks(ASSETS / "atelier") for text in texts],
    }[piece]()
    assert len(texts) > 300
    assert offenders(texts, held_out) == []


def test_photos_and_playlists_keep_their_unseen_part_unseen(tmp_path: Path) -> None:
    (tmp_path / "fashion-products").mkdir()
    photos = {"text": ["Red Hat", "Blue Hat"], "split": ["train", "test"], "base_colour": ["Red", "Blue"], "category": "Hats"}
    rows = pd.DataFrame(photos | {"gender": "Women", "season": ["Summer", None], "usage": "Casual"})
    rows.to_parquet(tmp_path / "fashion-products" / "0.parquet")
    assert corpus.photo_titles(tmp_path) == ["Red Hat", "Red Hats for women", "Summer Casual Hats"]
    tracks = pd.DataFrame({"playlist_id": [f"p{i % 100}" for i in range(300)], "track_name": [f"t{i}" for i in range(300)]})
    tracks = tracks.assign(playlist_name="n" + tracks.playlist_id, track_artist="x", playlist_subgenre="pop")
    tracks.to_parquet(tmp_path / "music-playlists.parquet")
    texts = set(corpus.music_texts(tmp_path))
    names = {f"np{i}" for i in range(100)} & texts
    assert 65 <= len(names) <= 95, "about four playlists in five"
    for i in range(300):
        assert (f"t{i}" in texts) == (f"np{i % 100}" in names), "a playlist is seen whole or not at all"
    everything = {f"t{i}" for i in range(300)} | {f"np{i}" for i in range(100)}
    assert set(corpus.unseen_music_texts(tmp_path)) == everything - texts, "what both kinds of playlists hold counts as seen"


def test_vocabulary_words(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[PAD]\nthe\n##ing\nof\nhat\nété\nHat\ndress2\n", encoding="utf-8")
    assert corpus.everyday_words(tmp_path / "vocab.txt") == ["the", "hat"]


def test_one_rare_word_in_ten_is_held_out_and_no_fashion() -> None:
    words = [f"w{i}" for i in range(corpus.COMMON)] + ["dress", "silk", *(f"rare{i}" for i in range(2000))]
    held_out = corpus.held_out_words(words)
    assert 120 < len(held_out) < 290 and all(word.startswith("rare") for word in held_out)
    assert held_out == corpus.held_out_words(words)
    phrases = corpus.unseen_phrases(words, 50)
    assert len(phrases) == 50 and all(set(phrase.split()) & set(held_out) for phrase in phrases)


def test_combinations_are_filled_and_repeat() -> None:
    phrases = corpus.combinations(["sun", "moon", "star"], 200, seed=1)
    assert len(phrases) == 400 and not any("{" in phrase or "}" in phrase for phrase in phrases)
    assert phrases == corpus.combinations(["sun", "moon", "star"], 200, seed=1)
    assert phrases != corpus.combinations(["sun", "moon", "star"], 200, seed=2)
