"""The judge's questions: how they are put, and how the answers are read."""

import base64
import io
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PIL import Image

from r4t_demo.catalog import Item
from r4t_demo.engine import ResultSet
from r4t_demo.evaluate.oar import K

QUESTIONS = {
    "groundedness": "how well the catalogue holds what each search phrase asks for, as the item found by it shows",
    "diversity": "how different the items are from each other in kind, look and use; repeated and missing ones count against it",
    "alignment": "how well the items suit the wish, taken one by one",
}
FROM_PHRASES, FROM_ITEMS = ("groundedness",), ("diversity", "alignment")
ROLE = "You judge the answers of a search engine for a shop, strictly and by what you are shown alone."


def prompt(answer: ResultSet, keys: Sequence[str], rng: random.Random, pictures: bool = False) -> list[dict]:
    """The chat messages that ask ``keys`` about the first item of each direction, in an order that ``rng`` draws."""
    pairs = [(phrase, hits[0].item) for phrase, hits in zip(answer.sub_queries, answer.items, strict=True) if hits]
    rng.shuffle(pairs)
    found = f"The items that were found for it, {len(pairs)} where {K} were asked for, in no order:"
    parts = [_text(f"A customer's wish: {answer.query}\n\n{found}")]
    for number, (phrase, item) in enumerate(pairs, start=1):
        by = f", found by the search phrase: {phrase}" if keys == FROM_PHRASES else ""
        parts.append(_text(f"{number}. {item.words} ({item.category}){by}"))
        if pictures and item.image:
            parts.append({"type": "image_url", "image_url": {"url": _data_url(item)}})
    asked = "\n".join(f"- {key}: {QUESTIONS[key]}" for key in keys)
    parts.append(_text(f"\nGive whole numbers from 1 (not at all) to 5 (entirely):\n{asked}\n{_form(keys)}"))
    content = parts if pictures else "\n".join(part["text"] for part in parts)  # a plain string is what every server reads
    return [{"role": "system", "content": ROLE}, {"role": "user", "content": content}]


def again(messages: list[dict], text: str, keys: Sequence[str]) -> list[dict]:
    """The messages of a second try, after the answer ``text``, which could not be read."""
    reminder = f"That cannot be read as whole numbers from 1 to 5. {_form(keys)}"
    return [*messages, {"role": "assistant", "content": text or "…"}, {"role": "user", "content": reminder}]


def parse(text: str, keys: Sequence[str]) -> dict[str, int] | None:
    """Read a whole number from 1 to 5 for each of ``keys``: from JSON, from "key: 4", or from as many bare numbers.

    What stands inside <think> … </think> is no answer. None where a key is missing or out of range.
    """
    text = re.sub(r"<think>.*?(</think>|\Z)", " ", text, flags=re.DOTALL)
    text = re.sub(r"\b1\s*(?:-|–|to)\s*5\b|/\s*5\b", " ", text)  # the scale, where it is repeated
    for found in (_from_json(text, keys), _from_labels(text, keys), _from_numbers(text, keys)):
        if found is not None:  # the first form that is there decides, so that a number out of range is not looked past
            values = [_whole(value) for value in found]
            scores = [value for value in values if value is not None and 1 <= value <= 5]
            return dict(zip(keys, scores, strict=True)) if len(scores) == len(keys) else None
    return None


def _form(keys: Sequence[str]) -> str:
    return "Answer with JSON alone: {" + ", ".join(f'"{key}": …' for key in keys) + "}"


def _from_json(text: str, keys: Sequence[str]) -> list | None:
    """The values of the last JSON object in ``text`` that has all keys."""
    for start in reversed([match.start() for match in re.finditer(r"\{", text)]):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        lower = {str(key).lower(): one for key, one in value.items()}
        if all(key in lower for key in keys):
            return [lower[key] for key in keys]
    return None


def _from_labels(text: str, keys: Sequence[str]) -> list[str] | None:
    found = [
        re.findall(rf"{key}(?: score| rating)?(?: is)?[^\w\n-]{{1,8}}(-?\d+(?:\.\d+)?)", text, flags=re.IGNORECASE)
        for key in keys
    ]
    return [numbers[-1] for numbers in found] if all(found) else None


def _from_numbers(text: str, keys: Sequence[str]) -> list[str] | None:
    numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
    return numbers if len(numbers) == len(keys) else None


def _whole(value: object) -> int | None:
    """4, 4.0 or "4" as 4; None for anything else."""
    match = re.fullmatch(r"\s*(\d)(?:\.0+)?\s*", str(value))
    return int(match[1]) if match else None


def _text(text: str) -> dict:
    return {"type": "text", "text": text}


def _data_url(item: Item) -> str:
    """The item's picture as JPEG, which every model that sees can read."""
    packed = io.BytesIO()
    with Image.open(cast(Path, item.image)) as picture:
        picture.convert("RGB").save(packed, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(packed.getvalue()).decode()
