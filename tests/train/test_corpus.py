"""What the models may read: no held-out term as a phrase, anywhere."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.settings import Settings
from r4t_demo.train import corpus, encoder_data

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
    terms, looks = corpus.training_terms(ASSETS)
    assert set(terms) == splits["train"] and len(terms) == len(looks)
    look_of = {row["term"]: row["aesthetic"] for row in rows}
    assert len({(look, look_of[term]) for term, look in zip(terms, looks.tolist(), strict=True)}) == len(set(looks.tolist()))


@pytest.mark.parametrize(
    "piece",
    ["training queries", "training terms", "broad queries", "distillation queries", "term phrases", "item captions"],
)
def test_no_training_text_holds_a_held_out_term(held_out: list[str], piece: str) -> None:
    texts = {
        "training queries": lambda: corpus.training_queries(ASSETS / "atelier"),
        "training terms": lambda: corpus.training_terms(ASSETS)[0],
        "broad queries": lambda: corpus.broad_queries(ASSETS),
        "distillation queries": lambda: corpus.distillation_queries(ASSETS, ["office", "life", "active", "lifestyle"]),
        "term phrases": lambda: corpus.term_phrases(corpus.training_queries(ASSETS / "atelier"), 3000, 0),
        "item captions": lambda: [text for texts in encoder_data.atelier_captions(ASSETS / "atelier") for text in texts],
    }[piece]()
    assert len(texts) > 300
    assert offenders(texts, held_out) == []


def test_captions_name_training_outfits_only(tmp_path: Path) -> None:
    items = [{"item_ID": name, "text": f"title {name}", "description": f"about {name}", "category": "hat"} for name in "abc"]
    pd.DataFrame(items).to_parquet(tmp_path / "items.parquet")
    outfits = [
        {"items": ["a", "b"], "term": "boho", "split": "train"},
        {"items": ["a"], "term": "festival", "split": "train"},
        {"items": ["a"], "term": "boho", "split": "train"},
        {"items": ["b"], "term": "secret look", "split": "validation"},
        {"items": ["c"], "term": "hidden look", "split": "test"},
    ]
    (tmp_path / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))
    assert encoder_data.atelier_captions(tmp_path) == [["boho hat", "festival hat"], ["boho hat"], ["about c"]]


def test_each_caption_is_embedded_once() -> None:
    asked = []

    def embed(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.array([[len(text), 1.0] for text in texts])

    vectors = encoder_data.embed_captions([["a", "bb"], ["bb"], ["ccc", "a", "a"]], embed)
    assert [rows[:, 0].tolist() for rows in vectors] == [[1, 2], [2], [3, 1, 1]]
    assert sorted(asked) == ["a", "bb", "ccc"]


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
