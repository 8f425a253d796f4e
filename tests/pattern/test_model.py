"""The network: what its output must hang on, and what it must not."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.pattern.context import Context
from r4t_demo.pattern.model import Modit, error
from tests.tiny_models import unit as unit_rows

ATTRIBUTES = [["season", "winter"], ["season", "summer"], ["colour", "red"]]
DIM = 16
VECTORS = unit_rows(30, DIM).numpy()


def tiny_modit(seed: int = 0, trained: bool = True, **options) -> Modit:
    """Random weights everywhere, as if it were trained; a fresh one hides its blocks."""
    torch.manual_seed(seed)
    model = Modit(ATTRIBUTES, dim=DIM, layers=2, heads=2, encoder_id="x", **options).eval()
    if trained:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn(parameter.shape) * 0.15)
    return model


def context_of(seeds: np.ndarray, near: np.ndarray, attribute: Sequence[int]) -> Context:
    """Seeds (B, s) and what lies near (B, n), rows of VECTORS, with marks made by hand."""
    rows = np.concatenate([seeds, near], axis=1)
    is_seed = np.broadcast_to(np.arange(rows.shape[1]) < seeds.shape[1], rows.shape)
    density = np.random.default_rng(3).uniform(0.1, 1, len(VECTORS))[rows]
    marks = np.stack([density, np.full(rows.shape, 0.5), is_seed], axis=-1).astype(np.float32)
    return Context(rows, marks, np.array(attribute))


def ask(model: Modit, seeds: Sequence[int], near: Sequence[int] = (7, 8), attribute: int = 0, seed: int = 0) -> np.ndarray:
    return model.sample(VECTORS, context_of(np.array([seeds]), np.array([near]), [attribute]), [seed], 2)[0]


def four(attribute: Sequence[int] = (0, 0, 0, 0)) -> tuple[torch.Tensor, ...]:
    """Four contexts, as a model takes them."""
    return context_of(np.arange(12).reshape(4, 3), np.arange(12, 20).reshape(4, 2), attribute).tensors(VECTORS)


def test_an_untrained_network_has_read_nothing() -> None:
    model = tiny_modit(trained=False)
    np.testing.assert_allclose(ask(model, [0, 1, 2]), ask(model, [9, 10, 11], (12, 13)), atol=1e-6)


def test_what_is_attended_to_is_copied_before_anything_is_learnt() -> None:
    block = tiny_modit(trained=False).blocks[0]
    with torch.no_grad():
        block.modulation[2] = 1.0  # the gate of attention
        item = torch.from_numpy(VECTORS[5]).expand(1, 4, DIM)
        token = block(torch.zeros(1, DIM), torch.zeros(1, 6, DIM), item, torch.cat([item, torch.zeros(1, 4, 64)], dim=-1))
    np.testing.assert_allclose(token[0], VECTORS[5], atol=1e-5)


def test_attention_is_that_of_keys_and_values_and_a_request_answers_several_queries_at_once() -> None:
    block, generator = tiny_modit().blocks[0], torch.Generator().manual_seed(0)
    shapes = [(6, DIM), (6, 6, DIM), (2, 5, DIM), (2, 5, 64)]
    x, shared, items, marks = (torch.randn(*shape, generator=generator) for shape in shapes)
    marked = torch.cat([items, marks], dim=-1)
    shift1, scale1, gate1, shift2, scale2, gate2 = (shared + block.modulation).unbind(1)
    q = block.q(F.layer_norm(x, (DIM,)) * (1 + scale1) + shift1)
    read = []
    for row in range(6):  # three of each request
        k, v = block.k(marked[row // 3]), block.v(items[row // 3])
        heads = [(q[row, own], k[:, own], v[:, own]) for own in (slice(0, DIM // 2), slice(DIM // 2, DIM))]
        read.append(torch.cat([((k @ q) / (DIM // 2) ** 0.5).softmax(0) @ v for q, k, v in heads]))
    wanted = x + gate1 * block.out(torch.stack(read))
    wanted = wanted + gate2 * block.mlp(F.layer_norm(wanted, (DIM,)) * (1 + scale2) + shift2)
    torch.testing.assert_close(block(x, shared, items, marked), wanted, atol=1e-5, rtol=1e-4)


def test_denoising_little_noise_gives_the_target_back() -> None:
    model, target = tiny_modit(), unit_rows(4, DIM, seed=1)
    near = model(target, torch.full((4,), 1e-6), *four())
    torch.testing.assert_close(near, target, atol=1e-4, rtol=0)


def test_error_is_the_edm_loss_of_a_row() -> None:
    model, target = tiny_modit(), unit_rows(4, DIM, seed=1)
    sigma, noise = torch.tensor([0.01, 0.03, 0.1, 0.3]), torch.randn(4, DIM, generator=torch.Generator().manual_seed(0))
    context = four((0, 1, 2, 3))
    for row, value in enumerate(error(model, target, sigma, noise, *context)):
        s, sd = sigma[row], model.sigma_data
        noisy = target[row] + s * noise[row]
        denoised = model(noisy[None], s[None], *(part[row : row + 1] for part in context))[0]
        wanted = (s**2 + sd**2) / (s * sd) ** 2 * ((denoised - target[row]) ** 2).sum() / DIM
        torch.testing.assert_close(value, wanted)


def test_attribute_and_items_matter_and_their_order_and_neighbours_in_a_batch_do_not() -> None:
    model, own = tiny_modit(), ask(tiny_modit(), [0, 1, 2])
    assert own.shape == (2, DIM)
    np.testing.assert_allclose(np.linalg.norm(own, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(ask(model, [2, 0, 1], (8, 7)), own, atol=1e-5)
    others = [([0, 1, 2], (7, 9)), ([0, 1, 2], (7, 8), 1), ([0, 1, 2], (7, 8), model.none), ([4, 5, 6],)]
    for other in others:
        assert np.abs(own - ask(model, *other)).max() > 1e-3
    assert np.abs(own - ask(model, [0, 1, 2], seed=1)).max() > 1e-3
    context = context_of(np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]]), np.array([[7, 8], [9, 1], [2, 3]]), [0, 2, 1])
    np.testing.assert_allclose(model.sample(VECTORS, context, [0, 5, 6], 2)[0], own, atol=1e-5)


def test_a_request_is_the_mean_of_its_draws() -> None:
    model, context = tiny_modit(draws=3), context_of(np.array([[0, 1, 2], [3, 4, 5]]), np.array([[7, 8], [9, 10]]), [0, 1])
    drawn = model.sample(VECTORS, context, [7, 8], 3).mean(1)
    wanted = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    np.testing.assert_allclose(model.generate(VECTORS, context, [7, 8]), wanted, atol=1e-6)
