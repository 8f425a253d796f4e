"""The denoiser in both its configurations: EDM's identities, no order among the slots, and the paper's size."""

import numpy as np
import pytest
import torch

from r4t_demo.fanout.denoiser import PAPER, DenoiserConfig, SetDenoiser
from tests.tiny_models import KINDS, tiny_denoiser, unit


@pytest.fixture(params=KINDS)
def model(request: pytest.FixtureRequest) -> SetDenoiser:
    return tiny_denoiser(kind=request.param).eval()


def test_the_paper_configuration_has_the_papers_size() -> None:
    with torch.device("meta"):
        model = SetDenoiser(DenoiserConfig(**PAPER))
    assert abs(sum(parameter.numel() for parameter in model.parameters()) - 53.9e6) < 0.1e6
    assert (model.slots, model.dim, len(model.blocks)) == (12, 128, 6)
    for block in model.blocks:
        assert block.qkv.in_features == block.mlp[0].out_features == 1024
        assert block.heads == block.cross.heads == 16 and block.drop.p == 0.1


def test_without_noise_the_denoiser_is_the_identity(model: SetDenoiser) -> None:
    x = unit(5, 4, 16)
    torch.testing.assert_close(model(x, torch.full((5,), 1e-6), unit(5, 16)), x, atol=1e-4, rtol=0)


def test_in_pure_noise_the_denoiser_is_the_network_alone(model: SetDenoiser, monkeypatch) -> None:
    """c_skip sigma -> 0 and c_out -> sigma_data as sigma grows."""
    monkeypatch.setattr(model, "network", lambda x, c_noise, query: torch.ones_like(x))
    denoised = model(1e6 * torch.randn(5, 4, 16), torch.full((5,), 1e6), unit(5, 16))
    torch.testing.assert_close(denoised, torch.full((5, 4, 16), model.sigma_data), atol=1e-5, rtol=0)


@pytest.mark.parametrize("sigma", [0.002, 0.05, 0.25, 1.0, 4.0])
def test_the_network_sees_and_predicts_unit_variance(model: SetDenoiser, monkeypatch, sigma: float) -> None:
    """Karras et al. 2022, B.6: c_in, and c_out with c_skip, keep input and target at variance 1 at every noise level."""
    clean, query = unit(2000, 4, 16), unit(2000, 16, seed=1)
    noisy = clean + sigma * torch.randn(clean.shape, generator=torch.Generator().manual_seed(2))
    seen, outputs = [], []
    for constant in (0.0, 1.0):
        monkeypatch.setattr(model, "network", lambda *inputs, c=constant: seen.append(inputs) or torch.full_like(inputs[0], c))
        outputs.append(model(noisy, torch.full((2000,), sigma), query))
    x, c_noise, query_in = seen[0]
    target = (clean - outputs[0]) / (outputs[1] - outputs[0])  # what the network must say for D to be the clean set
    for values in (x, target, query_in):
        assert values.square().mean().item() == pytest.approx(1, abs=0.03)
    torch.testing.assert_close(c_noise, torch.full((2000,), np.log(sigma) / 4, dtype=torch.float32))


def test_slots_have_no_order(model: SetDenoiser) -> None:
    x, sigma, query = unit(3, 4, 16), torch.tensor([0.1, 0.3, 2.0]), unit(3, 16, seed=1)
    order = [2, 0, 3, 1]
    torch.testing.assert_close(model(x[:, order], sigma, query), model(x, sigma, query)[:, order], atol=1e-5, rtol=1e-4)


def test_slots_look_at_each_other_at_the_query_and_at_the_noise_level(model: SetDenoiser, monkeypatch) -> None:
    x, level, query = unit(1, 4, 16), torch.tensor([0.2]), unit(1, 16, seed=1)
    changed = x.clone()
    changed[:, 0] = unit(1, 16, seed=2)
    before = model.network(x, level, query)
    assert (model.network(changed, level, query) - before)[:, 1:].abs().max() > 1e-3
    assert (model.network(x, level, unit(1, 16, seed=3)) - before).abs().max() > 1e-3
    assert (model.network(x, level + 0.3, query) - before).abs().max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_fresh_blocks_are_the_identity(kind: str) -> None:
    block = SetDenoiser(DenoiserConfig(**(KINDS[kind] | {"dim": 16}))).eval().blocks[0]
    x = torch.randn(2, 5, 32)
    torch.testing.assert_close(block(x, torch.zeros(2, 6, 32), torch.randn(2, 2, 16)), x)
