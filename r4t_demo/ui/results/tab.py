"""The results tab: what ``evaluate`` and ``ablate`` have left in results/, as tables and charts, beside the paper's figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from r4t_demo.errors import UserError
from r4t_demo.evaluate.record import load
from r4t_demo.ui.charts import measured, number, points, table, words
from r4t_demo.ui.lines import times
from r4t_demo.ui.markup import display_name, esc
from r4t_demo.ui.results import ablations, paper, pareto, pattern

COMMAND = "python -m r4t_demo evaluate"
OTHER_DATA = "The paper, on other data and with other models: compare ratios, not values"
PANELS = {
    "suits": ("suits", "wrong", "suiting_categories"),
    "oar": ("set_f1", "on_style", "coverage", "diversity"),
    "judge": ("diversity", "alignment", "groundedness"),
    "wscr": ("recall", "hit"),
}
ENCODER_PARTS = {
    "fashion_products": "photos of products",
    "stylist_outfits": "photos of stylists’ items",
    "phone_clothes": "phones’ photos of clothes",
    "home": "things for the home",
    "text": "phrases, beside MiniLM",
}
SCALE_HEAD = {"items": 0, "recall": 3, "speedup": 0, "p50_ms": 2, "p99_ms": 2, "build_s": 0, "memory_mib": 0, "disk_mib": 0}


@dataclass(frozen=True)
class Section:
    """``draw`` makes the HTML of a record's result; ``beside`` that of what stands next to it, with or without a record."""

    name: str
    title: str
    says: str
    command: str
    draw: Callable[[Any], str]
    beside: Callable[[Mapping | None], str]


def build(folder: Path, tab: gr.Tab) -> None:
    """Fill ``tab`` once a visitor opens it: the page starts without it, and new figures are seen without a new start."""
    figures = gr.HTML("", elem_id="figures", apply_default_css=False)
    tab.select(lambda: render(folder), None, figures, api_visibility="private", show_progress="hidden", queue=False)


def render(folder: Path) -> str:
    """The whole tab over the records in ``folder``."""
    intro = (
        '<p class="intro">Every figure below was printed by a command of this repository, which stands with it. The paper’s own '
        "figures are beside them. They come from other data and other models, so compare ratios between methods, not values.</p>"
    )
    return intro + "".join(_section(section, folder) for section in SECTIONS)


def _section(section: Section, folder: Path) -> str:
    try:
        record = load(folder, section.name)
        here, beside = (
            _drawn(section, record) if record else (f"Not measured yet: run <code>{esc(section.command)}</code>.", None)
        )
    except UserError as error:
        here, beside = f"{esc(str(error))} Run <code>{esc(section.command)}</code> again.", None
    if beside is None:
        here, beside = f'<p class="missing">{here}</p>', section.beside(None)
    head = f"<header><h2>{esc(section.title)}</h2><p>{esc(section.says)}</p></header>"
    return f'<section class="figures" data-part="{section.name}">{head}<div class="here">{here}</div>{beside}</section>'


def _drawn(section: Section, record: Mapping) -> tuple[str, str]:
    """What the section shows of a record, and beside it; UserError where its figures are not those expected."""
    try:
        return section.draw(record["result"]) + _provenance(record), section.beside(record["result"])
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, StopIteration) as error:
        raise UserError(f"'{section.name}.json' holds other figures than this page knows.") from error


def _provenance(record: Mapping) -> str:
    commit, _, dirty = (record["commit"] or "").partition("-")
    code = f"commit {commit[:9]}{' with changes' if dirty else ''}" if commit else "outside of a checkout"
    machine = record["machine"]
    facts = [f"{name.replace('_', ' ')} {value:,}" for name, value in record["samples"].items()]
    facts += [f"seed {record['seed']}", code, record["date"][:10]]
    facts += [
        f"cores {machine['cores']}",
        f"threads {machine['threads']}",
        f"torch {machine['torch']}",
        machine["gpu"] or "no GPU",
    ]
    return f'<p class="made"><code>{esc(record["command"])}</code> {esc(" · ".join(facts))}</p>'


def _panels(name: str, methods: Mapping[str, Mapping], digits: int) -> str:
    charts = [points(words(key), {method: row[key] for method, row in methods.items()}, digits) for key in PANELS[name]]
    return f'<div class="panels">{"".join(charts)}</div>'


def _methods(methods: Mapping[str, Mapping], digits: int, leave_out: tuple[str, ...] = ()) -> str:
    """Methods by metrics, whatever they are."""
    keys = [key for key in next(iter(methods.values())) if key not in leave_out]
    rows = [[esc(display_name(name)), *(measured(row[key], digits) for key in keys)] for name, row in methods.items()]
    return table(["", *map(words, keys)], rows)


def _oar(result: Mapping) -> str:
    return _panels("oar", result["methods"], 3) + _methods(result["methods"], 3)


def _suits(result: Mapping) -> str:
    """The figures, and the kinds that two methods find for the first requests, to read."""
    shown = [name for name in ("mmr", "folm") if name in result["answers"]]
    read = []
    for query in list(next(iter(result["answers"].values())))[:10]:
        kinds = (
            f"{display_name(name)}: {', '.join(each.partition(':')[0] for each in result['answers'][name][query])}"
            for name in shown
        )
        read.append(f'<p class="note"><b>{esc(query)}</b><br/>{"<br/>".join(map(esc, kinds))}</p>')
    return _panels("suits", result["methods"], 2) + _methods(result["methods"], 3) + "".join(read)


def _fits(result: Mapping) -> str:
    rows = [
        [catalog, kind, score, *("{} of {}".format(*of[name]) for name in ("fits", "misses")), number(of["auc"], 2)]
        for catalog, kinds in result.items()
        for kind, scores in kinds.items()
        for score, of in scores.items()
    ]
    return table(["", "requests", "score", "folded, of those that fit", "of those that do not", "AUC"], rows)


def _judge(result: Mapping) -> str:
    missing = sum(row["unanswered"] for row in result["methods"].values())
    said = f"Asked: {result['model']}. {missing} requests had no answer that could be read."
    parts = [
        _panels("judge", result["methods"], 1),
        _methods(result["methods"], 1, leave_out=("answered", "unanswered")),
        f'<p class="note">{esc(said)}</p>',
    ]
    if result["agreement"]:
        names = {"all": "all methods"}
        pairs = list(next(iter(result["agreement"].values())))
        rows = [
            [esc(names.get(name) or display_name(name)), *(measured(row[pair], 2) for pair in pairs)]
            for name, row in result["agreement"].items()
        ]
        head = ["", *(words(pair).replace("/", " / ") for pair in pairs)]
        parts.append(table(head, rows, "Spearman’s rank correlation over queries: the judge’s score / the labels’"))
    return "".join(parts)


def _wscr(result: Mapping) -> str:
    said = f"{result['catalog']}; as many items drawn at random have a recall of {result['chance']:.3f}."
    return _panels("wscr", result["methods"], 3) + _methods(result["methods"], 3) + f'<p class="note">{esc(said)}</p>'


def _latency(result: Mapping) -> str:
    batches = {int(batch): methods for batch, methods in result["batch"].items()}
    names = list(next(iter(batches.values())))
    series: dict[str, Mapping[float, float]] = {
        name: {batch: max(rows[name]["fanout_ms"], 0.01) for batch, rows in batches.items()} for name in names
    }
    head = ["fan-out, median ms", *(f"batch {batch}" for batch in batches)]
    rows = [[esc(display_name(name)), *(number(batches[b][name]["fanout_ms"], 1) for b in batches)] for name in names]
    if result["roofline_ms"]:
        floor = {int(batch): value for batch, value in result["roofline_ms"].items()}
        rows.append(["Diffusion’s multiply-adds alone, as plain products", *(number(floor[batch], 1) for batch in batches)])
    if {"folm", "diffusion"} <= set(names):
        ratios = [rows["folm"]["fanout_ms"] / rows["diffusion"]["fanout_ms"] for rows in batches.values()]
        rows.append(["FOLM / diffusion", *(f"{ratio:.0f} ×" for ratio in ratios)])
    return times("The fan-out of a whole batch, median", "queries in the batch", series) + table(head, rows)


def _encoder(result: Mapping) -> str:
    [short] = [key for key in result if key.startswith("matryoshka_")]
    rows = [
        [f'{esc(words(name))}<span class="interval">{of}</span>', number(value, 3), number(result[short][part][name], 3)]
        for part, of in ENCODER_PARTS.items()
        for name, value in result[part].items()
    ]
    speed = ", ".join(f"{value:,.0f} {words(name.removesuffix('_per_s'))} a second" for name, value in result["speed"].items())
    head = ["", "all dimensions", f"first {short.removeprefix('matryoshka_')}"]
    probe = "{top1:.3f}, among the first three {top3:.3f}, mean over the kinds {macro:.3f}".format(**result["linear_probe"])
    note = f"A linear probe of the untouched EfficientNet-Lite0 is right on the phones’ photos in {probe}. {speed}."
    return table(head, rows) + f'<p class="note">{esc(note)}</p>'


def _seen(result: Mapping) -> str:
    names = {"right": "right", "described": "described", "precise": "right where described", "fitting": "queries that fit"}
    rows = [
        [esc(words(part)), number(one["pictures"], 0), *(measured(one[name], 2) if one[name] else "–" for name in names)]
        for part, one in result.items()
    ]
    return table(["", "pictures", *names.values()], rows)


def _scale(result: list[Mapping]) -> str:
    rows = [[esc(row["kind"]), *(number(row[key], digits) for key, digits in SCALE_HEAD.items())] for row in result]
    return table(["index", *map(words, SCALE_HEAD)], rows)


def _oar_beside(result: Mapping | None) -> str:
    shown = []
    for place, name in enumerate(("Polyvore", "Music")):
        rows = [[method, *(number(value, 1) for value in row[place])] for method, row in paper.OAR.items()]
        shown.append(table(["", *paper.OAR_HEAD], rows, f"{name}: a language model’s scores, times 20"))
    return _aside(_ratios(result), *shown)


def _ratios(result: Mapping | None) -> str:
    """Ratios that both have: ours with their intervals, the paper's from its tables."""
    diversity, average = (paper.OAR_HEAD.index(name) for name in ("diversity", "average"))
    rows = []
    for pair, (above, below) in paper.COUNTERPARTS.items():
        for key, column, of in (("diversity", diversity, "diversity"), ("set_f1", average, "quality")):
            theirs = [_ratio(paper.OAR[above][place][column], paper.OAR[below][place][column]) for place in (0, 1)]
            ours = ((result or {}).get("ratios") or {}).get(pair, {}).get(key)
            if theirs[0] is not None:
                names = " / ".join(map(display_name, pair.split("/")))
                rows.append(
                    [f'{esc(names)}<span class="interval">{of}</span>', measured(ours, 2), *(number(v, 2) for v in theirs)]
                )
    caption = "Ratios here, and in the paper on Polyvore and music; quality is set F1 here, the average score there"
    return table(["", "here", "Polyvore", "music"], rows, caption)


def _ratio(above: float | None, below: float | None) -> float | None:
    return None if above is None or below is None else above / below


def _wscr_beside(result: Mapping | None) -> str:
    rows = [[method, *(number(value, 1) for value in row)] for method, row in paper.WSCR.items()]
    return _aside(table(["", *paper.WSCR_HEAD], rows, "Polyvore, in per cent"))


def _latency_beside(result: Mapping | None) -> str:
    rows = [
        [f"batch {batch:,}", f"{slow:g} s", f"{fast:g} s", f"{slow / fast:.0f} ×"]
        for batch, (slow, fast) in paper.LATENCY_SECONDS.items()
    ]
    return _aside(table(["", "autoregressive", "diffusion", "ratio"], rows, "On hardware that the paper does not state"))


def _nothing_beside(result: Mapping | None) -> str:
    return ""


def _aside(*parts: str) -> str:
    return f'<aside class="beside"><p>{esc(OTHER_DATA)}</p>{"".join(parts)}</aside>'


SUITS = {
    "suits": ("Common sense", ""),
    "suits-rainy-sunday": ("The same on songs", " --catalog rainy-sunday"),
    "suits-hearth-and-shelf": ("The same on things for the home", " --catalog hearth-and-shelf"),
}
SUITS_SAY = (
    "Labels say which kinds of thing suit a request and which are wrong; nothing is trained on them. Of what ten directions find "
    "first: the share that suits, the share that is wrong, and the different suiting kinds, of ten. Whiskers are 95 % intervals."
)
SECTIONS = (
    *(
        Section(name, title, SUITS_SAY, f"{COMMAND} suits{option}", _suits, _nothing_beside)
        for name, (title, option) in SUITS.items()
    ),
    Section("fits", "Nothing here fits", "The rival is a threshold on a cosine.", f"{COMMAND} fits", _fits, _nothing_beside),
    Section(
        "oar",
        "Open-ended retrieval",
        "Against the catalogue’s exact labels. On style: the share of the first items that carry what the query asks for; "
        "coverage: different categories among them, of ten; set F1: their harmonic mean. Diversity, alignment, groundedness and "
        "composite are the paper’s rewards. Whiskers are 95 % intervals over terms.",
        f"{COMMAND} oar",
        _oar,
        _oar_beside,
    ),
    Section(
        "oar-photos",
        "The same on real photos",
        "Product photos, asked for by the labels of their shop (usage, season, gender, colour). Coverage counts their types. "
        "FOLM and Diffusion have learned Atelier’s drawings; those named after the photos have learned them.",
        f"{COMMAND} oar --catalog photos --data FOLDER",
        _oar,
        _nothing_beside,
    ),
    Section(
        "pareto",
        "Alignment against diversity",
        "Maximal marginal relevance for several λ (λ 1 is plain search) and the diffusion retriever for several positions of its "
        "dial are curves; the language models are points. Both axes are embedding figures, which MMR optimises with the "
        "catalogue in hand; set F1 is what the labels say. Whiskers are 95 % intervals over terms.",
        f"{COMMAND} pareto",
        pareto.draw,
        _nothing_beside,
    ),
    Section(
        "judge",
        "A language model as judge",
        "The paper’s three questions, 1 to 5 times 20, put to a large language model that does not know whose answer it sees.",
        f"{COMMAND} judge --model MODEL",
        _judge,
        _nothing_beside,
    ),
    Section(
        "wscr",
        "Weakly supervised set retrieval",
        "How much of one reference set, of many that would do, is found among the items of all directions.",
        f"{COMMAND} wscr",
        _wscr,
        _wscr_beside,
    ),
    Section(
        "wscr-stylist",
        "The same on stylists’ outfits",
        "Real outfits without titles: one item’s caption is the query (“complete the look: …”), the others are the set. "
        "FOLM and Diffusion have learned Atelier’s drawings; those named after the stylists have learned their outfits.",
        f"{COMMAND} wscr --catalog stylist",
        _wscr,
        _nothing_beside,
    ),
    Section(
        "wscr-music",
        "The same on playlists",
        "Users’ playlists, asked for by their titles; tracks are read by title, artist and genre.",
        f"{COMMAND} wscr --catalog music",
        _wscr,
        _nothing_beside,
    ),
    Section(
        "pattern",
        "Steering",
        "Joint@24: the share of the items found that carry the wanted attribute and keep the seeds’ pattern. Stage 1 is the "
        "model before it is taught attributes; interpolation, between seeds and attribute, and vector arithmetic are at their "
        "best setting on validation seeds; the filter reads a tenth of the labels, as the models do. Whiskers are 95 % intervals "
        "over patterns.",
        f"{COMMAND} pattern",
        pattern.draw,
        _nothing_beside,
    ),
    Section(
        "pattern-photos",
        "Steering on real photos",
        "The same with models trained on product photos and the labels of their shop.",
        f"{COMMAND} pattern --catalog photos --data FOLDER",
        pattern.draw,
        _nothing_beside,
    ),
    Section(
        "latency",
        "Time",
        "Every method on the same machine in the same run; both axes are logarithmic.",
        f"{COMMAND} latency",
        _latency,
        _latency_beside,
    ),
    Section(
        "encoder",
        "Encoder",
        "On real photos and phrases that no training step reads.",
        f"{COMMAND} encoder --data FOLDER",
        _encoder,
        _nothing_beside,
    ),
    Section(
        "seen",
        "Pictures without words",
        "Named by UUIDs, described by what is seen in them, and the queries made of that.",
        "python -m experiments seen --data FOLDER",
        _seen,
        _nothing_beside,
    ),
    Section(
        "scale",
        "Large indexes",
        "Beside exact search, on vectors drawn like the catalogue’s.",
        "python -m experiments scale",
        _scale,
        _nothing_beside,
    ),
    Section(
        "ablate-pattern",
        "Ablation: steering",
        "MO-DiT trained in another order or without a stage, and HPPO with other candidates or without its filter; each beside "
        "the variant that it is a change of, on validation seeds of all domains together.",
        "python -m experiments ablate pattern",
        pattern.draw_ablation,
        _nothing_beside,
    ),
    *(
        Section(f"ablate-{what}", title, says, f"python -m experiments ablate {what}", ablations.draw, _nothing_beside)
        for what, (title, says) in ablations.TITLES.items()
    ),
)
