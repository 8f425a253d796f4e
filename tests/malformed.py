"""Requests that no client would send, to every address that takes any; none may cost the app more than an error."""

import itertools
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from gradio_client import Client

API = "gradio_api/"
ENDPOINTS = ("fanout", "steer", "search", "catalogs", "no-such")
DEEP = "[" * 20_000
WRONG = (
    b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"data": null}', b'{"data": {}}', b'{"data": []}', b'{"data": [1, 2, 3]}',
    b'{"data": ["x", "y", -1e308, {"a": []}, NaN, null, true]}', b'{"data": [["x"], [[]], "9e999", "", {}, 0, 0]}',
    json.dumps({"data": ["\x00\u202e<script>" * 1000, ["folm"] * 999, 10**30, -5, 2**70, "no", 7.5]}).encode(), DEEP.encode(),
)  # fmt: skip
PAGES = ("config?x=%ff", f"{API}file=../../etc/passwd", f"{API}file=%00", f"{API}upload_progress?upload_id=x", "no/such/page")


@dataclass(frozen=True)
class Shot:
    """One request."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


SHOTS = [
    *(Shot("POST", f"{API}call/{name}", body) for name in ENDPOINTS for body in WRONG),
    *(Shot("POST", f"{API}run/{name}", body) for name in ENDPOINTS for body in WRONG[:6]),
    *(Shot("POST", path, body) for path in (f"{API}queue/join", f"{API}run/predict", f"{API}mcp/") for body in WRONG),
    *(Shot("POST", f"{API}component_server", body) for body in WRONG[:8]),
    Shot("POST", f"{API}queue/join", b'{"data": [], "fn_index": 99999, "session_hash": "x"}'),
    Shot("POST", f"{API}queue/join", b'{"data": ["x"], "fn_index": 4, "session_hash": "' + b"x" * 5000 + b'"}'),
    Shot("POST", f"{API}upload", b"no form", (("Content-Type", "multipart/form-data; boundary=x"),)),
    Shot("POST", f"{API}upload", b"--x\r\n", (("Content-Type", "multipart/form-data"),)),
    *(Shot("GET", path) for path in PAGES),
    *(Shot(method, "health", b"{") for method in ("POST", "DELETE", "PUT")),
]  # fmt: skip


def send(address: str, shot: Shot) -> int | None:
    """The status that a shot is answered with; None where the app does not answer."""
    try:
        with httpx.stream(shot.method, address + shot.path, content=shot.body, headers=dict(shot.headers), timeout=30) as answer:
            return answer.status_code  # some streams never end
    except httpx.HTTPError:
        return None


def malform(address: str, seconds: float) -> str:
    """Send 1,000 malformed requests a minute; then the app must still tell how it is, and answer a search."""
    start, sent = time.monotonic(), []
    with ThreadPoolExecutor(8) as pool:
        for number, shot in enumerate(itertools.cycle(SHOTS)):
            if time.monotonic() > start + seconds:
                break
            sent.append(pool.submit(send, address, shot))
            time.sleep(max(0.0, start + number * 0.06 - time.monotonic()))
    statuses = Counter(one.result() for one in sent)
    minute = 60 * len(sent) / (time.monotonic() - start)
    health = httpx.get(f"{address}health", timeout=30).json()["status"]
    found = Client(address, verbose=False).predict("red boots", api_name="/search")["items"]
    told = ", ".join(f"{count} x {status or 'no answer'}" for status, count in statuses.most_common())
    return f"{statuses.total()} malformed requests, {minute:.0f} a minute: {told}; then health {health}, {len(found)} items found"
