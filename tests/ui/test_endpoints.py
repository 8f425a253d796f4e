"""The named endpoints, as other programs call them over HTTP and agents as tools of an MCP server."""

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.serve.desk import Desk
from r4t_demo.sources.decode import query_image
from r4t_demo.ui.endpoints import Endpoints, texts
from r4t_demo.ui.launch import launch
from tests.sources.makers import write_files
from tests.ui.agent import ask_as_agent
from tests.ui.fake_engine import FakeEngine
from tests.ui.made_jobs import make_job

NAMES = ["fanout", "steer", "search", "why", "catalogs"]
SEEDS = ["gothic-red-hat", "gothic-navy-hat"]


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """The address of an app whose searches take a while, with a checkpoint that is nobody's business."""
    root = tmp_path_factory.mktemp("fake")
    (root / "checkpoints").mkdir()
    (root / "checkpoints" / "model.safetensors").write_text("secret")
    demo, address = launch(FakeEngine(root, seconds=0.05), prevent_thread_lock=True)
    yield address
    demo.close()


@pytest.fixture(scope="module")
def client(served):
    return Client(served.address, verbose=False)


def test_several_callers_are_answered(slow):
    client = Client(slow, verbose=False)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: client.predict(f"query {number}", ["folm"], 3, 2, api_name="/fanout"), range(12)))
    assert [answer[0]["query"] for answer in answers] == [f"query {number}" for number in range(12)]
    assert all(len(answer[0]["items"]) == 3 for answer in answers)


def test_only_pictures_are_served(slow):
    assert "checkpoints" not in httpx.get(slow + "config").text
    for path in ("app.py", "pyproject.toml", "/etc/passwd", "checkpoints/model.safetensors"):
        assert httpx.get(f"{slow}gradio_api/file={path}").status_code >= 400


def test_nothing_else_is_public_and_what_is_says_what_it_takes(served):
    told = httpx.get(f"{served.address}gradio_api/info").json()
    assert list(told["named_endpoints"]) == [f"/{name}" for name in NAMES] and not told["unnamed_endpoints"]
    types = {
        name: {one["parameter_name"]: one["python_type"]["type"] for one in told["named_endpoints"][f"/{name}"]["parameters"]}
        for name in NAMES
    }
    assert types["search"] == {"query": "str", "item_id": "str", "n": "int", "category": "str"}
    assert types["catalogs"] == {} and types["steer"]["seeds"] == "list[str] | str" and types["fanout"]["variety"] == "float"
    assert types["fanout"]["picture"] == "str" and "list[str]" in types["fanout"]["plus"]


def test_fan_out_and_steering_answer_as_the_command_line_does(served, client):
    answers = client.predict("gothic red", ["mmr"], 3, 2, api_name="/fanout")
    [expected] = served.engine.run(["gothic red"], ["mmr"], k=3, n=2)
    assert [one | {"ms": None} for one in answers] == [expected.to_json() | {"ms": None}]
    assert [one["method"] for one in served.endpoints.fanout("gothic red")] == ["folm", "diffusion"]
    steered = client.predict(SEEDS, "season", "winter", None, 6, 1.0, 0, api_name="/steer")
    assert [(one["method"], len(one["items"])) for one in steered["results"]] == [
        ("seed-mean", 6), ("direction", 6), ("modit", 6), ("hppo", 6),
    ]  # fmt: skip
    assert steered["spread"]["patterns"] == 1


def test_why_says_how_near_an_item_is_and_what_each_word_counts(served, client):
    item = served.engine.search("gothic hat", 48)[-1].item  # plain search has it last of all
    told = client.predict(item_id=item.item_id, query="gothic hat", method="folm", sub_query=item.title, api_name="/why")
    assert told == served.endpoints.why(item.item_id, "gothic hat", "folm", item.title)
    assert told["request_rank"] == told["items"] == 48 and told["cosine"] > told["request_cosine"]
    assert [one["word"] for one in told["words"]] == item.title.split() and all(one["difference"] > 0 for one in told["words"])
    found = served.endpoints.why(SEEDS[0], "gothic", direction=2, k=3)
    [answer] = served.engine.run(["gothic"], ["diffusion"], k=3)
    assert found["direction"] == answer.sub_queries[1] and found["phrase_cosine"] == 0.5 and found["words"] == []


def test_a_set_around_an_item_or_a_picture(served, client):
    """Over HTTP as in Python; a picture comes in base64, as a file or as a page's address of one."""
    item = served.engine.catalog["gothic-red-hat"]
    data = b64encode(item.image.read_bytes()).decode()
    options = {"methods": ["diffusion"], "k": 3, "n": 2}
    marked = {"plus": ["gothic-navy-scarf"], "minus": ["gothic-red-boots"], "other_kinds": True}
    image = query_image(item.image.read_bytes())
    for told, query in (
        ({"item_id": item.item_id}, item),
        ({"picture": data}, image),
        ({"picture": f"data:image/png;base64,{data}"}, image),
    ):
        [answer] = client.predict(**told, **options, **marked, api_name="/fanout")
        kinds = {"plus": tuple(marked["plus"]), "minus": tuple(marked["minus"]), "other_kinds": True}
        [expected] = served.engine.run([query], ["diffusion"], k=3, n=2, **kinds)
        assert answer["items"] == expected.to_json()["items"] and answer["query"] == expected.query
        assert served.engine.kind(query) not in {one["category"] for items in answer["items"] for one in items}


def test_without_its_language_model_the_usual_answer_is_the_retrievers(served, monkeypatch):
    monkeypatch.setattr(served.engine.fanouts, "_has", lambda method: not method.writes and served.engine.fanouts._found(method))
    assert [one["method"] for one in served.endpoints.fanout("gothic red")] == ["diffusion"]
    with pytest.raises(gr.Error, match="There is no method 'folm' on this page: choose from none, mmr"):
        served.endpoints.fanout("gothic red", ["folm"])
    monkeypatch.setattr(served.engine.fanouts, "_has", lambda method: method.needs is None and not method.writes)
    assert [one["method"] for one in served.endpoints.fanout("gothic red")] == ["none"]


def test_search_finds_what_is_near_a_text_or_an_item(served, client):
    answer = client.predict(query="gothic red", n=5, category="hat", api_name="/search")
    assert answer == {
        "query": "gothic red", "item_id": None, "category": "hat",
        "items": [hit.to_json() for hit in served.engine.search("gothic red", 5, "hat")],
    }  # fmt: skip
    answer = client.predict(item_id="gothic-red-hat", api_name="/search")
    assert answer["items"] == [hit.to_json() for hit in served.engine.similar("gothic-red-hat", 12)]
    assert (answer["query"], answer["item_id"], answer["category"]) == (None, "gothic-red-hat", None)


def test_the_catalogue_tells_what_can_be_asked_of_it(served, client):
    [catalog] = client.predict(api_name="/catalogs")
    kinds = ("belt", "boots", "dress", "handbag", "hat", "scarf")
    assert (catalog["name"], catalog["items"], catalog["encoder"]) == ("tiny", 48, "hash-48")
    assert catalog["categories"] == dict.fromkeys(kinds, 8)
    assert catalog["methods"] == served.engine.methods()
    assert catalog["steering"] == {"season": ["summer", "winter"]}


def test_where_nothing_steers_it_says_so(served):
    endpoints = Endpoints(Desk(served.engine), UserError("There is no steering model for 'tiny'."))
    assert endpoints.catalogs()[0]["steering"] is None
    with pytest.raises(gr.Error, match="no steering model for 'tiny'"):
        endpoints.steer(SEEDS, "season", "winter")


def test_an_uploaded_catalogue_is_neither_listed_nor_searched(served, client, tmp_path):
    table = "title,category\n" + "\n".join(f"speckled thing {number},mug" for number in range(24))
    make_job(served.jobs, write_files(tmp_path / "mugs", {"mugs.csv": table}), "done")
    assert [catalog["name"] for catalog in client.predict(api_name="/catalogs")] == ["tiny"]
    with pytest.raises(AppError, match="no item 'row-000003'"):
        client.predict(item_id="row-000003", api_name="/search")
    with pytest.raises(AppError, match="no category 'mug'"):
        client.predict(query="speckled thing", category="mug", api_name="/search")


@pytest.mark.parametrize(
    ("name", "asked", "sentence"),
    [
        ("fanout", {"query": " "}, "query is empty"),
        ("fanout", {"query": 7}, "“query” must be a text"),
        ("fanout", {"query": "x", "k": "many"}, "“k” must be a whole number"),
        ("fanout", {"query": "x", "n": 51}, "number of items is 51"),
        ("fanout", {"query": "x", "methods": ["instruct:some/model"]}, "no method 'instruct:some/model' on this page"),
        ("fanout", {"query": "x", "methods": '["mmr"'}, "“methods” must be a list"),
        ("fanout", {"query": "x", "methods": "mmr, sofa"}, "no method 'sofa'"),
        ("fanout", {}, "query is empty"),
        ("fanout", {"query": "x", "item_id": SEEDS[0]}, "more than one is given: leave the others out"),
        ("fanout", {"item_id": SEEDS[0], "picture": "eA=="}, "more than one is given"),
        ("fanout", {"item_id": "sofa"}, "no item 'sofa'"),
        ("fanout", {"picture": "no base64!"}, "“picture” must be a picture file in base64."),
        ("fanout", {"picture": "ünïcode"}, "“picture” must be a picture file in base64."),
        ("fanout", {"picture": "eA=="}, "The picture is no picture that can be read: use JPEG"),
        ("fanout", {"picture": "data:,"}, "The picture is an empty file"),
        ("fanout", {"query": "x", "plus": ["sofa"]}, "no item 'sofa'"),
        ("fanout", {"query": "x", "minus": 7}, "“minus” must be a list of texts"),
        ("fanout", {"query": "x", "plus": SEEDS, "minus": SEEDS[:1]}, "both liked and disliked"),
        ("fanout", {"query": "x", "other_kinds": True}, "Words have no kind"),
        ("search", {}, "query is empty"),
        ("search", {"query": "x", "item_id": SEEDS[0]}, "leave one of them out"),
        ("search", {"query": ["x"]}, "“query” must be a text"),
        ("search", {"item_id": "sofa"}, "no item 'sofa'"),
        ("search", {"query": "x", "n": 0}, "number of items is 0: it must be between 1 and 50"),
        ("search", {"query": "x", "n": None}, "“n” must be a whole number"),
        ("search", {"query": "x", "category": "sofa"}, "no category 'sofa': choose from belt"),
        ("why", {"item_id": "sofa", "query": "x"}, "no item 'sofa'"),
        ("why", {"item_id": SEEDS[0]}, "query is empty"),
        ("why", {"item_id": SEEDS[0], "query": "x", "method": "sofa"}, "no method 'sofa' on this page"),
        ("why", {"item_id": SEEDS[0], "query": "x", "direction": 11}, "no direction 11: choose one from 1 to 10"),
        ("why", {"item_id": SEEDS[0], "query": "x", "direction": "first"}, "“direction” must be a whole number"),
        ("why", {"item_id": SEEDS[0], "query": "x", "sub_query": "x" * 501}, "at most 500 characters"),
        ("why", {"item_id": SEEDS[0], "query": "x", "k": 11}, "number of directions is 11"),
        ("why", {"item_id": SEEDS[0], "query": "x", "before": 7}, "“before” must be a list"),
        ("steer", {"seeds": []}, "no seed"),
        ("steer", {"seeds": 7}, "“seeds” must be a list"),
        ("steer", {"seeds": "[" * 100_000}, "“seeds” must be a list"),
        ("steer", {"seeds": ["sofa"]}, "no item 'sofa'"),
        ("steer", {"seeds": SEEDS, "value": "hot"}, "No item has"),
        ("steer", {"seeds": SEEDS, "k": 47}, "between 1 and 46"),
        ("steer", {"seeds": SEEDS, "methods": ["stage1"]}, "no steering method 'stage1'"),
        ("steer", {"seeds": SEEDS, "seed": -1}, "The seed is -1: it must be between 0 and"),
        ("steer", {"seeds": SEEDS, "seed": 2**40}, "The seed is 1099511627776"),
        ("fanout", {"query": "\ud800"}, "“query” must be a text"),
        ("search", {"query": "x", "n": 10**400}, "“n” must be a whole number"),
        ("steer", {"seeds": SEEDS, "strength": float("nan")}, "“strength” must be a number"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(served, name, asked, sentence):
    asked = {"domain": "season", "value": "winter", **asked} if name == "steer" else asked
    with pytest.raises(gr.Error, match=sentence):
        getattr(served.endpoints, name)(**asked)


@given(st.lists(st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"])).map(str.strip).filter(bool)))
def test_a_list_may_come_as_one_text(values):
    assert texts(values, "seeds") == texts(json.dumps(values), "seeds") == values
    if not ",".join(values).startswith("["):
        assert texts(", ".join(values), "seeds") == values


@given(st.text())
def test_any_other_text_is_a_list_of_texts_or_refused(text):
    with suppress(UserError):
        assert all(isinstance(one, str) for one in texts(text, "seeds"))


def test_an_agent_has_exactly_the_five_tools_and_knows_their_parameters(served):
    tools = ask_as_agent(served.address, lambda session: session.list_tools()).tools
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        assert tool.description and all(one.get("description") for one in tool.inputSchema["properties"].values())
    by_name = {tool.name: tool.inputSchema for tool in tools}
    assert by_name["steer"]["required"] == ["seeds", "domain", "value"] and "required" not in by_name["search"]
    assert by_name["fanout"]["properties"]["k"]["default"] == 10


def test_a_tool_answers_as_the_endpoint_does_and_refuses_in_its_words(served):
    async def ask(session):
        asked = (
            ("search", {"query": "gothic red", "n": 3}), ("catalogs", {}), ("search", {"item_id": "sofa"}), ("open_link", {}),
            ("fanout", {"query": "gothic", "methods": '["mmr", "none"]', "k": 1}),
            ("steer", {"seeds": ",".join(SEEDS), "domain": "season", "value": "winter", "methods": "hppo", "k": 2}),
        )  # fmt: skip
        return [await session.call_tool(*one) for one in asked], await session.list_resources(), await session.list_prompts()

    (found, catalogs, refused, unknown, fanned, steered), resources, prompts = ask_as_agent(served.address, ask)
    assert not found.isError and json.loads(found.content[0].text) == served.endpoints.search("gothic red", n=3)
    assert json.loads(catalogs.content[0].text) == served.endpoints.catalogs()
    assert refused.isError and "The catalogue 'tiny' has no item 'sofa'." in refused.content[0].text
    assert unknown.isError and "Unknown tool" in unknown.content[0].text
    assert [one["method"] for one in json.loads(fanned.content[0].text)] == ["mmr", "none"]
    assert [len(one["items"]) for one in json.loads(steered.content[0].text)["results"]] == [2]
    assert resources.resources == prompts.prompts == []
