"""Files that are whole or absent, states that carry on exactly, and the learning rate's course."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.files import write_atomically
from r4t_demo.train.core.progress import load_state, move_folder, one_cycle, save_state
from tests.tiny_models import assert_same_weights, weights_of


@pytest.mark.parametrize("before", [None, "old"])
def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "file.txt"
    if before:
        path.write_text(before)

    def write(temporary: Path) -> None:
        temporary.write_text("half")
        assert temporary.parent == path.parent and temporary != path, "os.replace must stay on one disk"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, write)
    assert [file.name for file in tmp_path.iterdir()] == (["file.txt"] if before else [])
    assert not before or path.read_text() == before


def test_a_finished_write_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    for text in ("one", "two"):
        write_atomically(path, lambda temporary, text=text: temporary.write_text(text))
    assert path.read_text() == "two" and len(list(path.parent.iterdir())) == 1


def learner(seed: int) -> tuple[torch.nn.Module, torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    model, ema = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    return model, ema, torch.optim.AdamW(model.parameters(), lr=0.1)


def advance(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for step in range(steps):
        optimizer.zero_grad()
        (model(torch.full((1, 3), float(step + 1))) ** 2).sum().backward()
        optimizer.step()


def test_a_state_carries_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    model, ema, optimizer = learner(0)
    assert load_state(path, model, optimizer, ema) == 0, "no file: from the start"
    advance(model, optimizer, 3)
    save_state(path, model, optimizer, 3, ema)
    other, other_ema, other_optimizer = learner(1)
    assert load_state(path, other, other_optimizer, other_ema) == 3
    assert_same_weights(weights_of(ema), weights_of(other_ema))
    advance(model, optimizer, 4)
    advance(other, other_optimizer, 4)
    assert_same_weights(weights_of(model), weights_of(other))


@given(st.integers(1, 50), st.integers(51, 500))
def test_the_learning_rate_rises_to_one_and_falls_to_nothing(warmup: int, total: int) -> None:
    factors = [one_cycle(step, total, warmup) for step in range(total)]
    assert factors[warmup - 1] == 1 and all(0 <= factor <= 1 for factor in factors)
    assert factors[:warmup] == sorted(factors[:warmup])
    assert factors[warmup:] == sorted(factors[warmup:], reverse=True)
    assert one_cycle(total, total, warmup) == pytest.approx(0, abs=1e-6)


def test_a_staged_folder_moves_in_beside_what_is_there(tmp_path: Path) -> None:
    staged, folder = tmp_path / "staged", tmp_path / "folder"
    staged.mkdir()
    folder.mkdir()
    (staged / "weights").write_text("new")
    (folder / "weights").write_text("old")
    (folder / "README.md").write_text("card")
    move_folder(staged, folder)
    assert not staged.exists()
    assert {file.name: file.read_text() for file in folder.iterdir()} == {"weights": "new", "README.md": "card"}
