"""What other programs and agents may call: the named endpoints, which are the tools of the MCP server too.

They answer on the page's own catalogue alone: one that a visitor uploads is seen by its session and by nobody here. Their answers
are described in ``r4t_demo/schema``.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeGuard

import gradio as gr
from gradio.mcp import GradioMCPServer
from mcp.types import TextContent

from r4t_demo.engine import Query, is_unicode
from r4t_demo.errors import UserError
from r4t_demo.pattern.steer import METHODS, to_json
from r4t_demo.pattern.task import K
from r4t_demo.serve.desk import Desk, ServedSteering
from r4t_demo.sources.decode import query_image
from r4t_demo.ui.search.ask import decimal, whole
from r4t_demo.ui.search.tab import offered
from r4t_demo.why import why


def _told(endpoint: Callable) -> Callable:
    """The endpoint, whose bad input is answered by the sentence that says what is wrong."""

    @wraps(endpoint)
    def answer(self, *arguments, **named):
        try:
            return endpoint(self, *arguments, **named)
        except UserError as error:
            self.desk.refused(endpoint.__name__, error)
            raise gr.Error(str(error), print_exception=False) from error

    return answer


class Endpoints:
    """The endpoints over a desk's engine. ``steering`` is what steers its catalogue, or why nothing does.

    Names, types and docstrings are what Gradio shows to people and agents.
    """

    def __init__(self, desk: Desk, steering: ServedSteering | UserError):
        self.desk, self.engine, self.steering = desk, desk.engine, steering

    @_told
    def fanout(
        self, query: str = "", methods: list[str] | str | None = None, k: int = 10, n: int = 4, seed: int = 0,
        distinct: bool = False, variety: float = 0.0, item_id: str = "", picture: str = "", other_kinds: bool = False,
        plus: list[str] | str | None = None, minus: list[str] | str | None = None,
    ) -> list[dict]:  # fmt: skip
        """Fan a query, an item or a picture out into k directions and retrieve n items for each, by every method named. Where
        "fits" is false, nothing in the catalogue seems to be what was asked for.

        Parameters:
            query: a broad wish in a few words, such as "bohemian festival style"; leave it out with an item or a picture
            methods: names of methods, of those that the endpoint catalogs lists (folm and diffusion where they are there)
            k: number of directions, 1 to 10
            n: items for each direction, 1 to 50
            seed: the same seed gives the same answer
            distinct: list an item once an answer, as the page does
            variety: of the diffusion methods, from -1 (closer to the request) to 1 (more variety); 0 is the default
            item_id: an item's id, such as "at-00000": a set around it
            picture: a picture file in base64 (JPEG, PNG, WebP and others, up to 3 MB): a set around it
            other_kinds: leave out what is of the same kind as the item or picture, to complete a look
            plus: ids of items of which there should be more like it
            minus: ids of items of which there should be less like it
        """
        numbers: dict[str, Any] = {
            "k": whole(k, "k"),
            "n": whole(n, "n"),
            "seed": whole(seed, "seed"),
            "variety": decimal(variety, "variety"),
        }
        there = self.engine.methods()
        usual = [name for name in ("folm", "diffusion") if name in there]
        names = offered(texts(methods or usual or ["none"], "methods"), there)
        marked: dict[str, Any] = {name: tuple(texts(ids or [], name)) for name, ids in (("plus", plus), ("minus", minus))}
        asked = self._asked(_text(query, "query"), _text(item_id, "item_id"), _text(picture, "picture"))
        results = self.engine.run([asked], names, **numbers, distinct=bool(distinct), other_kinds=bool(other_kinds), **marked)
        return [result.to_json() for result in results]

    def _asked(self, query: str, item_id: str, picture: str) -> Query:
        """The one of them that is given; words where none is."""
        if sum(map(bool, (query, item_id, picture))) > 1:
            raise UserError("Of query, item_id and picture more than one is given: leave the others out.")
        if picture:
            return query_image(_decoded(picture))
        return self.engine.catalog[item_id] if item_id else query

    @_told
    def steer(
        self, seeds: list[str] | str, domain: str, value: str, methods: list[str] | str | None = None, k: int = K,
        strength: float = 1.0, seed: int = 0, less: list[str] | str | None = None,
    ) -> dict:  # fmt: skip
        """Find k more items of the pattern that a few share, with a wanted attribute, by every method named.

        Parameters:
            seeds: ids of the items to start from, such as ["at-00000", "at-00002"]
            domain: what kind of attribute is wanted, such as "season"; the endpoint catalogs lists them with their values
            value: the attribute itself, such as "winter"
            methods: any of seed-mean, direction, modit, hppo (all)
            k: number of items to find
            strength: 0 is the seed mean, 1 the generated query, up to 2
            seed: the same seed gives the same answer
            less: ids of items that what is found shall be unlike (none)
        """
        if isinstance(self.steering, UserError):
            raise self.steering
        wanted = _text(domain, "domain"), _text(value, "value"), texts(methods or list(METHODS), "methods")
        numbers: dict[str, Any] = {"k": whole(k, "k"), "strength": decimal(strength, "strength"), "seed": whole(seed, "seed")}
        return to_json(*self.steering.run(texts(seeds, "seeds"), *wanted, **numbers, less=texts(less or [], "less")))

    @_told
    def search(self, query: str = "", item_id: str = "", n: int = 12, category: str = "") -> dict:
        """Find the n items nearest to a text, or to an item of the catalogue. It is plain search, without a fan-out.

        Parameters:
            query: what is looked for, such as "red ankle boots"; leave it out where item_id is given
            item_id: an item's id, such as "at-00000": what is like it is found, without itself
            n: number of items, 1 to 50
            category: only items of this category, of those that the endpoint catalogs lists (all)
        """
        asked = {name: _text(text, name) for name, text in (("query", query), ("item_id", item_id), ("category", category))}
        if asked["query"] and asked["item_id"]:
            raise UserError("Both a query and an item_id are given: leave one of them out.")
        find, what = (self.engine.similar, item_id) if item_id else (self.engine.search, query)
        hits = find(what, whole(n, "n"), category or None)
        return {name: text or None for name, text in asked.items()} | {"items": [hit.to_json() for hit in hits]}

    @_told
    def why(
        self, item_id: str, query: str = "", method: str = "diffusion", sub_query: str = "",
        before: list[str] | str | None = None, tokens: bool = False, direction: int = 0, k: int = 10, seed: int = 0,
        variety: float = 0.0,
    ) -> dict:  # fmt: skip
        """Say why a method found an item for a query: how near the item is to the direction that found it and to the query,
        where plain search has it, and how much each word of the sub-query counts.

        Parameters:
            item_id: the item's id, such as "at-00000"
            query: what was asked, such as "bohemian festival style"
            method: the method that found it, of those that the endpoint catalogs lists
            sub_query: one that fanout answered with; without it the method is run again
            before: the sub-queries that stand before it in that answer, for tokens
            tokens: tell how likely each token of the sub-query was that the language model wrote
            direction: without sub_query, the number of the direction in fanout's answer, from 1; 0 is the one nearest to the item
            k: number of directions that fanout was asked for, 1 to 10
            seed: the seed that fanout was asked with
            variety: the variety that fanout was asked with
        """
        asked: dict[str, Any] = {"item_id": _text(item_id, "item_id"), "method": _text(method, "method")}
        text, named = _text(query, "query"), offered([asked["method"]], self.engine.methods())
        written = {"sub_query": _text(sub_query, "sub_query"), "before": texts(before or [], "before"), "tokens": bool(tokens)}
        numbers = {"direction": whole(direction, "direction"), "k": whole(k, "k"), "seed": whole(seed, "seed")}
        options: dict[str, Any] = {**written, **numbers, "variety": decimal(variety, "variety")}
        models = named if tokens or not sub_query.strip() else ()  # what only embeds waits for no language model
        return self.engine.in_turn("why", text, lambda engine: why(engine, text, **asked, **options), methods=models).to_json()

    @_told
    def catalogs(self) -> list[dict]:
        """List the catalogues that can be asked: name, number of items, categories with theirs, encoder, the methods of fanout,
        and the domains with their values that steer can steer to, null where it cannot.
        """
        catalog = self.engine.catalog
        about = {"name": catalog.name, "items": len(catalog), "categories": catalog.categories}
        answers = {"encoder": self.engine.encoder.id, "methods": self.engine.methods()}
        return [about | answers | {"steering": None if isinstance(self.steering, UserError) else self.steering.domains}]


def register(endpoints: Endpoints) -> None:
    """Make them endpoints of the page that is being laid out. Those that search wait in line with its searches, at the desk."""
    for answer in (endpoints.fanout, endpoints.steer, endpoints.search, endpoints.why, endpoints.catalogs):
        gr.api(answer, api_name=answer.__name__, concurrency_limit=None)


def answer_in_json(server: GradioMCPServer) -> None:
    """Let the tools answer in JSON: by itself Gradio tells an agent the answer as Python writes it, None and all."""

    def in_json(outputs: list, _: object) -> list[TextContent]:
        return [TextContent(type="text", text=json.dumps(output, ensure_ascii=False)) for output in outputs]

    setattr(server, "postprocess_output_data", in_json)  # noqa: B010 - a method of the library's, replaced on this one server


def _decoded(picture: str) -> bytes:
    """The bytes of a file in base64, which may be a data address."""
    try:
        return b64decode(picture.partition(",")[2] if picture.startswith("data:") else picture, validate=True)
    except ValueError as error:
        raise UserError("“picture” must be a picture file in base64.") from error


def _text(value: object, name: str) -> str:
    if not _is_text(value):
        raise UserError(f"“{name}” must be a text.")
    return value


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and is_unicode(value)


def texts(values: object, name: str) -> list[str]:
    """A list of texts, which agents also write as one text, as JSON or with commas between; UserError for anything else."""
    if isinstance(values, str):
        values = _split(values)
    if not isinstance(values, list) or not all(map(_is_text, values)):
        raise UserError(f"“{name}” must be a list of texts.")
    return values


def _split(text: str) -> object:
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None
    return [part.strip() for part in text.split(",") if part.strip()]
