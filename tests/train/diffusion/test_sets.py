"""The losses between sets against their definitions."""

from itertools import permutations

import pytest
import torch

from r4t_demo.train.diffusion.sets import match, set_loss
from tests.tiny_models import unit


def test_the_loss_is_the_squared_distance_slot_by_slot() -> None:
    predicted, targets = torch.randn(5, 4, 16), unit(5, 4, 16)
    distances = [(p - t).norm() ** 2 for p, t in zip(predicted.flatten(0, 1), targets.flatten(0, 1), strict=True)]
    torch.testing.assert_close(set_loss(predicted, targets), torch.stack(distances).mean())


@pytest.mark.parametrize("slots", [1, 2, 4])
def test_the_matched_loss_is_the_least_of_all_orders(slots: int) -> None:
    predicted, targets = torch.randn(20, slots, 6, generator=torch.Generator().manual_seed(0)), unit(20, slots, 6, seed=1)
    least = [
        min(((one - set_[list(order)]) ** 2).sum(-1).mean() for order in permutations(range(slots)))
        for one, set_ in zip(predicted, targets, strict=True)
    ]
    torch.testing.assert_close(set_loss(predicted, match(predicted, targets)), torch.stack(least).mean())


def test_the_matched_loss_asks_for_no_order() -> None:
    targets = unit(3, 4, 16)
    predicted = targets[:, [2, 0, 3, 1]].requires_grad_()
    assert set_loss(predicted, match(predicted, targets)).item() == pytest.approx(0, abs=1e-6)
    assert set_loss(predicted, targets).item() > 1
    set_loss(predicted, match(predicted, targets + 0.01)).backward()
    torch.testing.assert_close(predicted.grad, torch.full_like(targets, -0.02 / 12), atol=1e-5, rtol=0)
