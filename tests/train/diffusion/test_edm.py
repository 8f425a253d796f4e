"""Training the diffusion retriever: the EDM loss literally, and a loop that learns, repeats and resumes."""

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from r4t_demo.fanout.denoiser import DenoiserConfig, SetDenoiser
from r4t_demo.train.diffusion import edm
from r4t_demo.train.diffusion.sets import TrainingSets
from tests.doubles import HashEncoder
from tests.tiny_models import KINDS, assert_same_weights, moved, save_retriever, tiny_denoiser, unit, weights_of

STEPS = 221  # one state at 200, one at the end


@pytest.mark.parametrize("kind", KINDS)
def test_an_untrained_denoiser_has_a_loss_of_one(kind: str) -> None:
    model = SetDenoiser(DenoiserConfig(**(KINDS[kind] | {"dim": 16})))
    loss = edm.edm_loss(model, unit(3000, 4, 16), unit(3000, 16, seed=1), torch.Generator().manual_seed(0))
    assert loss.item() == pytest.approx(1, abs=0.03)


class HalfDenoiser:
    """Halves its input and keeps what it was given."""

    sigma_data, no_query = 0.25, torch.full((16,), 7.0)

    def __call__(self, noisy: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        self.noisy, self.sigma, self.query = noisy, sigma, query
        return noisy / 2


def test_the_loss_is_the_weighted_squared_error() -> None:
    model, targets, queries = HalfDenoiser(), unit(2000, 4, 16), unit(2000, 16, seed=1)
    loss = edm.edm_loss(model, targets, queries, torch.Generator().manual_seed(0))
    terms = [
        (s**2 + 0.25**2) / (s * 0.25) ** 2 * ((noisy / 2 - target) ** 2).mean()
        for s, noisy, target in zip(model.sigma.tolist(), model.noisy, targets, strict=True)
    ]
    assert loss.item() == pytest.approx(float(np.mean(terms)), rel=1e-4)
    noise = (model.noisy - targets) / model.sigma.view(-1, 1, 1)
    assert noise.mean().item() == pytest.approx(0, abs=0.02) and noise.std().item() == pytest.approx(1, abs=0.02)
    assert model.sigma.log().mean().item() == pytest.approx(edm.LOG_SIGMA_MEAN, abs=0.1)
    assert model.sigma.log().std().item() == pytest.approx(edm.LOG_SIGMA_STD, abs=0.1)


def test_one_query_in_ten_is_dropped_whole() -> None:
    model, queries = HalfDenoiser(), unit(2000, 16, seed=1)
    edm.edm_loss(model, unit(2000, 4, 16), queries, torch.Generator().manual_seed(0))
    dropped = (model.query == model.no_query).all(1)
    assert torch.equal(model.query[~dropped], queries[~dropped])
    assert dropped.float().mean().item() == pytest.approx(edm.QUERY_DROP, abs=0.025)


def run(state: Path, *, kind: str = "mini", steps: int = STEPS, seed: int = 0) -> tuple[dict, dict, list]:
    """Train on three queries with a set each; return the weights, the average's weights and the records."""
    model = tiny_denoiser(kind=kind)
    ema = copy.deepcopy(model).requires_grad_(False)
    items, queries = unit(30, 16).numpy(), unit(3, 16, seed=1).numpy()
    query_of, rows = np.array([0, 1, 2]), np.array([[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]])
    records = []
    sets = TrainingSets(queries, query_of, rows, items)
    for record in edm.train(model, ema, sets, state, steps=steps, batch=8, seed=seed):
        records.append(record)
        if record.step == 220:
            shutil.copy(state, state.with_name("killed.safetensors"))  # what a run killed now would find
    return weights_of(model), weights_of(ema), records


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(kind)


@pytest.fixture(scope="module")
def whole(kind: str, folder: Path) -> tuple[dict, dict, list]:
    return run(folder / "state.safetensors", kind=kind)


def test_training_learns_and_averages(whole, kind: str) -> None:
    weights, average, records = whole
    start = weights_of(tiny_denoiser(kind=kind))
    assert moved(start, weights) == moved(start, average) == set(start)
    assert moved(weights, average)
    assert records[-1].metrics["loss"] < 0.8 * records[0].metrics["loss"]
    assert [record.step for record in records] == [*range(20, STEPS, 20), STEPS]
    assert all(record.stage == "diffusion" and record.total == STEPS for record in records)


def test_a_killed_run_ends_where_the_whole_one_does(whole, kind: str, folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.safetensors"
    shutil.copy(folder / "killed.safetensors", state)
    weights, average, records = run(state, kind=kind)
    assert records[0].step == 220, "the run should go on from the state at step 200"
    assert_same_weights(weights, whole[0], rtol=1e-5, atol=1e-6)
    assert_same_weights(average, whole[1], rtol=1e-5, atol=1e-6)
    assert run(state, kind=kind)[2] == [], "a finished run has nothing left to do"


def test_the_seed_decides_the_run(tmp_path: Path) -> None:
    a, again, b = (run(tmp_path / f"{i}", steps=3, seed=seed)[0] for i, seed in enumerate((0, 0, 1)))
    assert_same_weights(a, again)
    assert moved(a, b)


def test_new_models_start_alike_and_apart() -> None:
    model, ema = edm.new_models(16, 4, "hash")
    assert_same_weights(weights_of(model), weights_of(ema))
    assert not any(parameter.requires_grad for parameter in ema.parameters())
    assert all(a.data_ptr() != b.data_ptr() for a, b in zip(model.parameters(), ema.parameters(), strict=True))


def test_saving_keeps_the_model_card(encoder: HashEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "diffusion"
    folder.mkdir()
    (folder / "README.md").write_text("our card")
    save_retriever(tiny_denoiser(encoder.id, dim=encoder.dim), encoder, folder)
    assert (folder / "README.md").read_text() == "our card"
    assert [path.name for path in tmp_path.iterdir()] == ["diffusion"], "nothing staged is left behind"
