"""Why an item was found: figures that anybody can compute again from the encoder and the index."""

import numpy as np
import pytest

from r4t_demo.errors import UserError
from r4t_demo.why import why, why_steered
from tests.tiny_models import tiny_folm
from tests.ui.fake_steering import SeasonSteering

ITEM, QUERY = "gothic-red-hat", "bohemian"


def cosine(engine, text: str, item_id: str = ITEM) -> float:
    item = engine.index.vectors(np.array([engine.catalog.row(item_id)]))[0]
    return float(engine.encoder.encode_text([text])[0] @ item)


def test_a_sub_query_is_told_by_its_cosine_and_by_what_each_word_adds(engine):
    told = why(engine, QUERY, ITEM, "folm", sub_query="gothic red umbrella")
    assert told.is_text and told.phrase_cosine is None and told.tokens is None
    assert told.cosine == pytest.approx(cosine(engine, "gothic red umbrella"), abs=1e-6)
    assert told.request_cosine == pytest.approx(cosine(engine, QUERY), abs=1e-6)
    differences = dict(told.words)
    assert differences["red"] == pytest.approx(told.cosine - cosine(engine, "gothic umbrella"), abs=1e-6)
    assert list(differences) == ["gothic", "red", "umbrella"]
    assert min(differences["gothic"], differences["red"]) > 0.1 > differences["umbrella"], "it is no umbrella"
    assert why(engine, QUERY, ITEM, "folm", sub_query="hat").words == []


def test_the_rank_is_that_of_plain_search(engine):
    ranked = [hit.item.item_id for hit in engine.search(QUERY, 48)]
    for item_id in (ranked[0], ranked[30], ranked[-1]):
        told = why(engine, QUERY, item_id, "folm", sub_query="hat")
        assert (told.request_rank, told.items) == (ranked.index(item_id) + 1, 48)


def test_an_item_too_far_down_has_no_rank(engine, monkeypatch):
    monkeypatch.setattr("r4t_demo.why.DEPTH", 5)
    last = engine.search(QUERY, 48)[-1].item.item_id
    assert why(engine, QUERY, last, "folm", sub_query="hat").request_rank is None


def test_a_direction_that_is_no_text_is_run_again_and_told_by_its_phrase(engine):
    [answer] = engine.run([QUERY], ["diffusion"], k=4)
    item = engine.index.vectors(np.array([engine.catalog.row(ITEM)]))[0]
    second = why(engine, QUERY, ITEM, "diffusion", direction=2, k=4)
    nearest = why(engine, QUERY, ITEM, "diffusion", k=4)
    assert (second.direction, second.phrase_cosine, second.words) == (answer.sub_queries[1], 0.5, [])
    assert second.cosine == pytest.approx(float(answer.vectors[1] @ item))
    assert nearest.cosine == pytest.approx(float((answer.vectors @ item).max()))


def test_likes_move_the_request_and_the_sub_query(engine):
    plain, liked = (why(engine, QUERY, ITEM, "folm", sub_query="boots", plus=plus) for plus in ((), ("gothic-navy-hat",)))
    assert liked.cosine > plain.cosine and liked.request_cosine > plain.request_cosine


def test_tokens_are_told_of_what_a_language_model_wrote(engine):
    engine.fanouts._loaded["folm"] = tiny_folm(engine.encoder)
    told = why(engine, QUERY, ITEM, "folm", sub_query="bohemian red dress", before=["bohemian hat"], tokens=True)
    assert "".join(text for text, _ in told.tokens) == " red dress" and all(0 <= chance <= 1 for _, chance in told.tokens)
    assert why(engine, QUERY, ITEM, "template", sub_query="bohemian hat", tokens=True).tokens is None
    assert why(engine, QUERY, ITEM, "sft", sub_query="bohemian hat", tokens=True).tokens is None, "a stand-in has none"


def test_steering_names_the_seeds_nearest_first(engine):
    steering, seeds = SeasonSteering(engine), ["gothic-navy-hat", "bohemian-ivory-scarf"]
    told = why_steered(steering, ITEM, "hppo", seeds, "season", "winter")
    row, *others = (engine.index.vectors(np.array([engine.catalog.row(one)]))[0] for one in (ITEM, *seeds))
    assert [seed for seed, _ in told.seeds] == seeds, "both are gothic hats"
    assert [value for _, value in told.seeds] == pytest.approx([float(other @ row) for other in others])
    assert 1 <= told.mean_rank <= 46 and told.items == 48
    with pytest.raises(UserError, match="no steering method"):
        why_steered(steering, ITEM, "stage1", seeds, "season", "winter")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"item_id": "sofa"}, "no item 'sofa'"),
        ({"query": " "}, "query is empty"),
        ({"direction": 9}, "no direction 9: choose one from 1 to 4"),
        ({"sub_query": "x" * 501}, "at most 500 characters"),
        ({"sub_query": "hat", "before": ["x"] * 10}, "10 sub-queries are said to stand before this one: at most 9 do"),
    ],
)
def test_bad_input_is_a_sentence(engine, asked, sentence):
    asked = {"query": QUERY, "item_id": ITEM, "method": "diffusion", "k": 4, **asked}
    with pytest.raises(UserError, match=sentence):
        why(engine, **asked)
