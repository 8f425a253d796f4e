"""The fan-out language model as its callers meet it: lists that stop, hang on their seeds alone, and can be searched."""

import time
from collections.abc import Callable
from itertools import count, pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.fanout import folm as module
from r4t_demo.fanout.base import own_seed
from r4t_demo.fanout.folm import SPARE, Folm, draw, row_seeds
from tests import tiny_instruct
from tests.doubles import HashEncoder
from tests.tiny_instruct import KINDS
from tests.tiny_models import END, as_drawn, list_writer, tiny_folm

pytestmark = pytest.mark.usefixtures("warm")

QUERIES = ["boho", "gothic black boots for a party"]
MADE = {"compact": list_writer, **{kind: lambda encoder, kind=kind: tiny_instruct.tiny_instruct(kind, encoder) for kind in KINDS}}


@pytest.fixture(scope="module")
def folm() -> Folm:
    return list_writer(HashEncoder())


@pytest.fixture(scope="module")
def taught() -> Folm:
    """Writes one of three reasoned answers: a list of three, of one, or none."""
    folm = tiny_instruct.tiny_instruct("qwen3", HashEncoder(), room=64)
    tiny_instruct.teach(folm, QUERIES, 3)
    folm.model.eval()
    return folm


def leaning(folm: Folm, **logits: float) -> Folm:
    """The model with a constant added to some tokens' logits."""
    bias = torch.zeros(len(folm.tokenizer))
    for token, value in logits.items():
        bias[folm.tokenizer.convert_tokens_to_ids(token)] = value
    folm.model.get_output_embeddings().register_forward_hook(lambda _, __, logits: logits + bias)
    return folm


def as_served(folm: Folm) -> dict[str, float]:
    """How the one list is drawn that a visitor gets."""
    return {"temperature": folm.form.temperature, "guidance": folm.form.guidance}


def distinct(folm: Folm, tokens: list[int]) -> tuple[int, int]:
    """How many different sub-queries some tokens finish, and how many pieces."""
    pieces = folm.form.finished(folm.tokenizer.decode(tokens))
    return len({*pieces} - {""}), len(pieces)


def naive(folm: Folm, query: str, sample: int, *, k: int, seed: int, temperature: float, guidance: float = 1.0) -> list[int]:
    """The tokens of one answer, with all of the text read anew for each: no batch, no padding, no cache."""
    prompts = [folm.form.prompt(folm.tokenizer, text, folm.card, k) for text in (query, "")]
    ids, bare = (folm.tokenizer(prompt, add_special_tokens=False)["input_ids"] for prompt in prompts)
    numbers, written = np.random.default_rng(own_seed(seed, query, sample)), []
    while len(written) < folm.form.room:
        with torch.no_grad():
            scores, other = (folm.model(input_ids=torch.tensor([read + written])).logits[0, -1] for read in (ids, bare))
            scores = other + guidance * (scores - other) if guidance != 1.0 else scores
            scores = as_drawn(folm, scores, ids, written) / temperature
        shares = np.cumsum(np.exp(scores - scores.logsumexp(0)))
        written.append(int(np.argmax(shares > numbers.random())))
        if written[-1] in folm.ends:
            break
        found, pieces = distinct(folm, written)
        if found >= k or pieces >= k + SPARE:
            break
    return written


@pytest.mark.parametrize("temperature", [0.7, 1.0])
@pytest.mark.parametrize("kind", MADE)
def test_a_batch_is_sampled_as_each_row_by_itself_from_the_bare_softmax(
    kind: str, temperature: float, encoder: HashEncoder
) -> None:
    """A row hangs on seed, query and number alone; top-k and penalties of the model's own settings change nothing."""
    folm = MADE[kind](encoder)
    options = {"k": 3, "seed": 5, "temperature": temperature}
    answers = folm.generate(QUERIES, 3, **options)
    rows = [(query, sample) for query in QUERIES for sample in range(3)]
    assert len(answers.texts) == len(rows) == len({tuple(row) for row in answers.completion.tolist()})
    for row, (query, sample) in enumerate(rows):
        expected = naive(folm, query, sample, **options)
        length = int(answers.counted[row].sum())
        assert answers.completion[row, :length].tolist() == expected
        assert answers.counted[row].tolist() == [1.0] * length + [0.0] * (answers.completion.shape[1] - length)
        assert answers.ended[row] == (expected[-1] in folm.ends)
        said = expected[:-1] if answers.ended[row] else expected
        assert answers.texts[row] == folm.tokenizer.decode(said)
        prompt = answers.ids[row][answers.mask[row].bool()]
        assert folm.tokenizer.decode(prompt) == folm.form.prompt(folm.tokenizer, query, folm.card, 3)


@pytest.mark.parametrize("kind", ["compact", "qwen3"])
def test_a_guided_batch_is_sampled_as_each_row_by_itself(kind: str, encoder: HashEncoder) -> None:
    folm, texts = MADE[kind](encoder), set()
    for guidance in (1.0, 1.5, 30.0):
        options = {"k": 3, "seed": 5, "temperature": 0.7, "guidance": guidance}
        answers = folm.generate(QUERIES, 3, **options)
        for row, (query, sample) in enumerate((query, sample) for query in QUERIES for sample in range(3)):
            expected = naive(folm, query, sample, **options)
            assert answers.completion[row, : int(answers.counted[row].sum())].tolist() == expected
        prompts = [row[mask.bool()] for row, mask in zip(answers.ids, answers.mask, strict=True)]
        assert [*map(folm.tokenizer.decode, prompts[::3])] == [folm.form.prompt(folm.tokenizer, q, folm.card, 3) for q in QUERIES]
        texts.add((*answers.texts,))
    assert len(texts) > 1, "guidance matters"


def test_a_list_that_its_writer_would_end_goes_on(folm: Folm) -> None:
    """Else the mass of the end token would go to whatever else may stand behind a word ("trousersicense")."""
    [comma], [word] = (folm.tokenizer.encode(text, add_special_tokens=False)[-1:] for text in (",", "dress"))
    scores = torch.randn(2, len(folm.tokenizer), generator=torch.Generator().manual_seed(0))
    scores[:, folm.ends] = 9.0
    drawn = folm.allowed(scores, torch.tensor([word, comma]), [[], []]).softmax(-1)
    assert drawn[0, comma] > 0.9 and drawn[:, folm.tokenizer.all_special_ids].max() == 0
    assert drawn[1, comma] == 0, "and no thing is left empty"
    for row, behind in enumerate((word, comma)):
        expected = as_drawn(folm, scores[row], [word], [behind]).exp()
        torch.testing.assert_close(drawn[row].double(), expected, atol=1e-6, rtol=1e-4)


def test_no_thing_is_named_for_the_third_time(encoder: HashEncoder) -> None:
    """Whatever the model would rather say: it says the next best thing."""
    fond = leaning(list_writer(encoder), **{",": 60.0, "Ġred": 40.0, "Ġboho": 30.0})
    for text in fond.generate(QUERIES, 2, k=6, seed=0, temperature=1.0).texts:
        said = fond.form.finished(text)
        assert [said.count(name) for name in ("red", "boho")] == [2, 2] and len({*said} - {""}) == 6


def test_a_large_batch_is_written_in_parts(folm: Folm, monkeypatch: pytest.MonkeyPatch) -> None:
    queries, sizes, write = ["boho", "gothic", "ivory"], [], folm._write
    monkeypatch.setattr(folm, "_write", lambda *args, **options: sizes.append(len(args[0])) or write(*args, **options))
    whole = folm.generate(queries, 2, k=4, seed=1, temperature=0.9)
    monkeypatch.setattr(module, "ROWS", 5)
    parts = folm.generate(queries, 2, k=4, seed=1, temperature=0.9)
    assert sizes == [3, 2, 1], "two queries with two samples each are four rows"
    for name in ("ids", "mask", "completion", "counted", "ended"):
        assert torch.equal(getattr(parts, name), getattr(whole, name)), name
    assert parts.texts == whole.texts


def test_seeds_tell_rows_apart() -> None:
    seeds = [seed for start in (0, 1) for seed in row_seeds(start, QUERIES, 3)]
    assert len(set(seeds)) == 12 and row_seeds(1, QUERIES[1:], 2) == row_seeds(1, QUERIES, 3)[3:5]


SHARES = st.lists(st.sampled_from([0.0, 0.0, 1e-9, 0.1, 1.0, 3.0]), min_size=1, max_size=8).filter(any)


@given(SHARES, st.floats(0, 1, exclude_max=True))
def test_draw_inverts_the_distribution(shares: list[float], number: float) -> None:
    token = int(draw(torch.tensor([shares]).double() / sum(shares), torch.tensor([number], dtype=torch.float64)))
    below = [sum(shares[:token]), sum(shares[: token + 1])]
    assert shares[token] > 0, "what cannot be is never drawn"
    assert below[0] / sum(shares) <= number + 1e-12 and number - 1e-12 <= below[1] / sum(shares)


@given(SHARES.filter(lambda shares: len(shares) > 1))
def test_draw_takes_each_token_as_often_as_it_is_likely(shares: list[float]) -> None:
    chances, size = torch.tensor(shares).softmax(0), 1000
    numbers = (torch.arange(size) + 0.5) / size
    drawn = draw(chances.expand(size, -1), numbers).bincount(minlength=len(shares))
    assert (drawn - size * chances).abs().max() <= 1.0


def test_no_number_draws_what_cannot_be(folm: Folm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The greatest number below one takes the last token that has a chance, not the vocabulary's last."""
    cold = {"k": 2, "seed": 0, "temperature": 1e-6}
    usual = folm.generate(QUERIES, 1, **cold).texts
    highest = type("Highest", (), {"random": lambda self: 1 - 2**-53})
    monkeypatch.setattr(np.random, "default_rng", lambda seed: highest())
    assert folm.generate(QUERIES, 1, **cold).texts == usual


@pytest.mark.parametrize("k", [1, 2, 5])
def test_a_list_stops_behind_its_kth_distinct_sub_query(folm: Folm, k: int) -> None:
    """Repetitions or empty pieces cost a list nothing: sampling goes on until k different ones are closed, or too many are."""
    answers = folm.generate(QUERIES, 12, k=k, seed=0, temperature=1.0)
    filled = longer = 0
    for row, counted in zip(answers.completion.tolist(), answers.counted.sum(1).int().tolist(), strict=True):
        said = row[:counted]
        counts = [distinct(folm, said[:end]) for end in range(counted)]
        assert all(found < k and pieces < k + SPARE for found, pieces in counts)
        found, pieces = distinct(folm, said)
        assert found == k or pieces == k + SPARE or said[-1] in folm.ends or counted == folm.form.room
        filled += found == k
        longer += pieces > k == found
    assert filled >= 8, "the language model of this test should fill most lists"
    assert longer or k == 1, "some list of this test should repeat itself or leave a piece empty"


def test_a_list_that_names_nothing_stops_too(encoder: HashEncoder) -> None:
    folm = leaning(tiny_folm(encoder), **{",": 80.0}, **dict.fromkeys("!#$%&()*+-./:<=>?@", 60.0))
    for text in folm.generate(QUERIES, 1, k=3, seed=0, temperature=1.0).texts:
        assert folm.form.finished(text) == [""] * (3 + SPARE)


@pytest.mark.parametrize("kind", ["qwen3", "gemma3"])
def test_what_counts_ends_with_the_first_end_token(kind: str, encoder: HashEncoder) -> None:
    folm, tokens = tiny_instruct.tiny_instruct(kind, encoder), tiny_instruct.FORMATS[kind][2]
    ends = folm.tokenizer.convert_tokens_to_ids(tokens)
    assert folm.ends == sorted(ends)
    answers = leaning(folm, **dict.fromkeys(tokens, 4.0)).generate(["boho", "red hat"], 8, k=3, seed=0, temperature=1.0)
    for ids, counted, text in zip(answers.completion.tolist(), answers.counted.tolist(), answers.texts, strict=True):
        places = [i for i, token in enumerate(ids) if token in ends]
        length = places[0] + 1 if places else len(ids)
        assert counted == [1.0] * length + [0.0] * (len(ids) - length)
        assert text == folm.tokenizer.decode(ids[: places[0] if places else length])
    counted = answers.completion[answers.counted.bool()].tolist()
    assert set(ends) <= {*counted}, "both ways to end should occur in this test"


TEXTS = st.lists(st.sampled_from(["red", " hat", ",", ";", "\n", " ", "Boho", "1.", '"', "]", '<queries>["']), max_size=25)


@pytest.mark.parametrize("name", ["folm", "taught"])
@given(TEXTS.map("".join), st.integers(1, 4), st.sampled_from(QUERIES))
def test_any_answer_reads_as_up_to_k_clean_distinct_sub_queries(
    request: pytest.FixtureRequest, name: str, text: str, k: int, query: str
) -> None:
    model = request.getfixturevalue(name)
    texts = model.read(text, query, k)
    assert len(texts) == len(set(texts)) <= k
    assert all(piece and piece == " ".join(piece.split()).lower() for piece in texts)
    pieces = [model.form.spelt(piece, query) for piece in model.form.pieces(text) if piece]
    assert texts == sorted(set(pieces), key=pieces.index)[:k]


def test_samples_are_lists_of_up_to_k(folm: Folm) -> None:
    samples = folm.sample_lists(QUERIES, None, 3, 4, seed=0)
    assert [len(lists) for lists in samples] == [4, 4]
    assert all(1 <= len(texts) <= 3 for lists in samples for texts in lists)
    assert len({tuple(texts) for lists in samples for texts in lists}) > 4


def test_the_seed_decides_the_lists_and_nothing_else_changes(folm: Folm) -> None:
    state = torch.get_rng_state()
    first = folm.sample_lists(QUERIES, None, 3, 2, seed=1)
    assert torch.equal(torch.get_rng_state(), state), "sampling must not disturb the caller's random numbers"
    torch.manual_seed(99)
    assert folm.sample_lists(QUERIES, None, 3, 2, seed=1) == first
    assert folm.sample_lists(QUERIES, None, 3, 2, seed=2) != first


def test_a_cold_sampler_always_writes_the_same_list(encoder: HashEncoder) -> None:
    lists = tiny_folm(encoder).sample_lists(QUERIES, None, 3, 3, seed=0, temperature=1e-6)
    assert all(texts == samples[0] for samples in lists for texts in samples)
    assert lists[0] != lists[1]


def test_the_catalogue_on_the_card_matters(encoder: HashEncoder) -> None:
    folm = tiny_folm(encoder)
    clothes = folm.sample_lists(["boho"], None, 3, 1, seed=0, temperature=1e-6)
    folm.card = "lamp, rug"
    assert folm.sample_lists(["boho"], None, 3, 1, seed=0, temperature=1e-6) != clothes


def test_a_compact_list_is_ended_by_its_last_sub_query_alone(encoder: HashEncoder) -> None:
    eager = leaning(list_writer(encoder), **{END: 80.0})
    lists = eager.sample_lists(QUERIES, None, 5, 4, seed=0)
    assert all(len(texts) == 5 for samples in lists for texts in samples), "however much it wants to end"


def test_an_empty_list_falls_back_to_the_query(encoder: HashEncoder) -> None:
    silent = leaning(tiny_folm(encoder), **{"Ċ": 80.0})  # nothing but new lines
    fans = silent.fan_out(QUERIES, encoder.encode_text(QUERIES), 5)
    assert [fan.labels for fan in fans] == [[query] for query in QUERIES]
    np.testing.assert_allclose(np.concatenate([fan.vectors for fan in fans]), encoder.encode_text(QUERIES), atol=1e-6)
    assert silent.sample_lists(QUERIES, None, 5, 2) == [[[query]] * 2 for query in QUERIES]
    assert grown(silent, QUERIES, 5) == [[]] * len(QUERIES), "nothing is told that is not written"
    assert silent.read("", QUERIES[0], 5) == [], "who reads an answer is told that it is empty"


@pytest.mark.parametrize("queries", [QUERIES, QUERIES[:1]], ids=["batch", "one"])
def test_fan_out_embeds_what_it_writes(folm: Folm, encoder: HashEncoder, queries: list[str]) -> None:
    fans = folm.fan_out(queries, encoder.encode_text(queries), 4, seed=3)
    lists = folm.sample_lists(queries, None, 4, 1, seed=3, **as_served(folm))
    assert [fan.labels for fan in fans] == [samples[0] for samples in lists]
    for fan in fans:
        assert fan.method == "folm" and fan.is_text and fan.label_scores is None
        assert fan.vectors.shape == (len(fan.labels), encoder.dim)
        np.testing.assert_array_equal(fan.vectors, encoder.encode_text(fan.labels))
        assert fan.seconds > 0 and fan.encode_seconds >= 0


def grown(folm: Folm, queries: list[str], k: int, **options) -> list[list[list[str]]]:
    """What is told of each query's list as it grows."""
    told: list[list[list[str]]] = [[] for _ in queries]
    folm.fan_out(queries, folm.encoder.encode_text(queries), k, tell=lambda row, texts: told[row].append(texts), **options)
    return told


@pytest.mark.parametrize(("name", "k"), [("folm", 60), ("taught", 3)])
def test_who_listens_hears_a_list_grow_into_what_fan_out_returns(
    request: pytest.FixtureRequest, name: str, k: int, encoder: HashEncoder
) -> None:
    model, lengths = request.getfixturevalue(name), set()
    for seed in range(8):
        fans = model.fan_out(QUERIES, encoder.encode_text(QUERIES), k, seed=seed)
        for fan, told, query in zip(fans, grown(model, QUERIES, k, seed=seed), QUERIES, strict=True):
            assert fan.labels == (told[-1] if told else [query])
            assert all(longer[: len(texts)] == texts and len(longer) > len(texts) for texts, longer in pairwise(told))
            lengths.add(len(fan.labels))
    assert len(lengths) > 1, "lists of several lengths should occur in this test"


def test_each_of_many_queries_is_told_by_its_own_number(folm: Folm, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = [f"{query} {number}" for number in range(4) for query in QUERIES]
    alone = [told[-1] for query in queries for told in grown(folm, [query], 5)]
    monkeypatch.setattr(module, "ROWS", 3)
    assert [told[-1] for told in grown(folm, queries, 5)] == alone


def steps_of(folm: Folm, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts the tokens that the model has been asked for."""
    steps, forward = [], folm.model.forward
    monkeypatch.setattr(folm.model, "forward", lambda *args, **options: steps.append(1) or forward(*args, **options))
    return lambda: len(steps)


@pytest.fixture(scope="module")
def written(folm: Folm) -> tuple[int, list[int]]:
    """A seed that fills a list of five, and after how many tokens each of its sub-queries is closed."""
    for seed in range(99):
        tokens = naive(folm, "boho", 0, k=5, seed=seed, **as_served(folm))
        closed = [sum(distinct(folm, tokens[:end])[0] <= place for end in range(len(tokens) + 1)) for place in range(5)]
        if max(closed) == len(tokens):
            return seed, closed
    pytest.fail("the language model of these tests should fill a list")


def test_each_sub_query_is_told_as_soon_as_it_is_closed(
    folm: Folm, written: tuple[int, list[int]], encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (seed, closed), told_at, steps = written, [], steps_of(folm, monkeypatch)
    folm.fan_out(["boho"], encoder.encode_text(["boho"]), 5, seed=seed, tell=lambda *_: told_at.append(steps()))
    assert told_at == closed and len(set(closed)) == 5


def test_a_list_that_takes_too_long_is_a_sentence(
    folm: Folm, written: tuple[int, list[int]], encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that goes on by a second whenever it is read, after each token."""
    seed, closed = written
    [whole], told = grown(folm, ["boho"], 5, seed=seed)[0][-1:], []

    def write(seconds: float) -> None:
        told.clear()
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=count().__next__, perf_counter=time.perf_counter))
        options = {"seed": seed, "seconds": seconds, **as_served(folm)}
        folm.sample_lists(["boho"], None, 5, 1, **options, tell=lambda _, texts: told.append(texts[-1]))

    write(closed[4] - 1)
    assert told == whole and len(whole) == 5
    with pytest.raises(UserError, match=f"The language model did not finish its list within {closed[1]} s: try again later.$"):
        write(closed[1])
    assert told == whole[: sum(end <= closed[1] + 1 for end in closed)], "what was finished by then has been told"
    monkeypatch.setattr(module, "SECONDS", 1.0)
    with pytest.raises(UserError, match="did not finish its list within 1 s"):
        folm.fan_out(QUERIES, encoder.encode_text(QUERIES), 5)
    assert folm.sample_lists(["boho"], None, 5, 1, seed=seed, **as_served(folm)) == [[whole]], "who trains has the time"


def test_reasoning_that_the_template_opens_is_reasoning(taught: Folm, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = 'draft <queries>["red hat"]</queries>'
    monkeypatch.setattr(taught.tokenizer, "decode", lambda ids: draft)
    assert taught.sample_lists(["boho"], None, 3, 1, seed=0) == [[["red hat"]]]
    monkeypatch.setattr(taught.tokenizer, "chat_template", taught.tokenizer.chat_template + "{{- '<think>\\n' }}")
    assert taught.sample_lists(["boho"], None, 3, 1, seed=0) == [[["boho"]]]


def test_a_model_that_cannot_be_asked_says_so(encoder: HashEncoder) -> None:
    folm = tiny_instruct.tiny_instruct("qwen3", encoder)
    plain = tiny_instruct.tiny_tokenizer("qwen3")
    plain.chat_template = None
    with pytest.raises(UserError, match="'plain' has no chat template: choose an instruct model"):
        Folm(folm.model, plain, encoder, "plain", folm.form)
    Folm(folm.model, plain, encoder, "plain")  # a compact list takes none
    endless = tiny_instruct.tiny_tokenizer("qwen3")
    endless.eos_token = None
    folm.model.generation_config.eos_token_id = None
    with pytest.raises(UserError, match="'endless' names no end token"):
        Folm(folm.model, endless, encoder, "endless", folm.form)
