"""What is asked of a language model, and what is read in its answer, whatever it may be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.fanout.base import core_of
from r4t_demo.fanout.formats import FORMATS, PROMPT, SHOTS, Compact, Format, Reasoned
from tests import tiny_instruct, tiny_models

COMPACT, REASONED = Compact(), Reasoned()
WORDS = st.lists(st.sampled_from(["red", "boho", "été", "[hat]", "dress,", 'the "new"', "a\\b", "雪"]), min_size=1, max_size=3)
ENTRIES = st.lists(WORDS.map(" ".join), max_size=12)
FIRST = st.sampled_from(["red", "80s", "3d", "2.5", "4-piece", "été", "(red)", "r&b", "501", "雪"])
THINGS = st.lists(
    st.tuples(FIRST, st.sampled_from(["hat", "t-shirt", "litre pot", "d'été", "of 1990"])).map(" ".join), min_size=1, max_size=12
)
PARTS = ["<think>", "</think>", "<queries>", "</queries>", "[", "]", '"', "\\", ",", "red hat", "\n", "{", "1", "\\ud800", "null"]
PIECES = [",", ";", "\n", " ", "1.", "2)", "- ", "•", "'", '"', ".", ":", "Red", "hat", "80s", "ÉTÉ", "\ud800", "\t", "7"]
ANSWERS = {name: st.lists(st.sampled_from(parts), max_size=25) for name, parts in (("reasoned", PARTS), ("compact", PIECES))}


def answer(entries: list, thought: str = "reasons") -> str:
    return f"<think>\n{thought}\n</think>\n\n<queries>{json.dumps(entries)}</queries>"


@given(THINGS)
def test_a_compact_list_reads_back_as_it_is_taught(things: list[str]) -> None:
    assert COMPACT.pieces(COMPACT.written(things)) == things
    assert COMPACT.finished(COMPACT.written(things)) == things[:-1]


LISTS = {
    " Red Hat,  ivory\tscarf , navy boots": ["red hat", "ivory scarf", "navy boots"],
    "red hat; ivory scarf": ["red hat", "ivory scarf"],
    "\n1. red hat\n2) ivory scarf\n- navy boots\n* belt\n• bag": ["red hat", "ivory scarf", "navy boots", "belt", "bag"],
    '1. "Red hat", \'ivory scarf\', `belt`.': ["red hat", "ivory scarf", "belt"],
    "80s earrings, 3d printed lamp, 10 hats, 2.5 litre pot, 501": [
        "80s earrings", "3d printed lamp", "10 hats", "2.5 litre pot", "501",
    ],
    "red hat,, - , ..., scarf,": ["red hat", "", "", "", "scarf", ""],
    "red hat, scarf\n\nThings to search for.\nCatalogue: lamp": ["red hat", "scarf"],
    "\n\nred hat\n\nscarf": ["red hat"],
    "red \ud800hat": ["red hat"],
    "": [""],
}  # fmt: skip


@pytest.mark.parametrize(("text", "pieces"), LISTS.items())
def test_compact_answers(text: str, pieces: list[str]) -> None:
    assert COMPACT.pieces(text) == pieces


@given(ANSWERS["compact"].map("".join))
def test_any_compact_answer_reads_as_clean_pieces(text: str) -> None:
    pieces = COMPACT.pieces(text)
    for piece in pieces:
        assert piece == " ".join(piece.split()).lower() and piece.encode() is not None
        assert not piece or (any(map(str.isalnum, piece)) and not {*",;\n"} & {*piece})
    assert [piece for piece in COMPACT.pieces(COMPACT.written(pieces)) if piece] == [piece for piece in pieces if piece]


QUERIES = st.lists(st.sampled_from(["a", "boho", "gothic", "look", "Hat", "something"]), min_size=1, max_size=3).map(" ".join)


@given(st.sampled_from(["", "hat", "boho", "boho hat", "gothic boots"]), QUERIES)
def test_a_piece_is_spelt_with_the_requests_core_once(piece: str, query: str) -> None:
    spelt = COMPACT.spelt(piece, query)
    assert spelt in (piece, f"{core_of(query)} {piece}") and COMPACT.spelt(spelt, query) == spelt
    assert (core_of(query) in spelt) == bool(piece)
    assert REASONED.spelt(piece, query) == piece


@given(ENTRIES, st.sampled_from(["", "hm", "or <queries>[draft]</queries>?", "</think> <think>"]))
def test_a_well_formed_answer_reads_back(entries: list[str], thought: str) -> None:
    assert REASONED.pieces(answer(entries, thought)) == entries
    assert REASONED.pieces(REASONED.written(entries)) == entries


@given(ENTRIES, st.integers(0, 200))
def test_an_answer_cut_short_keeps_its_finished_entries(entries: list[str], length: int) -> None:
    kept = REASONED.pieces(answer(entries)[:length])
    assert kept == entries[: len(kept)]
    body = answer(entries)[:length].partition("<queries>[")[2]
    assert len(kept) == sum(len(json.dumps(entries[: i + 1])[1:-1]) <= len(body) for i in range(len(entries)))


@given(ANSWERS["reasoned"].map("".join))
def test_any_reasoned_answer_reads_as_clean_texts(text: str) -> None:
    entries = REASONED.pieces(text)
    assert all(entry == " ".join(entry.split()).lower() and entry.encode() is not None for entry in entries)
    assert not entries or ("<queries>" in text and "[" in text)


READINGS = {
    '<queries>["a", "b"]</queries>': ["a", "b"],  # no reasoning
    '<queries>["a", "b"]': ["a", "b"],  # no closing tag
    '<queries>["a", "b", "c': ["a", "b"],
    '<queries>["a" "b"]</queries>': ["a"],
    '<queries>["a", b, "c"]</queries>': ["a"],
    '<queries>["a", 7, "c"]</queries>': ["a"],
    '<queries>["a", ["b"], "c"]</queries>': ["a"],
    '<queries>["a",]</queries>': ["a"],
    "<queries>['a', 'b']</queries>": [],
    '<queries>"a", "b"</queries>': [],
    "<queries></queries> or [\"a\"]": [],
    '<queries>\n```json\n[\n  "a",\n  "b"\n]\n```\n</queries>': ["a", "b"],
    '<queries>{"queries": ["a"]}</queries>': ["a"],
    '<queries>["a"]</queries><queries>["b"]</queries>': ["a"],
    '["a", "b"]': [],  # no tags
    "": [],
    "I cannot help with that.": [],
    '<think>x <queries>["a"]</queries>': [],  # reasoning left open
    '<think>x <queries>["a"]</queries></think>': [],
    'x</think><queries>["a"]</queries>': ["a"],  # the template opened the reasoning
    '<queries>["a"]</queries><think>y': ["a"],
    '<queries>["Red\\n Hat ", "red hat", " "]</queries>': ["red hat", "red hat", ""],
    '<queries>["a\nb", "\\ud800c"]</queries>': ["a b", "c"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "entries"), READINGS.items())
def test_malformed_answers(text: str, entries: list[str]) -> None:
    assert REASONED.pieces(text) == entries


BEGUN = {  # answers that have come some way, so that what follows matters
    "compact": ["", "red hat, scarf", "1. red\n2. "],
    "reasoned": ["", "<think>x</think>", '<think>x</think><queries>["a", "b"', '<queries>["a", '],
}


@pytest.mark.parametrize("name", ANSWERS)
@given(st.data())
def test_nothing_that_follows_changes_a_finished_piece(name: str, data: st.DataObject) -> None:
    """But for the end of reasoning that nobody opened, which makes all before it a draft."""
    form, begun = FORMATS[name], data.draw(st.sampled_from(BEGUN[name]))
    text = begun + "".join(data.draw(ANSWERS[name]))
    tail = [part for part in data.draw(ANSWERS[name]) if part != "</think>"]
    finished = form.finished(text)
    assert form.pieces(text + "".join(tail))[: len(finished)] == finished
    silent = "".join(part for part in tail if {*form.closers}.isdisjoint(part))
    assert form.finished(text + silent) == finished, "only behind one of its closers is a piece finished"


FRAMES = {
    "qwen3": ("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"),
    "gemma3": ("<bos><start_of_turn>user\n", "<end_of_turn>\n<start_of_turn>model\n"),
}


@pytest.mark.parametrize(("card", "holds"), [("", ""), ("lamp, rug", " The catalogue holds: lamp, rug.")])
@pytest.mark.parametrize("kind", FRAMES)
def test_reasoned_prompts_stand_in_the_models_own_chat_format(kind: str, card: str, holds: str) -> None:
    tokenizer = tiny_instruct.tiny_tokenizer(kind)
    prompt = REASONED.prompt(tokenizer, "a boho {look}", card, 7)
    start, end = FRAMES[kind]
    assert prompt == start + PROMPT.format(k=7, query="a boho {look}", holds=holds) + end
    assert "up to 7" in prompt and tokenizer.decode(tokenizer(prompt, add_special_tokens=False)["input_ids"]) == prompt


def test_compact_prompts_name_the_catalogue_and_the_request() -> None:
    tokenizer = tiny_models.tiny_tokenizer()
    asked = "Things to search for.\nCatalogue: lamp, rug\nRequest: a boho look\nList:"
    assert COMPACT.prompt(tokenizer, "a boho look", "lamp, rug", 7) == asked
    *shots, last = FORMATS["few-shot"].prompt(tokenizer, "a boho look", "lamp, rug", 7).split("\n\n")
    assert last == asked
    taught = [COMPACT.prompt(tokenizer, query, card, 7) + COMPACT.written(things) for card, query, things in SHOTS]
    assert shots == taught, "the examples stand as the lists that a model is taught"
    assert [COMPACT.pieces(shot.rpartition("List:")[2]) for shot in shots] == [list(things) for *_, things in SHOTS]


TOKENIZERS = {kind: tiny_instruct.tiny_tokenizer(kind) for kind in FRAMES} | {"compact": tiny_models.tiny_tokenizer()}
TYPED = {kind: [*TOKENIZERS[kind].get_added_vocab()] for kind in TOKENIZERS}


def _form(kind: str) -> Format:
    return COMPACT if kind == "compact" else REASONED


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_visitor_writes_no_special_token(kind: str) -> None:
    tokenizer, tokens = TOKENIZERS[kind], TYPED[kind]
    nested = "".join(token[:3] + token + token[3:] for token in tokens)
    asked = [_form(kind).prompt(tokenizer, query, "hat", 3) for query in ("red", f"{nested} red\nhat")]
    plain, attacked = (tokenizer(prompt, add_special_tokens=False)["input_ids"] for prompt in asked)
    ids = tokenizer.convert_tokens_to_ids(tokens)
    assert len(tokens) >= (1 if kind == "compact" else 4)
    assert [token for token in attacked if token in ids] == [token for token in plain if token in ids]


@pytest.mark.parametrize("kind", TOKENIZERS)
@given(st.text(max_size=30))
def test_a_request_stays_on_its_line(kind: str, query: str) -> None:
    form, tokenizer = _form(kind), TOKENIZERS[kind]
    assert len(form.prompt(tokenizer, query, "hat", 3).splitlines()) == len(form.prompt(tokenizer, "red", "hat", 3).splitlines())
