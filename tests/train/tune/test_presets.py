"""What a run costs, before and while it runs."""

import pytest

from r4t_demo.train.tune.presets import PRESETS, STAGES, Clock, cost, plan

PLANNED = dict.fromkeys(STAGES, 10.0)


@pytest.mark.parametrize("name", PRESETS)
def test_every_stage_has_its_cost_and_more_items_cost_more(name: str) -> None:
    few, many = plan(PRESETS[name], 300), plan(PRESETS[name], 5000)
    assert list(few) == list(STAGES) and sum(many.values()) > sum(few.values())
    assert "minute" in cost(PRESETS[name], 300) and "5,000 items" in cost(PRESETS[name], 5000)


def test_budgets_grow() -> None:
    totals = [sum(plan(preset, 300).values()) for preset in PRESETS.values()]
    assert totals == sorted(totals) and totals[0] <= 360, "small is six minutes at most"


def test_what_multiplies_takes_longer_where_no_bfloat16_is_multiplied() -> None:
    fast, slow = plan(PRESETS["small"], 300), plan(PRESETS["small"], 300, bfloat16=False)
    slower = [name for name in STAGES if slow[name] > fast[name]]
    assert slower == ["soft-grpo", "diffusion", "one-step", "evaluate"], "a compiled language model writes the sets as fast"
    assert all(slow[name] >= fast[name] for name in STAGES)
    assert cost(PRESETS["small"], 300, bfloat16=False) != cost(PRESETS["small"], 300)


def run(pace: float, began: int = 0) -> list[tuple[float, float]]:
    """(true seconds left, what the clock says) along a run of ``pace`` times its plan, from ``began`` seconds of it on."""
    now, whole = 0.0, 10 * len(STAGES)
    clock = Clock(PLANNED, lambda: now)
    told = []
    for done in range(began, whole + 1):
        now = (done - began) * pace
        stage = min(done // 10, len(STAGES) - 1)
        told.append((pace * (whole - done), clock.left(list(STAGES)[stage], done - 10 * stage, 10)))
    return told


@pytest.mark.parametrize("pace", [0.5, 1.0, 4.0])
def test_the_estimate_is_corrected_by_what_it_took(pace: float) -> None:
    told = run(pace)
    assert told[0][1] == 10 * len(STAGES), "at first there is only the plan"
    errors = [abs(said - true) / max(true, 1) for true, said in told]
    assert told[-1] == (0, 0) and errors[60] <= 0.25 and errors[60] <= errors[5] + 1e-9


def test_what_there_are_no_labels_for_is_neither_planned_nor_waited_for() -> None:
    preset = PRESETS["small"]
    whole, without = plan(preset, 300), plan(preset, 300, steers=False)
    assert whole["steering"] > 0 and without == whole | {"steering": 0.0}
    assert cost(PRESETS["large"], 300, steers=False) != cost(PRESETS["large"], 300)
    clock = Clock(PLANNED, lambda: 0.0)
    clock.leave_out("steering")
    assert clock.left("read", 0, 1) == 10 * (len(STAGES) - 1)


def test_what_an_earlier_run_had_done_counts_for_no_pace() -> None:
    told = run(1.0, began=70)
    assert [said for _, said in told] == pytest.approx([true for true, _ in told], abs=0.1)
