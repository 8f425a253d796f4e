"""Open-ended retrieval as a large language model sees it: the paper's three questions, each answered from 1 to 5.

The judge never learns which method it looks at, nor whether that one writes texts: **diversity** and **alignment** are asked
about the items alone, in a shuffled order. **Groundedness**, whether the catalogue holds what the sub-queries ask for, is a
request of its own, for it has to show the sub-queries; as in the paper it is undefined for methods that write none. The paper
does not print its prompts, so these are ours. Scores are times 20, the scale that the paper's table seems to have.

What the paper cannot show: on a catalogue with exact labels, how far the judge's order of the answers is that of the labels.
"""

import base64
import io
import json
import random
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image
from tqdm import tqdm

from r4t_demo.catalog import Item
from r4t_demo.engine import Engine, ResultSet
from r4t_demo.errors import UserError
from r4t_demo.evaluate.chat import Chat
from r4t_demo.evaluate.oar import K, TestQuery, court, load_queries
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import figures_table, interval, render

QUESTIONS = {
    "groundedness": "how well the catalogue holds what each search phrase asks for, as the item found by it shows",
    "diversity": "how different the items are from each other in kind, look and use; repeated and missing ones count against it",
    "alignment": "how well the items suit the wish, taken one by one",
}
FROM_PHRASES, FROM_ITEMS = ("groundedness",), ("diversity", "alignment")
ROLE = "You judge the answers of a search engine for a shop, strictly and by what you are shown alone."
SCALE = 20
AGREEMENT = (("overall", "set_f1"), ("diversity", "coverage"), ("alignment", "on_style"))  # the judge's, the labels'


@dataclass(frozen=True)
class Case:
    """One request: ``keys`` are the questions asked in ``messages``."""

    row: int
    method: str
    keys: tuple[str, ...]
    messages: list[dict]


def choose_queries(folder: Path, file: Path | None, count: int, seed: int) -> list[TestQuery]:
    """Draw ``count`` of the catalogue's labelled test queries, or of the lines of ``file``, which have no labels."""
    if file is None:
        queries = load_queries(folder)
    else:
        try:
            lines = list(dict.fromkeys(filter(None, map(str.strip, file.read_text(encoding="utf-8").splitlines()))))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"--queries-from: '{file}' cannot be read ({error}).") from error
        queries = [TestQuery(line, line, {}) for line in lines]
    if not queries:
        raise UserError(f"'{file}' holds no queries: write one a line.")
    return random.Random(seed).sample(queries, min(count, len(queries)))


def evaluate(
    engine: Engine, queries: Sequence[TestQuery], methods: Sequence[str], chat: Chat, seed: int, pictures: bool, parallel: int
) -> dict[str, Any]:
    """Ask the judge about the item that each of K directions finds first, for every query and method.

    Returns catalog, model, address, pictures, n_queries, n_terms, requests; methods {name: groundedness, diversity, alignment,
    average (each [mean, lo, hi] of 20 … 100, None where it is undefined or nothing was answered), answered, unanswered (of the
    requests)}; agreement {name, or "all": {"overall/set_f1", …: [Spearman's rho, lo, hi]}}, None without labels. ``overall`` is
    the mean of diversity and alignment, which every method has. 95 % intervals over whole terms, of the answered queries.
    """
    texts = [query.query for query in queries]
    answers = {name: engine.run(texts, [name], k=K, n=1, seed=seed) for name in methods}
    cases = [
        Case(row, name, keys, prompt(answer, keys, random.Random(f"{seed} {name} {answer.query}"), pictures))
        for name, found in answers.items()
        for row, answer in enumerate(found)
        for keys in ((FROM_ITEMS, FROM_PHRASES) if answer.is_text else (FROM_ITEMS,))
    ]
    replies = _ask_all(chat, cases, parallel)
    scores = {name: {key: np.full(len(queries), np.nan) for key in QUESTIONS} for name in methods}
    for case, (reply, _) in zip(cases, replies, strict=True):
        for key, value in (reply or {}).items():
            scores[case.method][key][case.row] = SCALE * value
    missing = [case.method for case, (reply, _) in zip(cases, replies, strict=True) if reply is None]
    terms = np.array([query.term for query in queries])
    return {
        "catalog": engine.catalog.name,
        "model": chat.model,
        "address": chat.address,
        "pictures": pictures,
        "n_queries": len(queries),
        "n_terms": len(set(terms)),
        "requests": sum(tries for _, tries in replies),
        "methods": {
            name: {
                **_figures(values, terms),
                "answered": sum(case.method == name for case in cases) - missing.count(name),
                "unanswered": missing.count(name),
            }
            for name, values in scores.items()
        },
        "agreement": _agreement(queries, answers, scores, terms) if all(query.require for query in queries) else None,
    }


def tables(result: dict[str, Any]) -> str:
    """The result as aligned text."""
    names = [*QUESTIONS, "average"]
    rows = [["method", *names, "unanswered"]]
    for method, figures in result["methods"].items():
        asked = figures["answered"] + figures["unanswered"]
        rows.append([method, *(interval(figures[name], 1) for name in names), f"{figures['unanswered']} of {asked}"])
    head = f"{result['catalog']}: {result['n_queries']} queries, {result['n_terms']} terms, judged by {result['model']}"
    parts = [head + "; mean times 20 [95 % interval]", render(rows)]
    if result["agreement"]:
        pairs = list(next(iter(result["agreement"].values())))
        parts.append("Spearman's rank correlation over queries, the judge's score / the labels'")
        parts.append(figures_table("method", result["agreement"], pairs))
    return "\n\n".join(parts)


def _ask_all(chat: Chat, cases: Sequence[Case], parallel: int) -> list[tuple[dict[str, int] | None, int]]:
    """A reply and the number of requests it took, a case; the first failure ends the waiting ones."""
    with ThreadPoolExecutor(parallel) as pool:
        try:
            waiting = pool.map(lambda case: _ask(chat, case), cases)
            return list(tqdm(waiting, desc="judge", total=len(cases), disable=None))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ask(chat: Chat, case: Case) -> tuple[dict[str, int] | None, int]:
    """Ask, and once more where the answer cannot be read."""
    text = chat.ask(case.messages)
    if reply := parse(text, case.keys):
        return reply, 1
    return parse(chat.ask(again(case.messages, text, case.keys)), case.keys), 2


def _figures(values: dict[str, np.ndarray], terms: np.ndarray) -> dict[str, list[float] | None]:
    average = np.mean(list(values.values()), axis=0)  # NaN where one is missing
    return {name: _mean(scores, terms) for name, scores in {**values, "average": average}.items()}


def _mean(scores: np.ndarray, terms: np.ndarray) -> list[float] | None:
    there = ~np.isnan(scores)
    return ClusterBootstrap(terms[there]).mean(scores[there]) if there.any() else None


def _agreement(
    queries: Sequence[TestQuery], answers: dict[str, list[ResultSet]], scores: dict[str, dict[str, np.ndarray]], terms: np.ndarray
) -> dict[str, dict[str, list[float] | None]]:
    judged, labelled = {}, {}
    for name, found in answers.items():
        judged[name] = {**scores[name], "overall": np.mean([scores[name][key] for key in FROM_ITEMS], axis=0)}
        facts = [court(query, [hits[0].item for hits in answer.items]) for query, answer in zip(queries, found, strict=True)]
        labelled[name] = {key: np.array([fact[key] for fact in facts]) for key in facts[0]}

    def correlate(names: Sequence[str]) -> dict[str, list[float] | None]:
        figures = {}
        for ours, theirs in AGREEMENT:
            a = np.concatenate([judged[name][ours] for name in names])
            b = np.concatenate([labelled[name][theirs] for name in names])
            there = ~np.isnan(a)
            clusters = np.tile(terms, len(names))[there]
            figures[f"{ours}/{theirs}"] = ClusterBootstrap(clusters).spearman(a[there], b[there]) if there.any() else None
        return figures

    return {**{name: correlate([name]) for name in answers}, "all": correlate(list(answers))}


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
