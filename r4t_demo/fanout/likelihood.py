"""How likely a language model was to write what it wrote: one teacher-forced pass over its own prompt and list."""

from collections.abc import Sequence

import torch

from r4t_demo.fanout.base import core_of
from r4t_demo.fanout.decoding import logits_of
from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.formats import Compact


@torch.no_grad()
def token_probabilities(
    folm: Folm, query: str, before: Sequence[str], sub_query: str, k: int
) -> list[tuple[str, float]] | None:  # fmt: skip
    """The tokens of a sub-query, and the probability of each given the prompt, the sub-queries ``before`` it and its own start.

    It is that of the bare softmax: lists are drawn cooler, guided, and without some tokens. The request's words, which stand
    before the thing in a sub-query, are none of the model's. None where the model reasons before it writes: that is not kept.
    """
    if not isinstance(folm.form, Compact):
        return None
    things = [_thing(text, query) for text in (*before, sub_query)]
    prompt = folm.form.prompt(folm.tokenizer, query, folm.card, k)
    listed = folm.form.written(things[:-1]) + "," if before else ""
    head, own = (folm.tokenizer(text, add_special_tokens=False)["input_ids"] for text in (prompt + listed, f" {things[-1]}"))
    ids = torch.tensor([[*head, *own]], device=folm.model.device)
    logits = logits_of(folm.model, ids, len(own) + 1)[0, :-1]
    chances = logits.float().softmax(-1).gather(1, ids[0, len(head) :, None])[:, 0]
    return [(str(folm.tokenizer.decode([token])), chance) for token, chance in zip(own, chances.tolist(), strict=True)]


def _thing(sub_query: str, query: str) -> str:
    """What the model wrote: a sub-query is the request's core and a thing (``Compact.spelt``)."""
    return sub_query.removeprefix(core_of(query)).strip() or sub_query
