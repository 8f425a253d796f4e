"""The network: what its output must hang on, and what it must not."""

import numpy as np
import torch

from r4t_demo.pattern.model import CONTEXT, GAIN, Modit, error
from tests.tiny_models import unit as unit_rows

ATTRIBUTES = [["season", "winter"], ["season", "summer"], ["colour", "red"]]
DIM = 16


def tiny_modit(seed: int = 0, trained: bool = True, **options) -> Modit:
    """Random weights everywhere, as if it were trained; a fresh one hides its blocks."""
    torch.manual_seed(seed)
    model = Modit(ATTRIBUTES, dim=DIM, width=32, layers=2, heads=2, encoder_id="x", **options).eval()
    if trained:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn(parameter.shape) * 0.15)
    return model


def ask(model: Modit, items: np.ndarray, attribute: int = 0, seed: int = 0) -> np.ndarray:
    return model.sample(items[None], np.array([attribute]), [seed], 2)[0]


def test_an_untrained_network_answers_by_vector_arithmetic() -> None:
    items, model = unit_rows(6, 3, DIM).numpy(), tiny_modit(trained=False)
    model.directions[:-1] = unit_rows(3, DIM, seed=1)
    for attribute in range(4):
        guess = items.mean(1) + GAIN * model.directions[attribute].numpy()
        queries = model.generate(items, np.full(6, attribute), range(6))
        assert (np.einsum("bd,bd->b", queries, guess / np.linalg.norm(guess, axis=1, keepdims=True)) > 0.97).all()
    assert not model.directions[model.none].any()


def test_denoising_little_noise_gives_the_target_back() -> None:
    model, items, target = tiny_modit(), unit_rows(4, 3, DIM), unit_rows(4, DIM, seed=1)
    near = model(target, torch.full((4,), 1e-6), items, torch.zeros(4, dtype=torch.long))
    torch.testing.assert_close(near, target, atol=1e-4, rtol=0)


def test_error_is_the_edm_loss_of_a_row() -> None:
    model, items, target = tiny_modit(), unit_rows(4, 3, DIM), unit_rows(4, DIM, seed=1)
    sigma, noise = torch.tensor([0.01, 0.03, 0.1, 0.3]), torch.randn(4, DIM, generator=torch.Generator().manual_seed(0))
    attribute = torch.tensor([0, 1, 2, 3])
    for row, value in enumerate(error(model, target, sigma, noise, items, attribute)):
        s, sd = sigma[row], model.sigma_data
        noisy = target[row] + s * noise[row]
        denoised = model(noisy[None], s[None], items[row : row + 1], attribute[row : row + 1])[0]
        wanted = (s**2 + sd**2) / (s * sd) ** 2 * ((denoised - target[row]) ** 2).sum() / DIM
        torch.testing.assert_close(value, wanted)


def test_order_attribute_and_items_matter_and_neighbours_in_a_batch_do_not() -> None:
    model, items = tiny_modit(), unit_rows(3, 4, DIM).numpy()
    own = ask(model, items[0])
    assert own.shape == (2, DIM)
    np.testing.assert_allclose(np.linalg.norm(own, axis=1), 1, atol=1e-5)
    for other in (ask(model, items[0, ::-1]), ask(model, items[0], 1), ask(model, items[0], model.none), ask(model, items[1])):
        assert np.abs(own - other).max() > 1e-3
    assert np.abs(own - ask(model, items[0], seed=1)).max() > 1e-3
    together = model.sample(items, np.array([0, 2, 1]), [0, 5, 6], 2)
    np.testing.assert_allclose(together[0], own, atol=1e-5)


def test_more_seeds_than_are_read_are_read_evenly() -> None:
    model, items = tiny_modit(), unit_rows(2 * CONTEXT - 1, DIM).numpy()
    np.testing.assert_allclose(ask(model, items), ask(model, items[::2]), atol=1e-6)


def test_a_request_is_the_mean_of_its_draws() -> None:
    model, items = tiny_modit(draws=3), unit_rows(2, 3, DIM).numpy()
    drawn = model.sample(items, np.array([0, 1]), [7, 8], 3).mean(1)
    wanted = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    np.testing.assert_allclose(model.generate(items, np.array([0, 1]), [7, 8]), wanted, atol=1e-6)
