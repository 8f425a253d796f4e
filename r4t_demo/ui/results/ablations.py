"""Ablations in the results tab: how training went, what the labels say of each variant, and what a policy writes afterwards."""

from collections.abc import Mapping

from r4t_demo.ui.charts import measured, points, table, words
from r4t_demo.ui.lines import curves, sweep
from r4t_demo.ui.markup import display_name, esc

PANELS = ("set_f1", "on_style", "coverage", "diversity")
TITLES = {  # what: title, and what is compared
    "reward-terms": (
        "Ablation: the terms of the reward",
        "The policy trained anew from its supervised start, for the same few rollouts, without some of the reward’s terms. The "
        "curves are those of training; the figures are of validation queries afterwards.",
    ),
    "weights": (
        "Ablation: the weights of the reward",
        "The same with the paper’s weights of groundedness : diversity : alignment.",
    ),
    "filter": (
        "Ablation: the filter of the training pairs",
        "The many-step retriever trained anew, for the same few steps, on all lists of the policy and on those with the highest "
        "reward.",
    ),
    "permutation": (
        "Ablation: permuted rows",
        "The same with the rows of a set in a new order at each step, as in the paper, and as the policy wrote them.",
    ),
    "k": ("Ablation: the number of directions", "Coverage and diversity are shares of k; nothing is trained."),
    "sampler-steps": ("Ablation: the sampler’s steps", "Steps of Heun’s method in the many-step retriever; nothing is trained."),
    "guidance": (
        "Ablation: guidance",
        "Of the many-step retriever; nothing is trained.",
    ),
}


def draw(result: Mapping) -> str:
    """The charts, the notes, the table and the samples of an ablation's record."""
    charts = [
        curves(words(metric), "training step", {name: dict(map(tuple, curve)) for name, curve in of_each.items()})
        for metric, of_each in result["curves"].items()
    ]
    charts += [_of_variants(result, metric) for metric in PANELS]
    notes = "".join(f'<p class="note">{esc(note)}</p>' for note in result["notes"])
    return f'<div class="panels">{"".join(charts)}</div>{notes}{_table(result)}{_samples(result["samples"])}'


def _of_variants(result: Mapping, metric: str) -> str:
    """One figure of every variant: over the axis where there is one, else side by side."""
    if not result["axis"]:
        return points(words(metric), {row["name"]: row["figures"][metric] for row in result["rows"]}, 3)
    series: dict[str, dict[float, list[float]]] = {}
    for row in result["rows"]:
        series.setdefault(row["name"], {})[row["x"]] = row["figures"][metric]
    return sweep(words(metric), result["axis"], series, result["doubling"])


def _table(result: Mapping) -> str:
    axis = [result["axis"]] if result["axis"] else []
    metrics = list(result["rows"][0]["figures"])
    rows = [
        [esc(display_name(row["name"])), *(f"{row['x']:g}" for _ in axis), *(measured(row["figures"][key], 3) for key in metrics)]
        for row in result["rows"]
    ]
    return table(["", *axis, *map(words, metrics)], rows)


def _samples(samples: Mapping[str, Mapping[str, list[str]]]) -> str:
    """What each variant writes for the same queries."""
    rows = [
        [f'{esc(query)}<span class="interval">{esc(name)}</span>', f'<span class="list">{esc("; ".join(texts))}</span>']
        for query in next(iter(samples.values()), {})
        for name, of_each in samples.items()
        for texts in [of_each[query]]
    ]
    return table(["query and variant", ""], rows, "The sub-queries that each variant writes") if rows else ""
