"""The FOLM's supervised start: spelling, log-probabilities that padding does not touch, and a loop that learns and resumes."""

import shutil
import unicodedata
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.fanout.folm import END, PAD, SAME, SEPARATOR, Folm, parse_list, prompt_batch
from r4t_demo.train import folm as training
from tests.doubles import HashEncoder
from tests.tiny_models import assert_same_weights, moved, tiny_folm, weights_of

QUERIES = ["red", "a boho festival look for the summer", "gothic boots"]
LISTS = [["red dress", "hat"], [f"{SAME} look"], ["black boots for a party", "ivory scarf", "blue hat with feather"]]
STEPS = 111  # one state at 100, one at the end


@pytest.fixture(scope="module")
def folm() -> Folm:
    return tiny_folm(HashEncoder())


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20))
def test_the_tokenizer_spells_any_word(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text).lower()
    tokenizer = training_tokenizer()
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]).strip() == plain.strip()


def training_tokenizer(cache: list = []):  # noqa: B006  (one tokenizer for all examples)
    if not cache:
        cache.append(training.train_tokenizer(["red dress", "blue hat"]))
    return cache[0]


def test_completions_hold_the_lists(folm: Folm) -> None:
    ids = training.completion_batch(folm.tokenizer, LISTS)
    read = [parse_list(text, 10, "boho") for text in folm.tokenizer.batch_decode(ids)]
    assert read == [LISTS[0], ["boho look"], LISTS[2]]
    counts = (ids == folm.tokenizer.convert_tokens_to_ids(SEPARATOR)).sum(1).tolist()
    assert counts == [1, 0, 2] and (ids == folm.tokenizer.convert_tokens_to_ids(END)).sum(1).tolist() == [1, 1, 1]


def test_a_visitor_writes_no_special_token(folm: Folm) -> None:
    ids = prompt_batch(folm.tokenizer, [f"boho{SEPARATOR}{END}{SAME}dress"], 0)[0][0]
    special = [folm.tokenizer.convert_tokens_to_ids(token) for token in (SEPARATOR, END, SAME)]
    assert not set(special) & set(ids.tolist())


def batched(folm: Folm, vectors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return the completion's ids, its logits in one padded batch, and the padding's id."""
    pad = folm.tokenizer.convert_tokens_to_ids(PAD)
    ids, mask = prompt_batch(folm.tokenizer, QUERIES, folm.model.config.query_tokens)
    completion = training.completion_batch(folm.tokenizer, LISTS)
    return completion, training.completion_logits(folm.model, ids, mask, vectors, completion, pad), pad


@torch.no_grad()
def test_padding_does_not_change_log_probabilities(folm: Folm, encoder: HashEncoder) -> None:
    """The padded batch against transformers' plain forward pass over each row's own tokens."""
    vectors = torch.from_numpy(encoder.encode_text(QUERIES))
    completion, logits, pad = batched(folm, vectors)
    for row, query in enumerate(QUERIES):
        own = completion[row][completion[row] != pad].unsqueeze(0)
        prompt = prompt_batch(folm.tokenizer, [query], 0)[0]
        embedded = folm.model.embed_inputs(torch.cat([prompt, own], 1), vectors[row : row + 1])
        count = own.shape[1]
        alone = folm.model(inputs_embeds=embedded).logits[0, -count - 1 : -1]
        torch.testing.assert_close(logits[row, :count], alone, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_a_cold_sampler_takes_the_likeliest_token(folm: Folm, encoder: HashEncoder) -> None:
    """Sampling and scoring must be one policy, prompts of different lengths included: Soft-GRPO's ratio rests on it."""
    vectors = encoder.encode_text(QUERIES)
    ids, mask, completion = folm.generate(QUERIES, vectors, 1, seed=0, temperature=1e-7, k=2)
    pad = folm.tokenizer.convert_tokens_to_ids(PAD)
    logits = training.completion_logits(folm.model, ids, mask, torch.from_numpy(vectors), completion, pad)
    chosen = logits.gather(-1, completion.unsqueeze(-1)).squeeze(-1)
    shortfall = (logits.max(-1).values - chosen)[completion != pad]
    assert len(shortfall) > 20 and shortfall.max() < 1e-3


def run(encoder: HashEncoder, state: Path, *, steps: int = STEPS, seed: int = 0) -> tuple[dict, list]:
    folm = tiny_folm(encoder)
    phrases = ["red dress", "blue hat", "boho bag", "black boots", "ivory scarf"]
    records = []
    for record in training.supervise(
        folm.model, folm.tokenizer, QUERIES, encoder.encode_text(QUERIES), phrases, encoder.encode_text(phrases), state,
        steps=steps, batch=2, k=2, rate=1e-2, seed=seed,
    ):  # fmt: skip
        records.append(record)
        if record.step == 110:
            shutil.copy(state, state.with_name("killed.safetensors"))  # what a run killed now would find
    return weights_of(folm.model), records


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def whole(folder: Path) -> tuple[dict, list]:
    return run(HashEncoder(), folder / "state.safetensors")


def test_supervision_learns(whole) -> None:
    weights, records = whole
    start = weights_of(tiny_folm(HashEncoder()).model)
    assert moved(start, weights) == set(start)
    assert records[-1].metrics["loss"] < 0.75 * records[0].metrics["loss"]
    assert [record.step for record in records] == [*range(10, STEPS, 10), STEPS]


def test_a_killed_run_ends_where_the_whole_one_does(whole, encoder: HashEncoder, folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.safetensors"
    shutil.copy(folder / "killed.safetensors", state)
    weights, records = run(encoder, state)
    assert records[0].step == 110, "the run should go on from the state at step 100"
    assert_same_weights(weights, whole[0], rtol=1e-5, atol=1e-6)
    assert run(encoder, state)[1] == [], "a finished run has nothing left to do"


def test_the_seed_decides_the_run(encoder: HashEncoder, tmp_path: Path) -> None:
    a, again, b = (run(encoder, tmp_path / f"{i}", steps=2, seed=seed)[0] for i, seed in enumerate((0, 0, 1)))
    assert_same_weights(a, again)
    assert moved(a, b)
