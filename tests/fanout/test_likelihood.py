"""Token probabilities: those that the model gives step by step, behind its own prompt and the list so far."""

import pytest
import torch

from r4t_demo.fanout.likelihood import token_probabilities
from tests.tiny_instruct import tiny_instruct
from tests.tiny_models import tiny_folm

QUERY, BEFORE = "a bohemian look", ["bohemian red dress", "bohemian hat"]


def test_each_token_has_the_probability_of_its_own_step(encoder):
    folm = tiny_folm(encoder)
    told = token_probabilities(folm, QUERY, BEFORE, "bohemian navy boots", 10)
    assert "".join(text for text, _ in told) == " navy boots", "the request's words are none of the model's"
    prompt = folm.form.prompt(folm.tokenizer, QUERY, folm.card, 10) + " red dress, hat,"
    ids = folm.tokenizer(prompt, add_special_tokens=False)["input_ids"]
    for token, (_, chance) in zip(folm.tokenizer(" navy boots", add_special_tokens=False)["input_ids"], told, strict=True):
        with torch.no_grad():
            expected = folm.model(input_ids=torch.tensor([ids])).logits[0, -1].softmax(-1)[token]
        assert chance == pytest.approx(float(expected), rel=1e-4)
        ids.append(token)


def test_what_stands_before_it_matters_and_a_list_may_begin_with_it(encoder):
    folm = tiny_folm(encoder)
    first, third = (token_probabilities(folm, QUERY, before, "bohemian hat", 10) for before in ([], BEFORE))
    assert [text for text, _ in first] == [text for text, _ in third] and first != third
    assert token_probabilities(folm, QUERY, [], "bohemian", 10), "a thing may be the request's own word"


def test_a_model_that_reasons_first_has_none(encoder):
    assert token_probabilities(tiny_instruct("qwen3", encoder), QUERY, [], "red dress", 10) is None
