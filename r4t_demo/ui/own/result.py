"""Before and after, on held-out queries of a visitor's own catalogue: a chart a metric, the ratios, the table with intervals."""

from collections.abc import Mapping

from r4t_demo.train.tune.comparison import verdict
from r4t_demo.ui.charts import measured, points, table, words
from r4t_demo.ui.markup import display_name, esc

COURT = "set_f1"
PANELS = ("diversity", "content_alignment", "groundedness", COURT)


def render_comparison(result: Mapping) -> str:
    """``result`` is what ``train.tune.comparison`` wrote; the labels' figures are of those queries that ask for a label."""
    labelled = result.get("labelled") or {"methods": {}, "ratios": {}}
    methods = {name: row | {COURT: labelled["methods"].get(name, {}).get(COURT)} for name, row in result["methods"].items()}
    ratios = {pair: row | {COURT: labelled["ratios"].get(pair, {}).get(COURT)} for pair, row in result["ratios"].items()}
    keys = [key for key in next(iter(methods.values())) if any(row[key] for row in methods.values())]
    charts = "".join(points(words(key), {name: row[key] for name, row in methods.items()}, 3) for key in PANELS if key in keys)
    rows = [[esc(display_name(name)), *(measured(row[key], 3) for key in keys)] for name, row in methods.items()]
    judged = (
        f" {words(COURT)} is of the {labelled['n_queries']:,} that ask for a label of the catalogue." if COURT in keys else ""
    )
    return (
        f'<section class="figures comparison"><header><h2>Before and after</h2><p class="lead">{esc(verdict(result)[1])}</p>'
        f"<p>On {result['n_queries']:,} held-out queries, none of which was trained on. Whiskers and small print are 95 % "
        f'intervals.{judged}</p></header><div class="here"><div class="panels">{charts}</div>{_ratios(ratios)}'
        f"{table(['', *map(words, keys)], rows)}</div></section>"
    )


def _ratios(ratios: Mapping[str, Mapping]) -> str:
    """How much of the one the other has, as a line of large figures."""
    shown = "".join(
        f"<div><dt>{esc(' / '.join(map(display_name, pair.split('/'))))}<br>{esc(words(key))}</dt>"
        f'<dd>{figure[0]:.2f} ×<span class="interval">{figure[1]:.2f}–{figure[2]:.2f}</span></dd></div>'
        for pair, figures in ratios.items()
        for key, figure in figures.items()
        if figure and key in PANELS
    )
    return f'<dl class="ratios">{shown}</dl>' if shown else ""
