"""A language model that is compiled for the CPU reads as the same model does in PyTorch, but for the rounding of its weights."""

import pytest
import torch

from r4t_demo.fanout import compiled as engine
from r4t_demo.fanout.compiled import Compiled, graph_of
from r4t_demo.fanout.decoding import Guided, left_padded, logits_of, session_of
from r4t_demo.fanout.folm import Folm
from tests.doubles import HashEncoder
from tests.tiny_models import compiled, list_writer

CLOSE = {"rtol": 1e-3, "atol": 2e-4}


@pytest.fixture(autouse=True)
def plain_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that multiplies float32 alone."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)


@pytest.fixture
def writer(encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch) -> Folm:
    """A model whose weights stand on the grid that they are rounded to, so that the two can be compared exactly."""
    folm = list_writer(encoder)
    with torch.no_grad():
        for weight in folm.model.parameters():
            if weight.dim() == 2:
                groups = weight.view(len(weight), -1, min(engine.GROUP, weight.shape[1]))
                scale = groups.abs().amax(-1, keepdim=True).clamp(min=1e-30) / 127
                groups.copy_((groups / scale).round() * scale)
    return folm


def padded(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    return left_padded([*map(torch.tensor, rows)])


def whole(folm: Folm, row: list[int]) -> torch.Tensor:
    """The scores behind a row that is read at once and alone, in PyTorch."""
    with torch.no_grad():
        return folm.model(input_ids=torch.tensor([row])).logits[0, -1]


@torch.no_grad()
def test_rows_that_go_on_split_and_end_are_read_as_each_is_alone(writer: Folm) -> None:
    rows = [[5, 6, 7, 8], [9, 10], [11, 12, 13]]
    for model in (writer.model, Compiled(graph_of(writer.model))):
        session = session_of(model)
        scores = session.read(*padded(rows))
        for row, each in zip(rows, scores, strict=True):
            torch.testing.assert_close(each, whole(writer, row), **CLOSE)
        kept = torch.tensor([2, 0, 0])  # the second ends, the first goes on twice
        scores = session.read(torch.tensor([[3], [4], [5]]), torch.ones(3, 1, dtype=torch.long), kept)
        rows = [[*rows[2], 3], [*rows[0], 4], [*rows[0], 5]]
        for row, each in zip(rows, scores, strict=True):
            torch.testing.assert_close(each, whole(writer, row), **CLOSE)
        scores = session.read(torch.tensor([[6], [7], [8]]), torch.ones(3, 1, dtype=torch.long))
        for row, token, each in zip(rows, (6, 7, 8), scores, strict=True):
            torch.testing.assert_close(each, whole(writer, [*row, token]), **CLOSE)
        rows = [[5, 6, 7, 8], [9, 10], [11, 12, 13]]


@pytest.mark.parametrize(
    "rows",
    [
        [[5, 6, 7, 8, 9], [5, 6, 7, 3], [5, 6, 7, 4, 4, 4, 4]],  # a beginning in common
        [[5, 6, 7], [5, 6, 7, 8]],  # one is the other's beginning
        [[5, 6, 7], [5, 6, 7]],
        [[5, 6], [7, 8]],
        [[5], [5, 6]],
        [[5, 6, 7]],
    ],
    ids=str,
)
@torch.no_grad()
def test_prompts_are_read_as_each_is_alone(writer: Folm, rows: list[list[int]]) -> None:
    for model in (writer.model, Compiled(graph_of(writer.model))):
        session = session_of(model)
        scores = session.read_prompts(*padded(rows))
        further = session.read(torch.full((len(rows), 1), 3), torch.ones(len(rows), 1, dtype=torch.long))
        for row, first, second in zip(rows, scores, further, strict=True):
            torch.testing.assert_close(first, whole(writer, row), **CLOSE)
            torch.testing.assert_close(second, whole(writer, [*row, 3]), **CLOSE)


def test_prompts_are_padded_on_the_left() -> None:
    ids, mask = padded([[5, 6, 7], [8]])
    assert ids.tolist() == [[5, 6, 7], [0, 0, 8]] and mask.tolist() == [[1, 1, 1], [0, 0, 1]]


@torch.no_grad()
def test_guidance_moves_away_from_what_the_bare_prompt_says(writer: Folm) -> None:
    """Sanchez et al. (2023), equation 7, row by row, through rows that go on, split and end."""
    rows, bare = [[5, 6, 7, 8], [5, 9], [5, 6, 13]], [5, 6]

    def expected(row: list[int], read: list[int], strength: float) -> torch.Tensor:
        asked, without = (whole(writer, [*prompt, *read]).log_softmax(-1) for prompt in (row, bare))
        return (without + strength * (asked - without)).softmax(-1)

    for strength in (0.0, 1.0, 1.5, 3.0):
        for model in (writer.model, Compiled(graph_of(writer.model))):
            session = Guided(session_of(model), strength, torch.tensor(bare))
            for row, each in zip(rows, session.read_prompts(*padded(rows)).softmax(-1), strict=True):
                torch.testing.assert_close(each, expected(row, [], strength), **CLOSE)
            scores = session.read(torch.tensor([[3], [4], [5]]), torch.ones(3, 1, dtype=torch.long), torch.tensor([2, 0, 0]))
            for row, token, each in zip((2, 0, 0), (3, 4, 5), scores.softmax(-1), strict=True):
                torch.testing.assert_close(each, expected(rows[row], [token], strength), **CLOSE)
            scores = session.read(torch.tensor([[6], [7], [8]]), torch.ones(3, 1, dtype=torch.long))
            for row, tokens, each in zip((2, 0, 0), ([3, 6], [4, 7], [5, 8]), scores.softmax(-1), strict=True):
                torch.testing.assert_close(each, expected(rows[row], tokens, strength), **CLOSE)


def test_what_prompts_have_in_common_is_read_once(writer: Folm) -> None:
    session, read = session_of(Compiled(graph_of(writer.model))), []
    one = session.read
    session.read = lambda ids, mask, rows=None: read.append(ids.numel()) or one(ids, mask, rows)
    session.read_prompts(*padded([[5, 6, 7, 8, 9, 3, index] for index in range(6)]))
    assert read == [6, 6], "six tokens of one row, one token of six"


@torch.no_grad()
def test_it_writes_the_same_lists(writer: Folm) -> None:
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    queries = ["boho", "gothic black boots for a party", "hat"]
    served = compiled(writer)
    texts = writer.generate(queries, 4, **options).texts
    assert served.generate(queries, 4, **options).texts == texts
    assert [served.generate([query], 4, **options).texts for query in queries] == [texts[i : i + 4] for i in (0, 4, 8)]


@torch.no_grad()
def test_it_scores_what_is_written(writer: Folm) -> None:
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    expected = writer.model(input_ids=ids).logits[:, -3:]
    for model in (writer.model, Compiled(graph_of(writer.model))):
        torch.testing.assert_close(logits_of(model, ids, 3), expected, **CLOSE)


def test_sessions_do_not_disturb_each_other(writer: Folm) -> None:
    model = Compiled(graph_of(writer.model))
    first, second = session_of(model), session_of(model)
    first.read(*padded([[5, 6, 7]]))
    second.read(*padded([[9, 10], [11, 12]]))
    one = torch.ones(1, 1, dtype=torch.long)
    torch.testing.assert_close(first.read(4 * one, one)[0], whole(writer, [5, 6, 7, 4]), **CLOSE)
