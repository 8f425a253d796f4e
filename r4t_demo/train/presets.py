"""What a run on one's own catalogue goes through, and the budgets that it can be given, with what they cost: data alone."""

from collections.abc import Mapping
from dataclasses import dataclass

MIN_ITEMS = 20  # fewer make no ten different answers

STAGES: Mapping[str, str] = {
    "read": "Read the catalogue",
    "embed": "Embed its pictures and texts",
    "queries": "Make broad queries",
    "soft-grpo": "Train the language model on them (Soft-GRPO)",
    "supervision": "Let it write the retriever's training sets",
    "diffusion": "Train the diffusion retriever",
    "one-step": "Distil it into one step",
    "evaluate": "Compare before and after",
}  # the name of a progress record's stage -> what happens in it, in this order
PREPARATION = ("read", "embed", "queries")  # the stages that need no budget


@dataclass(frozen=True)
class Preset:
    """The sizes of a run's stages; ``queries`` in all three splits, ``rollouts`` of ``batch`` queries x ``group`` lists."""

    purpose: str
    queries: int
    rollouts: int
    batch: int
    group: int
    samples: int  # lists that the FOLM writes for each training query
    diffusion_steps: int
    student_steps: int


PRESETS: Mapping[str, Preset] = {
    "small": Preset("a first look", 400, 24, 8, 8, 3, 160, 160),
    "medium": Preset("a catalogue in use", 800, 80, 12, 8, 4, 900, 900),
    "large": Preset("as much as the embedded models had", 1600, 200, 16, 8, 8, 3000, 3000),
}

# Seconds on two idle CPU cores: of each item, list, rollout's list, or step.
START, ITEM_READ, ITEM_EMBED, QUERY, ROLLOUT_LIST, LIST, STEP, EVALUATED = 8.0, 0.01, 0.03, 0.01, 0.07, 0.04, 0.3, 0.3


def plan(preset: Preset, items: int) -> dict[str, float]:
    """Return the seconds that each stage is expected to take for a catalogue of ``items``."""
    return {
        "read": START + ITEM_READ * items,
        "embed": ITEM_EMBED * items,
        "queries": QUERY * preset.queries,
        "soft-grpo": ROLLOUT_LIST * preset.rollouts * preset.batch * preset.group,
        "supervision": LIST * preset.samples * preset.queries * 0.8,
        "diffusion": STEP * preset.diffusion_steps,
        "one-step": STEP * preset.student_steps,
        "evaluate": EVALUATED * preset.queries * 0.1,
    }


def cost(preset: Preset, items: int) -> str:
    """Say what a run costs before it starts, in one sentence."""
    minutes = max(1, round(sum(plan(preset, items).values()) / 60))
    return f"about {minutes} minute{'s' if minutes > 1 else ''} for {items:,} items on two CPU cores"
