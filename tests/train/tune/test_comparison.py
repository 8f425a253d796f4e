"""What is told of a comparison: whether training has helped, by the labels or else by the reward, and what to use."""

import pytest

from r4t_demo.train.tune.comparison import verdict

BEFORE_AFTER = ("folm-before", "folm")


def result(worth: list[float] | None, over_mmr: list[float] | None = None, composite: tuple[float, float] = (0.2, 0.3)) -> dict:
    """A comparison with the ratio of the labels after / before, if any, and over MMR."""
    ratios = {"folm/folm-before": {"set_f1": worth}, "folm/mmr": {"set_f1": over_mmr}}
    methods = {name: {"composite": [mean, mean - 0.01, mean + 0.01]} for name, mean in zip(BEFORE_AFTER, composite, strict=True)}
    return {"n_queries": 30, "methods": methods, "labelled": worth and {"n_queries": 25, "ratios": ratios}}


@pytest.mark.parametrize(
    ("worth", "helped", "begins"),
    [
        ([1.2, 1.05, 1.3], True, "Training has helped. By the catalogue’s labels, on 25 held-out requests"),
        ([1.02, 0.9, 1.1], True, "Training has changed little that so few requests can tell."),
        ([0.9, 0.8, 0.99], False, "Training has not helped."),
    ],
)
def test_the_labels_judge_where_there_are_any(worth, helped, begins) -> None:
    told = verdict(result(worth, composite=(0.3, 0.2)))
    assert told[0] == helped and told[1].startswith(begins)
    assert f"worth {worth[0]:.2f} times what they were ({worth[1]:.2f} to {worth[2]:.2f})" in told[1]
    assert ("FOLM before" in told[1]) != helped and "MMR" not in told[1]


@pytest.mark.parametrize(("composite", "helped"), [((0.2, 0.3), True), ((0.3, 0.2), False)])
def test_the_reward_judges_where_there_are_no_labels(composite, helped) -> None:
    told = verdict(result(None, composite=composite))
    assert told[0] == helped and "By its own reward, on 30 held-out requests" in told[1]


def test_mmr_is_named_where_it_finds_more_by_its_interval() -> None:
    assert "MMR, which needs no training, finds 1.25 times as much" in verdict(result([1.1, 1.0, 1.2], [0.8, 0.7, 0.9]))[1]
    assert "MMR" not in verdict(result([1.1, 1.0, 1.2], [0.8, 0.7, 1.01]))[1]


def test_without_a_figure_nothing_is_told_and_the_tuned_model_answers() -> None:
    assert verdict({"n_queries": 3, "methods": {"folm": {"composite": [0.3, 0.2, 0.4]}}, "labelled": None}) == (True, "")
