"""Steering in the results tab: the share of hits in every cell, method by method, what HPPO adds, and the ablation of both."""

from collections.abc import Mapping, Sequence

from r4t_demo.ui.charts import measured, points, table, words
from r4t_demo.ui.markup import display_name, esc

SHOWN = ("seed-mean", "interpolation", "direction", "filter-sparse", "stage1", "modit", "hppo")
WHOLE = {"MO-DiT": "modit", "HPPO": "hppo"}  # the variants that are the methods themselves
PROTOCOLS = {"item-holdout": "unseen seeds", "pattern-holdout": "unseen patterns"}


def draw(result: Mapping) -> str:
    """A chart a cell, which is a domain of attributes by a way of holding out, and the table of all of them."""
    cells = result["cells"]
    charts = [points(", ".join(_words(cell)), {name: cell["methods"][name]["joint"] for name in SHOWN}, 3) for cell in cells]
    rows = [[_name(cell), *_row(cell)] for cell in cells]
    caption = f"Joint@{result['k']}, from {result['seeds']} seeds"
    head = ["", *map(display_name, SHOWN), "purity, HPPO less MO-DiT", "p of HPPO over MO-DiT"]
    return f'<div class="panels">{"".join(charts)}</div>{table(head, rows, caption)}'


def draw_ablation(result: Mapping) -> str:
    """What each variant finds and what it changes, and how well the predictor knows the attributes."""
    metrics = list(result["rows"][0]["figures"])
    charts = [
        points(words(metric), {WHOLE.get(row["name"], row["name"]): row["figures"][metric] for row in result["rows"]}, 3)
        for metric in metrics
    ]
    gained = [f"{words(metric)}, gained" for metric in metrics]
    rows = [[_variant(row), *_figures(row, metrics)] for row in result["rows"]]
    known = [[esc(words(name)), *(f"{figure:.3f}" for figure in of.values())] for name, of in result["predictor"].items()]
    heads = ["", *map(words, next(iter(result["predictor"].values())))]
    caption = "The predictor beside the measured density of each attribute"
    head = ["", *map(words, metrics), *gained]
    found = table(head, rows, f"{result['n_sets']} validation seed sets, K = {result['k']}")
    return f'<div class="panels">{"".join(charts)}</div>{found}{table(heads, known, caption)}'


def _figures(row: Mapping, metrics: Sequence[str]) -> list[str]:
    gained = [measured(row["change"][metric] if row["beside"] else None, 3) for metric in metrics]
    return [*(measured(row["figures"][metric], 3) for metric in metrics), *gained]


def _variant(row: Mapping) -> str:
    """Its name, and the one that it is a change of; the first is a change of none."""
    name, beside = (esc(display_name(WHOLE.get(one, one))) for one in (row["name"], row["beside"] or ""))
    return f'{name}<span class="interval">beside {beside}</span>' if beside else name


def _row(cell: Mapping) -> list[str]:
    joint = [measured(cell["methods"][name]["joint"], 3) for name in SHOWN]
    p = cell["p_hppo_over_modit"]
    return [*joint, measured(cell["purity_change"], 3), f"{p:.3f}" if p >= 0.0005 else "&lt; 0.001"]


def _words(cell: Mapping) -> tuple[str, str]:
    return words(cell["domain"]), PROTOCOLS.get(cell["protocol"], cell["protocol"])


def _name(cell: Mapping) -> str:
    domain, protocol = _words(cell)
    return f'{esc(domain)}<span class="interval">{esc(protocol)}</span>'
