"""What pictures' captions say."""

import json
from pathlib import Path

import pandas as pd
import pytest

from r4t_demo.train.encoder import captions


@pytest.mark.parametrize(
    ("name", "one"),
    [("Dresses", "dress"), ("tops", "top"), ("jeans", "jeans"), ("Trousers", "trousers"), ("dress", "dress"),
     ("Watches", "watch"), ("Hoodies", "hoody"), ("t-shirt", "t-shirt"), ("Sunglasses", "sunglasses")],
)  # fmt: skip
def test_singular(name: str, one: str) -> None:
    assert captions.singular(name) == one


@pytest.mark.parametrize("label", ["Tshirts", "longsleeve", "Dresses", "pants", "Casual Shoes", "something else"])
def test_a_kind_goes_by_its_label_and_by_other_words(label: str) -> None:
    said = captions.wordings(label)
    assert said[0] == label.lower() and len(said) == len(set(said)) >= 2
    assert all(text == text.lower().strip() and text for text in said)


def test_people_say_other_words_than_labels() -> None:
    assert {"t-shirt", "tee"} <= set(captions.wordings("Tshirts"))
    assert {"trousers", "jeans"} <= set(captions.wordings("pants"))
    assert {"dress", "dresses", "gown"} <= set(captions.wordings("Dresses"))


def rows() -> pd.DataFrame:
    one = {"text": "Puma Men Navy Tee", "base_colour": "Navy Blue", "category": "Tshirts", "gender": "Men", "season": "Summer"}
    return pd.DataFrame(
        [one | {"usage": "Casual", "sub_category": "Topwear"}, one | {"usage": None, "sub_category": "Topwear"}] * 40
    )


def test_a_photo_has_its_title_its_attributes_its_kind_and_free_words() -> None:
    said = captions.photo_captions(rows())
    assert all(len(group) == 6 for group in said)
    assert said[0][:4] == ["Puma Men Navy Tee", "Navy Blue Tshirts for men", "Summer Casual Tshirts", "tshirts"]
    assert said[1][2] == "Summer  Tshirts".strip() or said[1][2] == "Summer Tshirts"
    free = {group[5] for group in said}
    assert len(free) > 10 and any("navy blue" in text and "tee" in text for text in free)
    assert not any("  " in text or "{" in text for text in free)
    assert captions.photo_captions(rows()) == said


def test_classes_take_the_vocabularys_words() -> None:
    assert captions.class_wordings([["pot", "flowerpot"], ["tench"]]) == [
        ["pot", "flowerpot", "house plant", "potted plant", "pot plant", "flower pot", "planter"],
        ["tench"],
    ]


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
    assert captions.atelier_looks(tmp_path) == [["boho", "festival"], ["boho"], ["about c"]]
