"""What a run on one's own catalogue goes through, and the budgets that it can be given, with what they cost: data alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

MIN_ITEMS = 20  # fewer make no ten different answers
QUERIES = 320  # that are made for a catalogue, in all three splits

STAGES: Mapping[str, str] = {
    "read": "Read the catalogue",
    "embed": "Embed its pictures and texts",
    "queries": "Make broad queries",
    "soft-grpo": "Train the language model on them (Soft-GRPO)",
    "supervision": "Let it write the retriever's training sets",
    "diffusion": "Train the diffusion retriever",
    "one-step": "Train its one-call student",
    "steering": "Train steering by its labels (MO-DiT, HPPO)",
    "evaluate": "Compare before and after",
}  # the name of a progress record's stage -> what happens in it, in this order; "steering" where there are labels to steer by
PREPARATION = ("read", "embed", "queries")  # the stages that need no budget


@dataclass(frozen=True)
class Preset:
    """The sizes of a run's stages: ``rollouts`` of ``batch`` queries x ``group`` lists, and the steps of the two retrievers."""

    purpose: str
    rollouts: int
    batch: int
    group: int
    samples: int  # lists that the FOLM writes for each training query
    diffusion_steps: int
    student_steps: int
    steering: int  # steps of MO-DiT's third stage, the others in proportion (``pattern.recipe.Plan``)


PRESETS: Mapping[str, Preset] = {
    "small": Preset("a first look", 4, 4, 6, 2, 110, 400, 110),
    "medium": Preset("a catalogue in use", 16, 6, 8, 2, 900, 1200, 200),
    "large": Preset("a catalogue that stays", 40, 8, 8, 4, 3000, 3000, 400),
}

SECONDS = {
    "start": 8.0,  # of loading everything
    "read": 0.01,  # of each item
    "embed": 0.015,  # of each item
    "query": 0.01,  # of making it
    "rollout": 0.8,  # of each list in it
    "list": 0.2,  # of the supervision
    "step": 0.3,  # of the teacher's training
    "jump": 0.17,  # of the student's training
    "steered": 0.4,  # of each of those steps, with what goes with it
    "evaluated": 0.7,  # of each test query
}  # on one of two CPU cores, the other of which answers visitors
BFLOAT16 = ("soft-grpo", "diffusion", "one-step", "evaluate")  # the stages that use it
FLOAT32 = 3.3  # times as long they take where the processor does not multiply it itself: 150 songs, measured

TRUST = 10.0  # seconds of the plan that speak as loudly as those that were measured


def plan(preset: Preset, items: int, steers: bool = True, bfloat16: bool = True) -> dict[str, float]:
    """Return the seconds that each stage is expected to take for a catalogue of ``items``.

    ``steers``: it has labels for that; ``bfloat16``: the processor multiplies the format itself.
    """
    seconds = {
        "read": SECONDS["read"] * items,
        "embed": SECONDS["embed"] * items,
        "queries": SECONDS["query"] * QUERIES,
        "soft-grpo": SECONDS["rollout"] * preset.rollouts * preset.batch * preset.group,
        "supervision": SECONDS["list"] * preset.samples * QUERIES * 0.8,
        "diffusion": SECONDS["step"] * preset.diffusion_steps,
        "one-step": SECONDS["jump"] * preset.student_steps,
        "steering": SECONDS["steered"] * preset.steering * steers,
        "evaluate": SECONDS["evaluated"] * QUERIES * 0.1,
    }
    return {name: value * (FLOAT32 if name in BFLOAT16 and not bfloat16 else 1) for name, value in seconds.items()}


def minutes(preset: Preset, items: int, steers: bool = True, bfloat16: bool = True) -> int:
    """Return the minutes that a run is expected to take, one at least."""
    return max(1, round((SECONDS["start"] + sum(plan(preset, items, steers, bfloat16).values())) / 60))


def cost(preset: Preset, items: int, steers: bool = True, bfloat16: bool = True) -> str:
    """Say what a run costs before it starts, in one sentence."""
    number = minutes(preset, items, steers, bfloat16)
    return f"about {number} minute{'s' if number > 1 else ''} for {items:,} items on two CPU cores"


class Clock:
    """How many seconds a run has left: its plan, times how much slower or faster than planned it has been so far."""

    def __init__(self, planned: Mapping[str, float], now: Callable[[], float] = monotonic) -> None:
        self._planned, self._now = dict(planned), now
        self._began = now()
        self._first: float | None = None

    def leave_out(self, stage: str) -> None:
        """Plan without a stage that is still to come."""
        self._planned[stage] = 0.0

    def left(self, stage: str, step: int, total: int) -> float:
        """The seconds left at ``step`` of ``total`` in ``stage``; what an earlier run had done counts for no pace."""
        stages = list(STAGES)
        before = sum(self._planned[name] for name in stages[: stages.index(stage)])
        done = before + self._planned[stage] * step / max(1, total)
        first = self._first = done if self._first is None else self._first
        pace = (TRUST + self._now() - self._began) / (TRUST + done - first)
        return round(pace * (sum(self._planned.values()) - done), 1)
