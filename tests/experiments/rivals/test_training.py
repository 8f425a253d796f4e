"""Training the set regressor: what each of its two losses learns."""

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.rivals import training
from experiments.rivals.regression import SetRegressor
from r4t_demo.train.diffusion.sets import TrainingSets, match
from tests.tiny_models import TINY, assert_same_weights, moved, unit, weights_of

STEPS = 221  # one state at 200, one at the end
ITEMS, QUERIES = unit(30, 16), unit(3, 16, seed=1)
ROWS = [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]]
BACK = [row[::-1] for row in ROWS]


@pytest.mark.parametrize("matched", [False, True])
def test_an_untrained_regressor_has_a_loss_of_one(matched: bool) -> None:
    model, ema = training.new_models(16, 4, "hash")
    assert_same_weights(weights_of(model), weights_of(ema))
    assert training.loss(model(unit(9, 16)), unit(9, 4, 16), matched=matched).item() == pytest.approx(1, abs=1e-5)


def tiny_regressor() -> SetRegressor:
    torch.manual_seed(0)
    return SetRegressor(**TINY, dim=16, encoder_id="hash")


def run(state: Path, *, matched: bool, rows: list = ROWS) -> tuple[SetRegressor, list]:
    """Train on three queries, with a set or more each; return the moving average and the records."""
    model = tiny_regressor()
    ema = copy.deepcopy(model).requires_grad_(False)
    sets = TrainingSets(QUERIES.numpy(), np.arange(len(rows)) % 3, np.array(rows), ITEMS.numpy())
    records = []
    for record in training.train(model, ema, sets, state, matched=matched, steps=STEPS, batch=16, rate=3e-3, decay=0.99):
        records.append(record)
        if record.step == 220:
            shutil.copy(state, state.with_name("killed.safetensors"))
    return ema.eval(), records


@pytest.mark.parametrize("matched", [False, True])
def test_training_learns_and_a_killed_run_ends_where_the_whole_one_does(matched: bool, tmp_path: Path) -> None:
    ema, records = run(tmp_path / "state.safetensors", matched=matched)
    assert records[-1].metrics["loss"] < 0.3 * records[0].metrics["loss"]
    assert {record.stage for record in records} == {"regression-matched" if matched else "regression"}
    start = weights_of(tiny_regressor())
    assert set(start) - moved(start, weights_of(ema)) == {"backbone.no_query"}, "there is always a query"
    shutil.copy(tmp_path / "killed.safetensors", tmp_path / "again.safetensors")
    again, records = run(tmp_path / "again.safetensors", matched=matched)
    assert records[0].step == 220, "the run should go on from the state at step 200"
    assert_same_weights(weights_of(again), weights_of(ema), rtol=1e-5, atol=1e-6)


def test_only_the_matched_loss_sees_through_another_order_of_the_same_set(tmp_path: Path) -> None:
    """Each query has its set twice, the second time back to front: slot by slot, the best answer is a mean of two targets."""
    wanted = ITEMS[torch.tensor(ROWS)]
    found = {}
    for matched in (False, True):
        ema, _ = run(tmp_path / f"{matched}.safetensors", matched=matched, rows=ROWS + BACK)
        with torch.inference_mode():
            found[matched] = torch.nn.functional.cosine_similarity(match(ema(QUERIES), wanted), ema(QUERIES), dim=-1)
    assert found[True].mean() > 0.9 > 0.8 > found[False].mean()
