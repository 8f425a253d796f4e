"""What strangers may send to the served page: files that they did not upload, addresses, made-up arguments, too much of it."""

import json
import socket
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio.utils import get_upload_folder
from starlette.datastructures import Headers

from r4t_demo.settings import ROOT
from r4t_demo.train.tune import catalog_queries
from r4t_demo.ui import guard
from tests.sources.makers import write_zip
from tests.ui.made_jobs import make_job

QUERY = {"query": "gothic red", "methods": ["none"], "k": 2, "n": 1}
ODD = ["", "x" * 5000, "../../etc/passwd", "\0", -1, 10**400, 1.5, None, True, [], {}, [[["x"]]], {"value": {}}, "hub:ann/shop"]


def as_file(path: object) -> dict:
    """What Gradio takes for a file."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "shop.csv"}


class Stranger:
    """Somebody who speaks to the app without its page."""

    def __init__(self, served) -> None:
        self.demo, self.jobs, self.address = served.demo, served.jobs, served.address
        self.http = httpx.Client(base_url=f"{self.address}gradio_api/", timeout=60)

    def number(self, elem_id: str, event: str) -> int:
        """The number of the function that an event of a part of the page runs."""
        [part] = [key for key, block in self.demo.blocks.items() if block.elem_id == elem_id]
        [function] = [key for key, one in self.demo.fns.items() if (part, event) in one.targets]
        return function

    def call(self, function: int, data: object, session: str = "stranger", **more) -> str:
        """The whole answer of a function, as the queue tells it."""
        body = {"fn_index": function, "data": data, "session_hash": session, **more}
        joined = self.http.post("queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        told = []
        with self.http.stream("GET", "queue/data", params={"session_hash": session}) as answer:
            for line in answer.iter_lines():
                told.append(line)
                if "process_completed" in line or "close_stream" in line:
                    break
        return "\n".join(told)

    def get(self, path: object) -> httpx.Response:
        return self.http.get(f"file={path}")


@pytest.fixture(scope="module")
def stranger(served):
    return Stranger(served)


@pytest.fixture
def uploaded(stranger) -> str:
    """The path of a file that somebody uploaded and nothing has read yet."""
    return stranger.http.post("upload", files={"files": ("secret.csv", b"title\nsecret\n")}).json()[0]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "app.py",
        str(ROOT / "checkpoints"),
        "https://example.com/shop.csv",
        "http://127.0.0.1:1/shop.csv",
        7,
        ["a"],
        None,
    ],
)
def test_an_upload_names_no_file_of_the_server_and_no_address(stranger, monkeypatch, path):
    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_download", None)  # it would be called for an address
    answer = stranger.call(stranger.number("own-files", "upload"), [[as_file(path)]])
    assert "This file was not uploaded here." in answer
    assert stranger.jobs.of("stranger") == []


@pytest.mark.parametrize(
    "name", ["hat", "hat.jfif", "a👗b.HEIC", "Shot at 3.02\u202fPM.png", "می\u200cخواهم.jpe", "shop.rar", "shop.xyz"]
)
def test_a_file_of_any_name_reaches_the_readers(stranger, name):
    path = stranger.http.post("upload", files={"files": (name, b"hat")}).json()[0]
    stranger.call(stranger.number("own-files", "upload"), [[as_file(path)]], session=f"of {name}")
    [job] = stranger.jobs.of(f"of {name}")
    assert job.name == name
    stranger.jobs.delete(job.job)


def test_an_upload_names_no_folder_of_others(stranger, uploaded):
    for path in (
        get_upload_folder(),
        Path(uploaded).parent,
        f"{uploaded}/../../x.zip/..",
        Path(uploaded).parent.parent / "deep_links",
    ):
        assert "This file was not uploaded here." in stranger.call(stranger.number("own-files", "upload"), [[as_file(str(path))]])
    assert Path(uploaded).is_file() and stranger.jobs.of("stranger") == []


def test_the_address_of_an_upload_cannot_be_guessed(stranger, uploaded):
    assert len(Path(uploaded).parent.name) == 64, "the digest of its content"
    assert stranger.get(Path(uploaded).with_name("other.csv")).status_code == 403
    assert stranger.get(Path(uploaded).parent).status_code == 403
    assert stranger.get(get_upload_folder()).status_code == 403


def test_no_route_leads_to_a_file_or_an_address(stranger, monkeypatch):
    monkeypatch.setattr("gradio.routes.secure_url_stream_response", None)  # it would be called for an address
    root = stranger.jobs.root.parent
    (root / "checkpoints" / "secret.txt").write_text("secret")
    for path in (
        "/etc/passwd", "app.py", ROOT / "app.py", "../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "file:///etc/passwd",
        "https://example.com/", "HTTPS://example.com/", "%68ttp://127.0.0.1:1/", root / "checkpoints" / "secret.txt",
    ):  # fmt: skip
        assert stranger.get(path).status_code in (403, 404), path
    for route in ("proxy=https://example.com/", "file/etc/passwd", "run-history/records", "vibe-code/", "monitoring"):
        assert stranger.http.get(route).status_code >= 400, route
    assert stranger.http.post("process_recording", files={"video": ("x.mp4", b"x")}).status_code == 403


def test_no_text_of_a_visitor_becomes_a_file(stranger):
    """Neither a path nor what looks like one of Gradio's own files: nothing is copied to where it would be served."""
    served_before = set(Path(get_upload_folder()).rglob("app.py"))
    path = str(ROOT / "app.py")
    texts = [one for one in stranger.demo.fns.values() if one.api_name in ("fanout", "search") or one.name == "search"]
    assert len(texts) > 2
    for function in texts:
        for text in (path, json.dumps(as_file(path))):
            stranger.call(function._id, [text, *[None] * (len(function.inputs) - 1)])
        answer = stranger.call(function._id, [as_file(path)] * len(function.inputs))
        assert "This file was not uploaded here." in answer or "must be a text" in answer
    assert set(Path(get_upload_folder()).rglob("app.py")) == served_before


def test_a_file_in_the_queries_of_a_job_is_not_handed_out(stranger, tmp_path):
    table = "title,category\n" + "".join(f"thing {number},mug\n" for number in range(24))
    job = make_job(stranger.jobs, write_zip(tmp_path / "shop.zip", {"shop.csv": table}), "ready", None)
    path = stranger.jobs.catalog(job) / catalog_queries.FILE
    lines = [json.loads(line) | {"query": as_file(str(ROOT / "app.py"))} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    [function] = [one for one in stranger.demo.fns.values() if one.name == "open_link"][-1:]
    body = {"fn_index": function._id, "data": [], "session_hash": "stranger"}
    answer = stranger.http.post(f"run/predict?job={job}", json=body).text
    assert "is damaged" in answer and "app.py" not in answer


def test_an_answer_that_names_a_file_is_held_back(tmp_path):
    """The last line of defence, whatever a handler gives."""
    (tmp_path / "secret.txt").write_text("secret")
    with guard.Page() as page:
        gr.Button().click(lambda: str(tmp_path / "secret.txt"), None, gr.File(), api_name="leak")
    page.launch(prevent_thread_lock=True, quiet=True)
    try:
        answer = httpx.post(f"{page.local_url}gradio_api/run/leak", json={"data": []}, timeout=60)
    finally:
        page.close()
    assert answer.status_code == 500 and answer.json()["error"] == "This answer names a file."


def test_private_functions_called_with_made_up_arguments_answer_or_refuse(stranger):
    """None tells where it failed or what lies where, none begins a run, and the app goes on."""
    asked = [one for one in stranger.demo.fns.values() if one.inputs]
    assert len(asked) > 20
    for function in asked:
        data = [ODD[(function._id + i) % len(ODD)] for i in range(len(function.inputs))]
        answer = stranger.call(function._id, data)
        assert "Traceback" not in answer and str(ROOT) not in answer and "site-packages" not in answer, (function.name, data)
    assert stranger.jobs.of("stranger") == []
    assert "tiny" in stranger.http.post("run/catalogs", json={"data": []}).text


def test_the_details_are_asked_for_by_texts_alone(stranger):
    [part] = [key for key, block in stranger.demo.blocks.items() if block.elem_id == "details-holder"]
    for data in ODD + [["x"], ["x", 7], [["x"], "y"], ["gothic-red-hat", "../jobs"], ["../../etc/passwd", ""]]:
        body = {"component_id": part, "fn_name": "details", "data": data if data != 10**400 else 0, "session_hash": "stranger"}
        answer = stranger.http.post("component_server", json=body)
        assert answer.status_code == 200 and 'class=\\"error\\"' in answer.text, data
    body["fn_name"] = "__class__"
    assert stranger.http.post("component_server", json=body).status_code == 404


def test_a_set_is_drawn_of_what_a_page_tells_alone(stranger):
    [part] = [key for key, block in stranger.demo.blocks.items() if block.elem_id == "board-holder"]
    told = {"title": "x", "sets": [{"method": "none", "name": "x", "remark": "", "directions": [["x", "", ["gothic-red-hat"]]]}]}
    ask = lambda data: stranger.http.post(  # noqa: E731
        "component_server", json={"component_id": part, "fn_name": "board", "data": data, "session_hash": "stranger"}
    )
    for job in ("../jobs", "../../etc/passwd", "0" * 32, 7, [], {"path": "app.py"}):
        assert set(ask([json.dumps(told), 0, "", job]).json()) == ({"trouble"} if job else {"picture", "said"}), job
    for odd in ODD[:5] + ODD[6:]:
        for data in (odd, [odd], [odd, 0, "", ""], [json.dumps(told), 0, odd, ""], [json.dumps(told | {"sets": odd}), 0, "", ""]):
            answer = ask(data)
            assert answer.status_code == 200 and set(answer.json()) <= {"trouble", "picture", "said"}, data
    assert ask([json.dumps(told), 0, "", ""]).json()["picture"].startswith("data:image/png;base64,")


@pytest.mark.parametrize("taker", ["told", "own-told"])
def test_a_picture_is_taken_by_its_uploaded_path_alone(stranger, uploaded, taker):
    [part] = [key for key, block in stranger.demo.blocks.items() if block.elem_id == taker]
    ask = lambda data: stranger.http.post(  # noqa: E731
        "component_server", json={"component_id": part, "fn_name": "take_picture", "data": data, "session_hash": "stranger"}
    )
    for data in [*ODD[:5], *ODD[6:], "/etc/passwd", str(ROOT / "app.py"), [uploaded], {"path": uploaded}]:
        answer = ask(data)
        assert answer.status_code == 200 and answer.json() == {"trouble": "This picture was not uploaded here: choose it again."}
    assert Path(uploaded).is_file() and "is no picture that can be read" in ask(uploaded).text and not Path(uploaded).exists()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("call/no-such", {"data": []}, 404),
        ("call/v2/no-such", {}, 404),
        ("run/predict", {"data": []}, 404),
        ("queue/join", {"data": [], "fn_index": 99999, "session_hash": "x"}, 404),
        ("component_server", {"data": "x", "component_id": 99999, "fn_name": "details", "session_hash": "x"}, 404),
        ("call/v2/search", {"no_such": "x"}, 400),
    ],
)
def test_what_is_asked_for_and_not_there_is_told(stranger, path, body, status, monkeypatch):
    logged = []
    monkeypatch.setattr(guard.log, "error", lambda event, error: logged.append(event))
    answer = stranger.http.post(path, json=body)
    assert len(logged) == 1, "an error of our own would be seen there"
    assert answer.status_code == status and answer.text.startswith("This ") and "/gradio_api/info" in answer.text


def test_requests_have_a_size(stranger, monkeypatch):
    large = b'{"data": ["' + b"x" * guard.MAX_BODY + b'"]}'
    headers = {"Content-Type": "application/json"}
    assert stranger.http.post("run/catalogs", content=large, headers=headers).status_code == 413
    assert stranger.http.post("run/catalogs", content=iter([large]), headers=headers).status_code >= 400, "it tells no length"
    monkeypatch.setattr(guard, "SPARE", 2**60)
    assert stranger.http.post("upload", files={"files": ("a.csv", b"title\n")}).status_code == 507


def test_other_pages_in_a_visitors_browser_are_refused(stranger):
    """One that cannot read the answer, and one whose name was made to lead to this machine (DNS rebinding)."""
    body = {"data": []}
    ask = lambda **headers: stranger.http.post("run/catalogs", json=body, headers=headers).status_code  # noqa: E731
    assert ask() == ask(**{"Sec-Fetch-Site": "same-origin"}) == 200
    assert ask(**{"Sec-Fetch-Site": "cross-site"}) == 403
    assert ask(Host="evil.example:7860") == ask(Host="[::1") == ask(Host="") == 403
    assert ask(Host="localhost:7860") == 200
    assert stranger.http.get("info", headers={"Host": "evil.example"}).status_code == 403
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in stranger.http.options("run/catalogs", headers=preflight).headers


def test_what_serves_a_network_is_asked_by_any_name():
    def refused(where: str, **headers: str) -> bool:
        named = Headers({name.replace("_", "-"): value for name, value in headers.items()})
        return guard.Guard(None, where, 100)._refusal("POST", "/gradio_api/run/catalogs", named) is not None

    for host in ("127.0.0.1", "::1", "localhost", "127.0.0.2"):
        assert refused(host, host="shop.example") and refused(host, host=f"x{host}") and not refused(host, host="localhost:7860")
    assert not refused("127.0.0.2", host="127.0.0.2:7860") and not refused("::1", host="[::1]:7860")
    for host in ("0.0.0.0", "10.1.2.3", "::"):
        assert not refused(host, host="shop.example", sec_fetch_site="cross-site")


def test_it_listens_on_this_machine_alone(served):
    assert served.demo.server_name == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):  # what listens on all addresses listens on this one
        socket.create_connection(("127.0.0.2", served.demo.server_port), timeout=5)
