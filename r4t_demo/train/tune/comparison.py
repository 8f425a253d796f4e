"""Before and after on the held-out queries of one catalogue: comparison.json, and the model card that tells it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from r4t_demo.engine import Engine
from r4t_demo.evaluate import oar
from r4t_demo.evaluate.table import interval
from r4t_demo.files import write_atomically
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.tune.catalog_queries import CatalogQuery

FILE, CARD = "comparison.json", "README.md"
METHODS = ("none", "mmr", "folm-before", "folm", "diffusion")
FIGURES = ("diversity", "groundedness", "content_alignment", "composite")
MIN_LABELLED = 5  # queries that a label can judge, for the label to be asked at all


def compare(engine: Engine, queries: Sequence[CatalogQuery], facts: Mapping[str, Any]) -> Iterator[Progress]:
    """Measure METHODS on the test queries and write comparison.json and the card into the catalogue's folder.

    comparison.json is what ``oar.evaluate`` returns without the court's figures, with ``facts``, and under "labelled" the same
    with them on those queries that ask for a label of the catalogue (None where there are fewer than MIN_LABELLED).
    """
    asked = [oar.TestQuery(one.query, one.term, one.require) for one in queries if one.split == "test"]
    methods = [name for name in METHODS if name in engine.methods()]
    figures = {}
    for number, name in enumerate(methods):
        yield Progress("evaluate", number, len(methods))
        figures[name] = oar.measure(engine, asked, name)
    named = engine.catalog.name
    whole = oar.summarise(named, asked, figures)
    for part in (*whole["methods"].values(), *whole["ratios"].values()):
        for metric in oar.COURT:
            part.pop(metric, None)  # every item satisfies a query that asks for no label
    rows = [row for row, one in enumerate(asked) if one.require]
    labelled = None
    if len(rows) >= MIN_LABELLED:
        of_rows = {
            name: {metric: values if values is None else values[rows] for metric, values in each.items()}
            for name, each in figures.items()
        }
        labelled = oar.summarise(named, [asked[row] for row in rows], of_rows)
    result = {**whole, **facts, "items": len(engine.catalog), "encoder": engine.encoder.id, "labelled": labelled}
    _write(engine.catalog.root / CARD, card(result))
    _write(engine.catalog.root / FILE, json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    yield Progress("evaluate", len(methods), len(methods))


def read(folder: Path) -> dict | None:
    """What ``compare`` wrote; None where it has not."""
    path = folder / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def job_of(folder: Path) -> object:
    """The job whose comparison lies in a folder; None where there is none."""
    return (read(folder) or {}).get("job")


def verdict(result: Mapping) -> tuple[bool, str]:
    """Return whether training has helped the language model, and what to tell of it; True and nothing where no figure judges.

    The judge is ``set_f1`` by the catalogue's labels, or where it has none the reward that training raises.
    """
    labelled, methods = result.get("labelled") or {"ratios": {}, "n_queries": 0}, result["methods"]
    worth, over_mmr = (labelled["ratios"].get(f"folm/{name}", {}).get("set_f1") for name in ("folm-before", "mmr"))
    judge, number = "By the catalogue’s labels", labelled["n_queries"]
    if not worth:
        before, after = (methods.get(name, {}).get("composite") for name in ("folm-before", "folm"))
        if not (before and after and before[0] > 0):
            return True, ""
        judge, number, worth = "By its own reward", result["n_queries"], [each / before[0] for each in after]
    says = (
        f"{judge}, on {number:,} held-out requests, the language model’s lists are worth {worth[0]:.2f} times what they were "
        f"({worth[1]:.2f} to {worth[2]:.2f})."
    )
    helped = worth[0] >= 1
    if not helped:
        says = f"Training has not helped. {says} Be answered by the language model as it was, “FOLM before”."
    elif worth[1] > 1:
        says = f"Training has helped. {says}"
    else:
        says = f"Training has changed little that so few requests can tell. {says}"
    if over_mmr and over_mmr[0] > 0 and over_mmr[2] < 1:
        says += f" MMR, which needs no training, finds {1 / over_mmr[0]:.2f} times as much of what the labels ask for."
    return helped, says


def table(result: Mapping) -> str:
    """The figures of every method as a Markdown table, with 95 % intervals."""
    labelled = result["labelled"]
    figures = {name: {metric: each[metric] for metric in FIGURES} for name, each in result["methods"].items()}
    if labelled:
        for name, each in figures.items():
            each["set_f1"] = labelled["methods"][name]["set_f1"]
    heads = ["method", *next(iter(figures.values()))]
    rows = [heads, ["---"] * len(heads), *([name, *map(interval, each.values())] for name, each in figures.items())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def card(result: Mapping) -> str:
    """README.md of a tuned catalogue's folder."""
    judged = f" `set_f1`: by {result['labelled']['n_queries']} of them that ask for a label." if result["labelled"] else ""
    facts = {**result["preset"], **{name: result[name] for name in TOLD}, "judged": judged, "table": table(result)}
    steered, steer = "", ""
    if result["steers"]:
        named = ", ".join(f"{domain} ({len(values)} values)" for domain, values in result["steers"].items())
        steered, steer = STEERED.format(named=named, **result["preset"]), STEER
    helped, says = verdict(result)
    return CARD_TEXT.format(**facts, steered=steered, steer=steer, verdict=says, writer="folm" if helped else "folm-before")


STEERED = """- `steering/`: MO-DiT and HPPO, trained on this catalogue alone ({steering} steps of the third stage): from a few
  items to more of their pattern with a wanted label of {named}. A fifth of the items was kept to judge by.
"""
STEER = " Steer it: `python -m r4t_demo steer --seeds ID,ID,ID --attribute COLUMN=VALUE --catalog DIR`."
TOLD = ("items", "encoder", "start", "n_queries")
CARD_TEXT = """---
library_name: peft
---
# Fan-out retrieval tuned to one catalogue

{items:,} items, embedded by {encoder}, the encoder of the app, which is not part of this folder.

- `folm/`: {start} after {rollouts} rollouts of Soft-GRPO ({batch} queries x {group} lists) against this catalogue's index.
- `diffusion-teacher/`: the app's retriever after {diffusion_steps} steps on sets that `folm/` wrote, {samples} lists a query.
- `diffusion/`: the app's one-call student after {student_steps} steps on the same sets.
{steered}- `items.parquet`, `images/`, `index/`: the catalogue.
- `queries.jsonl`: the broad queries, made or written for it; `split` tells what was trained on and what was held out.

{verdict}

On {n_queries} held-out queries, whose content words together occur in no training query; means with 95 % intervals from a
bootstrap over them. Diversity is Vendi / 10 of the items found first, composite 0.6 groundedness + 0.2 diversity + 0.2
alignment.{judged}

{table}

`comparison.json` has all figures. It was made by `python -m r4t_demo train SOURCE --out DIR`. Ask it:
`python -m r4t_demo fanout "rainy sunday" --method {writer} --method diffusion --catalog DIR`.{steer}

The models know this catalogue's requests and no others, and they read English words.
"""


def _write(path: Path, text: str) -> None:
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
