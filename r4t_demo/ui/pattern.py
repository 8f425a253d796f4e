"""Steering in the results tab: the share of hits in every cell, method by method, and what HPPO adds to MO-DiT."""

from collections.abc import Mapping

from r4t_demo.ui.charts import measured, points, table, words
from r4t_demo.ui.markup import display_name, esc

SHOWN = ("seed-mean", "interpolation", "direction", "filter-sparse", "stage1", "modit", "hppo")
PROTOCOLS = {"item-holdout": "unseen seeds", "pattern-holdout": "unseen patterns"}


def draw(result: Mapping) -> str:
    """A chart a cell, which is a domain of attributes by a way of holding out, and the table of all of them."""
    cells = result["cells"]
    charts = [points(", ".join(_words(cell)), {name: cell["methods"][name]["joint"] for name in SHOWN}, 3) for cell in cells]
    rows = [[_name(cell), *_row(cell)] for cell in cells]
    caption = f"Joint@{result['k']}, from {result['seeds']} seeds"
    head = ["", *map(display_name, SHOWN), "purity, HPPO less MO-DiT", "p of HPPO over MO-DiT"]
    return f'<div class="panels">{"".join(charts)}</div>{table(head, rows, caption)}'


def _row(cell: Mapping) -> list[str]:
    joint = [measured(cell["methods"][name]["joint"], 3) for name in SHOWN]
    p = cell["p_hppo_over_modit"]
    return [*joint, measured(cell["purity_change"], 3), f"{p:.3f}" if p >= 0.0005 else "&lt; 0.001"]


def _words(cell: Mapping) -> tuple[str, str]:
    return words(cell["domain"]), PROTOCOLS.get(cell["protocol"], cell["protocol"])


def _name(cell: Mapping) -> str:
    domain, protocol = _words(cell)
    return f'{esc(domain)}<span class="interval">{esc(protocol)}</span>'
