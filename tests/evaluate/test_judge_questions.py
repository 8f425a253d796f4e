"""How the judge's answers are read, and what it is shown."""

import base64
import io
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from r4t_demo.engine import Engine
from r4t_demo.evaluate.judge import FROM_ITEMS, FROM_PHRASES, again, parse, prompt

FOUR_TWO = {"diversity": 4, "alignment": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"diversity": 4, "alignment": 2}',
        'Sure!\n```json\n{"Diversity": "4", "ALIGNMENT": 2.0, "groundedness": 1}\n```\nAsk me more.',
        '<think>{"diversity": 1, "alignment": 1} maybe</think>{"diversity": 4, "alignment": 2}',
        '{"scores": {"diversity": 4, "alignment": 2}}',
        '{"diversity": 1, "alignment": 1} … no, rather {"diversity": 4, "alignment": 2}',
        '{"diversity": "4/5", "alignment": "2/5"}',
        "Diversity: 4\nAlignment: 2",
        "**Diversity** (1-5): **4/5**\n**Alignment** (1 to 5): 2/5.",
        "The diversity score is 4; alignment = 2",
        '{"diversity": 4, "alignment": 2',
        "4, 2",
        "4/5 and 2/5",
    ],
)
def test_forms_that_are_read(text: str) -> None:
    assert parse(text, FROM_ITEMS) == FOUR_TWO


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would rather not say.",
        '{"diversity": 4}',
        '{"diversity": 4, "alignment": 6}',
        '{"diversity": 0, "alignment": 2}',
        '{"diversity": 4.5, "alignment": 2}',
        '{"diversity": -4, "alignment": 2}',
        '{"diversity": null, "alignment": 2}',
        '{"diversity": true, "alignment": 2}',
        '{"diversity": 14, "alignment": 2}',
        "diversity: 4, alignment: 20",
        "4 2 1",
        "4",
        '<think>{"diversity": 4, "alignment": 2}',
    ],
)
def test_forms_that_are_no_answer(text: str) -> None:
    assert parse(text, FROM_ITEMS) is None


@given(st.text() | st.text(alphabet='{}[]":, \n0123456789diversityalgnm<>/think', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    reply = parse(text, FROM_ITEMS)
    assert reply is None or (set(reply) == set(FROM_ITEMS) and all(value in range(1, 6) for value in reply.values()))


def content(messages: list[dict]) -> str:
    assert [message["role"] for message in messages] == ["system", "user"]
    return messages[1]["content"]


def test_the_seed_shuffles_the_items_and_nothing_else(engine: Engine) -> None:
    [answer] = engine.run(["bohemian festival"], ["diffusion"], k=10, n=1)
    first, same, other = (content(prompt(answer, FROM_ITEMS, random.Random(seed))).splitlines() for seed in (1, 1, 2))
    assert first == same != other
    names = [sorted(line.partition(". ")[2] for line in lines if line[:1].isdigit()) for lines in (first, other)]
    found = sorted(f"{hits[0].item.title} ({hits[0].item.category})" for hits in answer.items)
    assert names == [found, found]
    assert [line for line in first if not line[:1].isdigit()] == [line for line in other if not line[:1].isdigit()]
    assert "bohemian festival" in first[0]
    assert "10 where 10 were asked for" in " ".join(first)


def test_only_groundedness_is_asked_with_the_sub_queries(engine: Engine) -> None:
    [answer] = engine.run(["bohemian festival"], ["folm"], k=10, n=1, seed=3)
    items, phrases = (content(prompt(answer, keys, random.Random(0))) for keys in (FROM_ITEMS, FROM_PHRASES))
    for phrase in answer.sub_queries:
        assert phrase not in items
        assert f"found by the search phrase: {phrase}" in phrases
    assert "groundedness" not in items and "diversity" in items and "alignment" in items
    assert "groundedness" in phrases and "diversity" not in phrases


def test_labels_are_never_shown(engine: Engine) -> None:
    """An item's attributes are the court's, and the agreement with the court would be bought."""
    [answer] = engine.run(["red"], ["none"], k=1, n=1)
    [[hit]] = answer.items
    labelled = replace(hit, item=replace(hit.item, attributes={"aesthetics": ["SECRET"]}))
    assert "SECRET" not in content(prompt(replace(answer, items=[[labelled]]), FROM_ITEMS, random.Random(0)))


def test_pictures_are_jpegs_inside_the_request(engine: Engine) -> None:
    [answer] = engine.run(["red"], ["none"], k=2, n=1)
    parts = content(prompt(answer, FROM_ITEMS, random.Random(0), pictures=True))
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    assert len(urls) == 2
    for url in urls:
        kind, _, packed = url.partition(";base64,")
        picture = Image.open(io.BytesIO(base64.b64decode(packed)))
        assert (kind, picture.format, picture.size) == ("data:image/jpeg", "JPEG", (16, 16))


def test_the_second_try_repeats_the_form() -> None:
    messages = [{"role": "user", "content": "x"}]
    *before, answer, reminder = again(messages, "", FROM_PHRASES)
    assert before == messages
    assert answer["role"] == "assistant" and answer["content"]
    assert '{"groundedness": …}' in reminder["content"]
