"""Open-ended retrieval as a large language model sees it: the paper's three questions, each answered from 1 to 5.

The judge never learns which method it looks at, nor whether that one writes texts: **diversity** and **alignment** are asked
about the items alone, in a shuffled order. **Groundedness**, whether the catalogue holds what the sub-queries ask for, is a
request of its own, for it has to show the sub-queries; as in the paper it is undefined for methods that write none. The paper
does not print its prompts, so these are ours. Scores are times 20, the scale that the paper's table seems to have.

What the paper cannot show: on a catalogue with exact labels, how far the judge's order of the answers is that of the labels.
"""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from r4t_demo.engine import Engine, ResultSet
from r4t_demo.errors import UserError
from r4t_demo.evaluate.chat import Chat
from r4t_demo.evaluate.oar import K, TestQuery, court, load_queries
from r4t_demo.evaluate.questions import FROM_ITEMS, FROM_PHRASES, QUESTIONS, again, parse, prompt
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import interval, render

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
        rows = [[name, *(interval(figures[pair]) for pair in pairs)] for name, figures in result["agreement"].items()]
        parts += [
            "Spearman's rank correlation over queries, the judge's score / the labels'",
            render([["method", *pairs], *rows]),
        ]
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
