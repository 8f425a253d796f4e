"""How a language model is asked for a list of sub-queries, and how its answer is read.

``Reasoned`` is the paper's format, for instruct models of some size: a chat that reasons first and then writes a JSON list.
``Compact`` is the embedded model's: a bare prompt with the catalog card, and one short list of things, no reasoning.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from transformers import PreTrainedTokenizerBase

from r4t_demo.fanout.base import core_of

THINK = ("<think>", "</think>")
QUERIES = ("<queries>", "</queries>")
# Sense and tags are the paper's, the wording is ours.
PROMPT = """\
A search engine finds items for short queries. Someone gives it the request below, which many different items could answer. \
Write up to {k} search queries that together find a varied set of such items. The queries should be diverse and on the same \
topic, each changing or adding one to three words of the request.{holds}

First reason briefly inside <think></think>. Then write the queries as a JSON list inside <queries></queries>, such as \
<queries>["first query", "second query"]</queries>

Request: {query}"""
# Two finished lists of different catalogues before the request, for the untouched model; other prompts have not been compared.
SHOTS = (
    ("chair, lamp, rug, vase, mug, cushion, shelf, plant", "reading corner", (
        "wingback armchair", "brass floor lamp", "wool throw", "ladder bookshelf", "round side table", "sheepskin rug",
        "linen cushion", "stoneware mug", "trailing ivy", "cast-iron bookends",
    )),
    ("dress, coat, boots, scarf, bag, hat, jumper, shirt", "walk by the sea in autumn", (
        "waxed cotton jacket", "chunky wool jumper", "rubber ankle boots", "tartan scarf", "corduroy trousers", "canvas backpack",
        "ribbed beanie", "leather gloves", "flannel shirt", "thick wool socks",
    )),
)  # fmt: skip


class Format(Protocol):
    """Asks for a list and reads it.

    ``room`` is how many tokens an answer may have; a piece is finished only behind one of the signs of ``closers``.
    An ``endless`` list is ended by its k-th distinct piece alone: the model may not end it itself.
    The one list that a visitor gets is drawn at ``temperature``, led by the request as far as ``guidance`` says
    (``decoding.Guided``; at 1 not at all).
    """

    @property
    def room(self) -> int: ...

    @property
    def closers(self) -> str: ...

    @property
    def endless(self) -> bool: ...

    @property
    def temperature(self) -> float: ...

    @property
    def guidance(self) -> float: ...

    def prompt(self, tokenizer: PreTrainedTokenizerBase, query: str, card: str, k: int) -> str:
        """The text that the model continues."""
        ...

    def finished(self, text: str) -> list[str]:
        """The pieces of an unfinished answer that nothing behind them can change, in order, repeated and empty ones included."""
        ...

    def pieces(self, text: str) -> list[str]:
        """The pieces of a finished answer."""
        ...

    def spelt(self, piece: str, query: str) -> str:
        """The sub-query that a piece stands for."""
        ...

    def written(self, things: Sequence[str]) -> str:
        """The answer that lists ``things``, as a model is taught it."""
        ...


@dataclass(frozen=True)
class Compact:
    """``shots``: finished lists before the request, (card, request, things) each; none for a model that has learnt the format.

    A piece names a kind of thing, and the sub-query is the request's core with it: in this project's index that finds suiting
    items more often than the thing alone.
    """

    shots: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    room: int = 96
    closers: str = ",;\n"
    endless: bool = True
    temperature: float = 0.1
    guidance: float = 1.5

    def prompt(self, tokenizer: PreTrainedTokenizerBase, query: str, card: str, k: int) -> str:
        """See ``Format``."""
        shown = [f"{_asked(card, request)} {', '.join(things)}\n\n" for card, request, things in self.shots]
        return "".join(shown) + _asked(card, _plain(tokenizer, query))

    def finished(self, text: str) -> list[str]:
        """See ``Format``: whatever a comma or a line's end closes, and all that stands before an empty line."""
        body, empty, _ = text.lstrip().partition("\n\n")
        return self.pieces(body) if empty else self.pieces(body)[:-1]

    def pieces(self, text: str) -> list[str]:
        """See ``Format``. Bullets, numbers and quotes are dropped; an empty line ends the list."""
        body = text.lstrip().partition("\n\n")[0]
        return [_cleaned(piece) for piece in re.split(r"[,;\n]", body)]

    def spelt(self, piece: str, query: str) -> str:
        """See ``Format``."""
        core = core_of(query)
        return piece if not piece or core in piece else f"{core} {piece}"

    def written(self, things: Sequence[str]) -> str:
        """See ``Format``."""
        return f" {', '.join(things)}"


def _asked(card: str, query: str) -> str:
    return f"Things to search for.\nCatalogue: {card}\nRequest: {query}\nList:"


@dataclass(frozen=True)
class Reasoned:
    """The paper's: reasoning inside <think>, then a JSON list inside <queries>; the pieces are whole sub-queries.

    What a malformed answer is worth:

    - Reasoning does not count: everything up to the last ``</think>``, and everything from a ``<think>`` that is left open.
    - The list is the first behind ``<queries>``; an answer without that tag, or without "[" before ``</queries>``, holds none.
    - The list ends at its "]", or before the first thing that is no JSON string: what stands before it counts, so that an answer
      that was cut short keeps its finished entries.

    Entries are lower-cased (encoders read them so, and "Red hat" repeats "red hat"), their white space is collapsed and what is
    no Unicode text is left out.
    """

    room: int = 768  # with the prompt some 1000 tokens, the paper's sequence length
    closers: str = '"]'
    endless: bool = False
    temperature: float = 0.3
    guidance: float = 1.0

    def prompt(self, tokenizer: PreTrainedTokenizerBase, query: str, card: str, k: int) -> str:
        """See ``Format``: ``PROMPT`` in the model's chat template, ready for the answer."""
        holds = f" The catalogue holds: {card}." if card else ""
        chat = [{"role": "user", "content": PROMPT.format(k=k, query=_plain(tokenizer, query), holds=holds)}]
        return cast(str, tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))

    def finished(self, text: str) -> list[str]:
        """See ``Format``: the reader drops what is cut short by itself."""
        return self.pieces(text)

    def pieces(self, text: str) -> list[str]:
        """See ``Format``."""
        answer = text.rpartition(THINK[1])[2].partition(THINK[0])[0]
        inside = answer.partition(QUERIES[0])[2].partition(QUERIES[1])[0]
        return [_readable(entry).lower() for entry in _strings(inside.partition("[")[2])]

    def spelt(self, piece: str, query: str) -> str:
        """See ``Format``."""
        return piece

    def written(self, things: Sequence[str]) -> str:
        """See ``Format``; without reasoning, which nobody has written down."""
        return f"{QUERIES[0]}{json.dumps(list(things), ensure_ascii=False)}{QUERIES[1]}"


def _strings(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder(strict=False)  # a line break inside a string is no reason to drop it
    text = text.lstrip()
    while text.startswith('"'):
        try:
            entry, end = decoder.raw_decode(text)
        except ValueError:
            return
        yield entry
        text = text[end:].lstrip()
        if not text.startswith(","):
            return
        text = text[1:].lstrip()


def _readable(text: str) -> str:
    return " ".join(text.encode("utf-8", "ignore").decode().split())


def _cleaned(piece: str) -> str:
    """A thing's name as it is searched for, "" where no letter is in it."""
    name = re.sub(r"^(?:[\s.)*\-•–\"'`]|\d+[.)](?!\d))+|[\s\"'`.:]+$", "", _readable(piece).lower())
    return name if any(map(str.isalnum, name)) else ""


def _plain(tokenizer: PreTrainedTokenizerBase, query: str) -> str:
    """The query on one line, without the special tokens that a visitor may have typed."""
    for token in {*tokenizer.get_added_vocab(), *tokenizer.all_special_tokens}:
        query = query.replace(token, " ")
    return " ".join(query.split())


FORMATS: dict[str, Format] = {
    "compact": Compact(),
    "few-shot": Compact(SHOTS, temperature=0.3, guidance=1.0),  # cooler or led, an untouched model repeats itself
    "reasoned": Reasoned(),
}
