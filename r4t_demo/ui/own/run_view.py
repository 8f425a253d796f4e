"""A run on a visitor's own catalogue as it goes: its stages, its curves, and the answer to one query as the model learns."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.jobs import Status
from r4t_demo.train.tune.presets import PREPARATION, STAGES
from r4t_demo.ui.charts import ticks_of
from r4t_demo.ui.lines import Mark, Scale, linear, lines
from r4t_demo.ui.markup import esc, picture

POINTS = 160  # of a curve that are drawn
GAP = 14  # per cent of a small chart's height that a line's label needs
REWARDS = ("reward", "groundedness", "diversity", "alignment")
PANELS = {  # title: its stage, the name of each metric's line, and values that the axis always spans
    "Reward": ("soft-grpo", dict(zip(REWARDS, REWARDS, strict=True)), ()),
    "Entropy of the policy": ("soft-grpo", {"entropy": ""}, ()),
    "KL to the sampling policy": ("soft-grpo", {"kl": ""}, ()),
    "Share of groups without spread": ("soft-grpo", {"frac_reward_zero_std": ""}, (0.0, 0.2)),
    "Diffusion loss": ("diffusion", {"loss": ""}, ()),
    "Loss of the one-step student": ("one-step", {"loss": ""}, ()),
    "Loss of MO-DiT, which steers": ("steering", {"loss": ""}, ()),
    "Loss of its preferences (HPPO)": ("steering", {"preference_loss": ""}, ()),
}  # fmt: skip
LOADED = "Loaded from a zip; it was trained elsewhere."
LOG_END = 15  # lines of a failed run's log that are seen without opening it
STOPPED = ("failed", "refused", "cancelled", "asks")  # the states in which a stage is left in its middle
FOLDERS = re.compile(r"(?<![\w.:/…])/(?:[^/\s'\",:]+/)+")  # of an absolute path
X_NAMES = {"soft-grpo": "rollout"}


@dataclass
class History:
    """What a job's events have said so far: step -> value of each stage's metrics, and the fixed query's answers."""

    curves: dict[str, dict[str, dict[int, float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    steps: dict[str, tuple[int, int]] = field(default_factory=dict)  # stage -> (step, total)
    answers: list[tuple[int, dict]] = field(default_factory=list)
    moments: dict[str, tuple[float, float]] = field(default_factory=dict)  # stage -> its first and last event, in seconds
    stage: str = ""  # the last one that was heard of
    told: int = 0  # events so far that measured something, or brought an answer

    def add(self, events: Sequence[Mapping]) -> None:
        """Take in further events, in their order."""
        for event in events:
            stage, step = event.get("stage", ""), event.get("step") or 0
            if stage in STAGES:
                self.stage, moment = stage, event.get("time", 0.0)
                self.moments[stage] = self.moments.get(stage, (moment,))[0], moment
            self.steps[stage] = step, event.get("total") or 0
            for name, value in event.get("metrics", {}).items():
                if isinstance(value, int | float):
                    self.curves[stage][name][step] = value
            if answer := event.get("answer"):
                self.answers.append((step, answer))
            self.told += bool(answer or set(event.get("metrics", {})) - {"seconds_left"})


# -- stages ---------------------------------------------------------------------------------------------------------------


def render_stages(status: Status, history: History, left_out: Collection[str] = (), log: str = "") -> str:
    """The run's state in a line, and its stages with how far each is; those ``left_out`` are none of this run.

    Of a run that failed, the end of its ``log`` too.
    """
    names = [name for name in STAGES if name not in left_out and (status.budget or name in PREPARATION)]
    at = len(names) if status.state in ("ready", "done") else names.index(history.stage) if history.stage in names else -1
    if status.state == "done" and not status.budget:
        names = []  # it was trained elsewhere
    rows = "".join(_stage(name, number, at, status, history) for number, name in enumerate(names))
    stages, end = f'<ol class="stages">{rows}</ol>', _log_end(log) if status.state == "failed" else ""
    return f'<section class="run" data-state="{status.state}">{_state(status, history)}{stages}{end}</section>'


def render_log(text: str) -> str:
    """What a run printed, as it is shown: of the machine's paths only the last part."""
    return f"<pre>{esc(FOLDERS.sub('…/', text)) or 'Nothing has been printed yet.'}</pre>"


def _log_end(log: str) -> str:
    lines = "\n".join(log.rstrip().splitlines()[-LOG_END:])
    if not lines:
        return ""
    return f'<div class="log-end"><h3 class="label">The end of its log</h3>{render_log(lines)}</div>'


def _state(status: Status, history: History) -> str:
    """What it is doing, for how long, and for how much longer."""
    work = f"training on the {esc(status.budget)} budget" if status.budget else "reading the catalogue"
    so_far = f"{elapsed(status.seconds)} so far"
    left = f", about {duration(status.seconds_left)} left" if status.seconds_left is not None else ""
    ahead = (status.position or 1) - 1
    words = {
        "queued": f"Waiting: {'next in line' if not ahead else f'{ahead} before it in line'}; it starts by itself.",
        "running": f"{work[0].upper()}{work[1:]}: {so_far}{left}." if history.stage else f"Loading its models: {so_far}.",
        "ready": f"Ready to train; read in {duration(status.seconds)}.",
        "done": f"Trained on the {esc(status.budget)} budget in {elapsed(status.seconds)}." if status.budget else LOADED,
        "cancelled": f"Cancelled after {duration(status.seconds)}. Its process has ended; what it finished is kept.",
        "failed": esc(FOLDERS.sub("…/", status.message)),
        "refused": esc(FOLDERS.sub("…/", status.message)),  # a path would name the job, which is secret
        "asks": "It waits for you to say what its columns mean.",
    }
    kind = "error" if status.state in ("failed", "refused") else "busy" if status.busy else "still"
    return f'<p class="state {kind}">{words[status.state]}</p>'


def _stage(name: str, number: int, at: int, status: Status, history: History) -> str:
    step, total = history.steps.get(name, (0, 0))
    if number < at:
        first, last = history.moments.get(name, (0.0, 0.0))
        kind, share, figure = "past", 1.0, duration(last - first) if last > first else "done"
    elif number == at:
        kind, share = "now", step / total if total else 0.0
        figure = f"{step:,} of {total:,}" if total else ""
        if status.state in STOPPED:
            kind, figure = "stopped", f"<b>{status.state}</b>{f' at {figure}' if figure else ''}"
    else:
        kind, share, figure = "ahead", 0.0, "not begun" if status.state in STOPPED else ""
    current = ' aria-current="step"' if kind == "now" else ""
    return (
        f'<li class="{kind}" data-stage="{name}"{current}><span class="name">{esc(STAGES[name])}</span>'
        f'<span class="bar" aria-hidden="true"><i style="width:{100 * share:.1f}%"></i></span>'
        f'<span class="figure">{figure}</span></li>'
    )


def duration(seconds: float) -> str:
    """So many seconds as a person says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def elapsed(seconds: float) -> str:
    """So many seconds to the second: on the page it is seen to move, also while a long step lasts."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{max(1, seconds)} s"


# -- curves ---------------------------------------------------------------------------------------------------------------


def render_curves(history: History, left_out: Collection[str] = ()) -> str:
    """A chart for everything that is measured, but in the stages ``left_out``; those of later stages keep their place."""
    if "soft-grpo" not in history.curves:
        return ""
    charts = "".join(_chart(title, *panel, history) for title, panel in PANELS.items() if panel[0] not in left_out)
    return f'<section class="figures live"><div class="panels">{charts}</div></section>'


def _chart(title: str, stage: str, metrics: Mapping[str, str], spanned: Sequence[float], history: History) -> str:
    of_each = history.curves.get(stage, {})
    series = {name: _marks(of_each[metric]) for metric, name in metrics.items() if of_each.get(metric)}
    if not series:
        drawn = f'<div class="lines"><h3>{esc(title)}</h3><div class="plot later"><span>not yet</span></div></div>'
    else:
        x_name, x = X_NAMES.get(stage, "step"), _steps(max(history.steps[stage][1], 1))
        dots = all(len(marks) < 3 for marks in series.values())  # a line needs two points to be seen
        drawn = lines(title, x_name, series, x, _heights(series, spanned), dots=dots, gap=GAP)
    return f'<div class="{"many" if len(metrics) > 1 else "one"}" data-panel="{esc(title)}">{drawn}</div>'


def _heights(series: Mapping[str, Sequence[Mark]], spanned: Sequence[float]) -> Scale:
    """An axis that gives a level line some room."""
    values = [mark.y for marks in series.values() for mark in marks]
    slack = 0.05 * abs(values[0]) if max(values) - min(values) < 0.05 * abs(values[0]) else 0.0
    return linear([*values, *spanned, values[0] - slack, values[0] + slack])


def _marks(curve: Mapping[int, float]) -> list[Mark]:
    """The points of a curve, of many an even choice with the last one."""
    steps = sorted(curve)
    every = -(-len(steps) // POINTS)
    return [Mark(step, curve[step]) for step in [*steps[:-1:every], steps[-1]]]


def _steps(total: int) -> Scale:
    """The whole run from the start, so that one sees how much of it is still to come."""
    named = {tick: f"{tick:g}" for tick in ticks_of(0, total) if tick <= total}
    return Scale(lambda value: 100 * value / total, named)


# -- the answer to one query ------------------------------------------------------------------------------------------------


def render_answers(history: History, catalog: Catalog) -> str:
    """The first answer to the fixed query beside the latest one; what is new since is marked."""
    if not history.answers:
        return ""
    (_, first), (step, last) = history.answers[0], history.answers[-1]
    known = set(first["sub_queries"])
    columns = _answer("Before training", first, set(first["sub_queries"]), catalog)
    if len(history.answers) > 1:
        columns += _answer(f"After {step:,} rollouts", last, known, catalog)
    says = "What the language model writes for one query that it is not trained on, and the item that each line finds first."
    return (
        f'<section class="watched"><h3>“<bdi>{esc(last["query"])}</bdi>”, asked again and again</h3>'
        f'<p class="describe">{says}</p><div class="pair">{columns}</div></section>'
    )


def _answer(head: str, answer: Mapping, known: set[str], catalog: Catalog) -> str:
    rows = "".join(
        f'<li class="{"" if text in known else "new"}"><span class="thumb">{_thumb(item_id, catalog)}</span>'
        f'<span class="text">{esc(text)}</span></li>'
        for text, item_id in zip(answer["sub_queries"], answer["items"], strict=False)
    )
    return f'<div><h4 class="label">{esc(head)}</h4><ol>{rows}</ol></div>'


def _thumb(item_id: str, catalog: Catalog) -> str:
    try:
        return picture(catalog[item_id], eager=True)
    except UserError:  # an event of a run on an earlier form of the catalogue
        return ""
