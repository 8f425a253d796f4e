"""Instruct models as a fan-out method: prompts in two families' chat formats, answers of any shape, and sampling."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.fanout import instruct
from r4t_demo.fanout.instruct import PROMPT, InstructFolm, entries_of, parse_answer
from r4t_demo.fanout.registry import lookup
from tests.doubles import HashEncoder
from tests.tiny_instruct import FORMATS, KINDS, tiny_instruct, tiny_tokenizer

WORDS = st.lists(st.sampled_from(["red", "boho", "été", "[hat]", "dress,", 'the "new"', "a\\b", "雪"]), min_size=1, max_size=3)
ENTRIES = st.lists(WORDS.map(" ".join), max_size=12)


def answer(entries: list, thought: str = "reasons") -> str:
    return f"<think>\n{thought}\n</think>\n\n<queries>{json.dumps(entries)}</queries>"


@given(ENTRIES, st.integers(1, 10), st.sampled_from(["", "hm", "or <queries>[draft]</queries>?", "</think> <think>"]))
def test_a_well_formed_answer_reads_back(entries: list[str], k: int, thought: str) -> None:
    assert entries_of(answer(entries, thought)) == entries
    assert parse_answer(answer(entries, thought), k) == list(dict.fromkeys(entries))[:k]


@given(ENTRIES, st.integers(0, 200))
def test_an_answer_cut_short_keeps_its_finished_entries(entries: list[str], length: int) -> None:
    kept = entries_of(answer(entries)[:length])
    assert kept == entries[: len(kept)]
    body = answer(entries)[:length].partition("<queries>[")[2]
    assert len(kept) == sum(len(json.dumps(entries[: i + 1])[1:-1]) <= len(body) for i in range(len(entries)))


PARTS = ["<think>", "</think>", "<queries>", "</queries>", "[", "]", '"', "\\", ",", "red hat", "\n", "{", "1", "\\ud800", "null"]


@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join), st.integers(1, 4))
def test_any_answer_reads_as_up_to_k_clean_distinct_texts(text: str, k: int) -> None:
    texts = parse_answer(text, k)
    assert len(texts) <= k and len(set(texts)) == len(texts)
    assert all(entry and entry == " ".join(entry.split()) and entry.encode() for entry in texts)
    assert not texts or ("<queries>" in text and "[" in text)


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
    assert entries_of(text) == entries


FRAMES = {
    "qwen3": ("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"),
    "gemma3": ("<bos><start_of_turn>user\n", "<end_of_turn>\n<start_of_turn>model\n"),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_prompts_stand_in_the_models_own_chat_format(kind: str, encoder: HashEncoder) -> None:
    folm = tiny_instruct(kind, encoder)
    prompt = folm.prompts(["a boho {look}"], 7)[0]
    start, end = FRAMES[kind]
    assert prompt == start + PROMPT.format(k=7, query="a boho {look}") + end
    assert "up to 7" in prompt and folm.tokenizer.decode(folm.tokenizer(prompt, add_special_tokens=False)["input_ids"]) == prompt


@pytest.mark.parametrize("kind", FRAMES)
def test_a_visitor_writes_no_special_token(kind: str, encoder: HashEncoder) -> None:
    folm = tiny_instruct(kind, encoder)
    special, whole = FORMATS[kind][:2]
    nested = "".join(token[:3] + token + token[3:] for token in special + whole)
    plain, attacked = (folm.tokenizer(folm.prompts([query], 3)[0])["input_ids"] for query in ("red", nested + " red\nhat"))
    ids = folm.tokenizer.convert_tokens_to_ids(special + whole)
    assert [token for token in attacked if token in ids] == [token for token in plain if token in ids]


@pytest.mark.parametrize("kind", KINDS)
def test_samples_hang_on_seed_query_and_number_alone(kind: str, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    folm = tiny_instruct(kind, encoder)
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    together = folm.generate(["boho", "gothic black boots"], 2, **options)
    assert together.completion.shape == together.counted.shape and len(together.texts) == 4 and len(set(together.texts)) == 4
    monkeypatch.setattr(instruct, "ROWS", 3)
    assert folm.generate(["boho", "gothic black boots"], 2, **options).texts == together.texts
    alone = [folm.generate([query], 1, **options).texts[0] for query in ("boho", "gothic black boots")]
    assert alone == together.texts[::2]
    assert folm.generate(["boho"], 2, **(options | {"seed": 2})).texts != together.texts[:2]


@pytest.mark.parametrize("kind", ["qwen3", "gemma3"])
def test_what_counts_ends_with_the_first_end_token(kind: str, encoder: HashEncoder) -> None:
    folm = tiny_instruct(kind, encoder)
    ends = folm.tokenizer.convert_tokens_to_ids(FORMATS[kind][2])
    assert folm.ends == sorted(ends)
    louder = torch.zeros(len(folm.tokenizer)).index_fill(0, torch.tensor(ends), 4.0)
    folm.model.get_output_embeddings().register_forward_hook(lambda _, __, logits: logits + louder)
    answers = folm.generate(["boho", "red hat"], 8, k=3, seed=0, temperature=1.0)
    for ids, counted, text in zip(answers.completion.tolist(), answers.counted.tolist(), answers.texts, strict=True):
        places = [i for i, token in enumerate(ids) if token in ends]
        length = places[0] + 1 if places else len(ids)
        assert counted == [1.0] * length + [0.0] * (len(ids) - length)
        assert text == folm.tokenizer.decode(ids[: places[0] if places else length])
    assert set(ends) <= set(answers.completion.flatten().tolist()), "both ways to end should occur in this test"


def test_fan_out_embeds_what_it_reads_or_falls_back_to_the_query(encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    folm = tiny_instruct("qwen3", encoder)
    queries = ["boho", "gothic boots"]
    fans = folm.fan_out(queries, encoder.encode_text(queries), 3, seed=0)
    assert [fan.labels for fan in fans] == [["boho"], ["gothic boots"]], "an untrained model writes no list"
    batch_decode = folm.tokenizer.batch_decode
    monkeypatch.setattr(folm.tokenizer, "batch_decode", lambda ids: [answer(["Red Hat", "scarf"]) for _ in batch_decode(ids)])
    for fan in folm.fan_out(queries, encoder.encode_text(queries), 3, seed=0):
        assert fan.method == "instruct" and fan.is_text and fan.labels == ["red hat", "scarf"]
        np.testing.assert_array_equal(fan.vectors, encoder.encode_text(fan.labels))


def test_reasoning_that_the_template_opens_is_reasoning(encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    folm = tiny_instruct("qwen3", encoder)
    monkeypatch.setattr(folm.tokenizer, "batch_decode", lambda ids: ['draft <queries>["red hat"]</queries>' for _ in ids])
    assert folm.write(["boho"], None, 3, 1, seed=0, temperature=1.0) == [["red hat"]]
    folm.tokenizer.chat_template += "{{- '<think>\\n' }}"
    assert folm.write(["boho"], None, 3, 1, seed=0, temperature=1.0) == [[]]


def test_a_saved_model_is_a_method_of_its_own(encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    folm = tiny_instruct("gemma3", encoder)
    folm.model.save_pretrained(tmp_path)
    folm.tokenizer.save_pretrained(tmp_path)
    name = f"instruct:{tmp_path}"
    method = lookup(name)
    assert str(tmp_path) in method.description and method.needs is None
    loaded = method.build(type("Parts", (), {"encoder": encoder}))
    assert loaded.name == name and loaded.model.dtype == torch.float32
    loaded.room = folm.room
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    assert loaded.generate(["boho"], 2, **options).texts == folm.generate(["boho"], 2, **options).texts


def test_loading_tells_what_is_wrong(encoder: HashEncoder, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no method 'instruct'"):
        lookup("instruct")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match=f"The language model {tmp_path} cannot be loaded: ."):
        InstructFolm.load(tmp_path, encoder)


def test_a_model_that_is_no_instruct_model_says_so(encoder: HashEncoder) -> None:
    folm = tiny_instruct("qwen3", encoder)
    base = tiny_tokenizer("qwen3")
    base.chat_template = None
    with pytest.raises(UserError, match="'base' has no chat template: choose an instruct model"):
        InstructFolm(folm.model, base, encoder, "base")
    endless = tiny_tokenizer("qwen3")
    endless.eos_token = None
    folm.model.generation_config.eos_token_id = None
    with pytest.raises(UserError, match="'base' names no end token"):
        InstructFolm(folm.model, endless, encoder, "base")
