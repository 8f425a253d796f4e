"""The fan-out language model as its callers meet it: lists that parse, stop, repeat and fit their encoder."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.fanout import folm as module
from r4t_demo.fanout.folm import END, MAX_NEW_TOKENS, PAD, SAME, SEPARATOR, SPARE, Folm, parse_list
from r4t_demo.fanout.words import core_of
from r4t_demo.train import folm as training
from tests.doubles import HashEncoder
from tests.tiny_models import tiny_folm

QUERIES = ["boho", "gothic black boots for a party"]
WORDS = st.lists(st.sampled_from(["red", "boho", "dress", "hat", "ÉTÉ"]), min_size=1, max_size=3).map(" ".join)
PIECES = st.one_of(WORDS, st.sampled_from(["", " ", "\n", SAME, SEPARATOR, END, PAD, "<", "sep>"]))


class Leaning(torch.nn.Module):
    """An output layer that adds a constant to some tokens' logits."""

    def __init__(self, head: torch.nn.Module, bias: torch.Tensor) -> None:
        super().__init__()
        self.head, self.bias = head, bias

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.head(hidden) + self.bias


def leaning(encoder: HashEncoder, **logits: float) -> Folm:
    folm = tiny_folm(encoder)
    bias = torch.zeros(len(folm.tokenizer))
    for token, value in logits.items():
        bias[folm.tokenizer.convert_tokens_to_ids(f"<{token}>")] = value
    folm.model.lm_head = Leaning(folm.model.lm_head, bias)
    return folm


@pytest.fixture(scope="module")
def folm() -> Folm:
    """Writes a separator about every sixth token, and rarely ends by itself."""
    return leaning(HashEncoder(), sep=5.5, pad=-50, query=-50, list=-50)


CORES = {
    "a boho wanderer look": "boho wanderer",
    "What to wear to a garden party": "garden party",
    "something regal": "regal",
    "something for a safari": "safari",
    "gothic": "gothic",
    "outfit": "outfit",
    "  Summer   Glow ": "summer glow",
    "looks for the beach": "beach",
}


@pytest.mark.parametrize(("query", "core"), CORES.items())
def test_cores(query: str, core: str) -> None:
    assert core_of(query) == core


@given(st.lists(st.sampled_from(["a", "boho", "look", "style", "something", "party"]), min_size=1, max_size=6).map(" ".join))
def test_a_core_is_never_empty_and_has_no_core_of_its_own(query: str) -> None:
    core = core_of(query)
    assert core and core in query and core_of(core) == core


@given(st.lists(WORDS, max_size=8, unique=True), st.integers(1, 10))
def test_a_written_list_reads_back(texts: list[str], k: int) -> None:
    assert parse_list(SEPARATOR.join(texts) + END, k, "boho") == texts[:k]


@given(st.lists(PIECES, max_size=20).map("".join), st.integers(1, 5))
def test_any_completion_reads_as_up_to_k_clean_distinct_texts(text: str, k: int) -> None:
    texts = parse_list(text, k, "a gothic look")
    assert len(texts) <= k and len(set(texts)) == len(texts)
    assert all(piece and piece == " ".join(piece.split()) for piece in texts)
    assert not any(token in piece for piece in texts for token in (SAME, SEPARATOR, END, PAD))
    assert parse_list(SEPARATOR.join(texts), k, "red") == texts
    assert parse_list(text + END + SEPARATOR + "more", k, "a gothic look") == texts


def test_padding_never_stands_for_a_sub_query() -> None:
    assert parse_list(f"hat{SEPARATOR}hat{SEPARATOR}{PAD}{PAD}", 2, "boho") == ["hat"]


def test_the_copy_token_spells_the_querys_own_words() -> None:
    text = f"red {SAME} hat{SEPARATOR}{SAME}{SEPARATOR}hat{SAME}{SEPARATOR}solarpunk"
    assert parse_list(text, 4, "a Solarpunk look") == ["red solarpunk hat", "solarpunk", "hat solarpunk"]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_a_list_stops_behind_its_kth_distinct_sub_query(folm: Folm, encoder: HashEncoder, k: int) -> None:
    """A few repetitions or empty pieces cost a list nothing: sampling goes on until k different ones are closed."""
    _, _, completion = folm.generate(QUERIES, encoder.encode_text(QUERIES), 4, seed=0, k=k)
    separator, pad, end = (folm.tokenizer.convert_tokens_to_ids(token) for token in (SEPARATOR, PAD, END))
    assert completion.shape[0] == 8 and completion.shape[1] <= MAX_NEW_TOKENS
    stopped = longer = 0
    for row in completion.tolist():
        places = [i for i, token in enumerate(row) if token == separator]
        pieces = [tuple(row[begin + 1 : place]) for begin, place in zip([-1, *places], places, strict=False)]
        distinct = [len({piece for piece in pieces[:count] if piece}) for count in range(len(pieces) + 1)]
        assert distinct[-1] <= k and distinct.count(k) <= 1 and len(pieces) <= k + SPARE
        if (distinct[-1] == k or len(pieces) == k + SPARE) and end not in row:
            assert set(row[places[-1] + 1 :]) <= {pad}
            stopped += 1
            longer += len(pieces) > k == distinct[-1]
    assert stopped >= 4, "the language model of this test should fill most lists"
    assert longer or k == 1, "some list of this test should repeat itself or leave a piece empty"


def test_samples_are_lists_of_up_to_k(folm: Folm, encoder: HashEncoder) -> None:
    samples = folm.sample_lists(QUERIES, encoder.encode_text(QUERIES), 3, 4, seed=0)
    assert [len(lists) for lists in samples] == [4, 4]
    assert all(1 <= len(texts) <= 3 for lists in samples for texts in lists)
    assert len({tuple(texts) for lists in samples for texts in lists}) > 1


def test_the_seed_decides_the_lists_and_nothing_else_changes(folm: Folm, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(QUERIES)
    state = torch.get_rng_state()
    first = folm.sample_lists(QUERIES, vectors, 3, 2, seed=1)
    assert torch.equal(torch.get_rng_state(), state), "sampling must not disturb the caller's random numbers"
    torch.manual_seed(99)
    assert folm.sample_lists(QUERIES, vectors, 3, 2, seed=1) == first
    assert folm.sample_lists(QUERIES, vectors, 3, 2, seed=2) != first


def test_a_large_batch_is_sampled_in_parts(folm: Folm, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    queries, rows, generate = ["boho", "gothic", "ivory"], [], folm.generate
    vectors = encoder.encode_text(queries)
    monkeypatch.setattr(folm, "generate", lambda *args, **options: rows.append(len(args[0])) or generate(*args, **options))
    whole = folm.sample_lists(queries, vectors, 4, 2, seed=1)
    monkeypatch.setattr(module, "ROWS", 5)
    assert folm.sample_lists(queries, vectors, 4, 2, seed=1) == whole
    assert rows == [3, 2, 1], "two queries with two samples each are four rows"


def test_a_cold_sampler_always_writes_the_same_list(encoder: HashEncoder) -> None:
    lists = tiny_folm(encoder).sample_lists(QUERIES, encoder.encode_text(QUERIES), 3, 3, seed=0, temperature=1e-6)
    assert all(texts == samples[0] for samples in lists for texts in samples)
    assert lists[0] != lists[1]


def test_the_embedding_matters_and_not_only_the_words(encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(["boho", "gothic"])
    lists = tiny_folm(encoder).sample_lists(["boho", "boho"], vectors, 3, 1, seed=0, temperature=1e-6)
    assert lists[0] != lists[1]


def test_an_empty_list_falls_back_to_the_query(encoder: HashEncoder) -> None:
    silent = leaning(encoder, end=80.0)
    fans = silent.fan_out(QUERIES, encoder.encode_text(QUERIES), 5)
    assert [fan.labels for fan in fans] == [[query] for query in QUERIES]
    np.testing.assert_allclose(np.concatenate([fan.vectors for fan in fans]), encoder.encode_text(QUERIES), atol=1e-6)


@pytest.mark.parametrize("queries", [QUERIES, QUERIES[:1]], ids=["batch", "one"])
def test_fan_out_embeds_what_it_writes(folm: Folm, encoder: HashEncoder, queries: list[str]) -> None:
    fans = folm.fan_out(queries, encoder.encode_text(queries), 4, seed=3)
    lists = folm.sample_lists(queries, encoder.encode_text(queries), 4, 1, seed=3)
    assert [fan.labels for fan in fans] == [samples[0] for samples in lists]
    for fan in fans:
        assert fan.method == "folm" and fan.is_text and fan.label_scores is None
        assert fan.vectors.shape == (len(fan.labels), encoder.dim)
        np.testing.assert_array_equal(fan.vectors, encoder.encode_text(fan.labels))
        assert fan.seconds > 0 and fan.encode_seconds >= 0


def test_a_saved_model_writes_the_same_lists(encoder: HashEncoder, tmp_path: Path) -> None:
    folm = tiny_folm(encoder)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "README.md").write_text("our card")
    training.save(folm.model, folm.tokenizer, tmp_path / "m")
    assert folm.model.dtype == torch.float32, "saving must not touch the model at hand"
    assert (tmp_path / "m" / "README.md").read_text() == "our card"
    loaded = Folm.load(tmp_path / "m", encoder, "base")
    assert loaded.name == "base" and loaded.model.dtype == torch.float32
    with torch.no_grad():
        for parameter in folm.model.parameters():
            parameter.copy_(parameter.half())  # what the trip through half precision leaves
    vectors = encoder.encode_text(QUERIES)
    assert loaded.sample_lists(QUERIES, vectors, 3, 2, seed=1) == folm.sample_lists(QUERIES, vectors, 3, 2, seed=1)


def test_loading_tells_what_is_wrong(encoder: HashEncoder, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no language model in .*nowhere"):
        Folm.load(tmp_path / "nowhere", encoder)
    folm = tiny_folm(encoder)
    training.save(folm.model, folm.tokenizer, tmp_path / "m")
    for other, dim in (("clip-other", 48), (encoder.id, 512)):
        encoder_at_hand = SimpleNamespace(id=other, dim=dim)
        trained = r"The language model 'folm' was trained for the encoder hash-48 \(48 dimensions\)"
        with pytest.raises(UserError, match=rf"{trained}, not for {other} \({dim}\)\."):
            Folm.load(tmp_path / "m", encoder_at_hand)
