"""What stands before Gradio: which requests are let in, and which files an event may name.

Gradio keeps the machine's files from visitors by itself. Closed here is what it leaves open and this page has no use for: a
server that fetches addresses for anybody, bodies of any size, files that nobody uploaded, and, while the app serves its own
machine alone, other web pages that speak to it through a visitor's browser.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr
from gradio.route_utils import FnIndexInferError
from gradio.utils import get_upload_folder
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from r4t_demo import log
from r4t_demo.files import free_bytes

MAX_BODY = 4 * 2**20  # bytes of a request that uploads nothing: a long table of queries has a tenth of that
SPARE = 2**30  # bytes of the disk that uploads may not take
CLOSED = re.compile(r"/gradio_api/(file=https?:|proxy=|process_recording)", re.IGNORECASE)
UPLOAD = re.compile(r"/gradio_api/upload/?$")


class Guard:
    """ASGI middleware that answers bad requests with a sentence before Gradio sees them.

    ``host`` is where the app listens; ``most`` is how many bytes one upload may have.
    """

    def __init__(self, app: ASGIApp, host: str, most: int) -> None:
        self.app, self.most = app, most
        self.hosts = {"localhost", "127.0.0.1", "::1", host} if _is_loopback(host) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refused:
            await PlainTextResponse(refused[1], refused[0])(scope, receive, send)
        else:
            await self.app(scope, self._bounded(receive, self._limit(scope["path"])), send)

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        """Status and sentence for a request that is not let in."""
        if self.hosts and _name(headers.get("host", "")) not in self.hosts:
            return 403, "This app serves its own machine alone: open it as http://127.0.0.1 with its port, or set R4T_HOST."
        if self.hosts and method not in ("GET", "HEAD", "OPTIONS") and headers.get("sec-fetch-site") == "cross-site":
            return 403, "Another web page may not use an app that serves its own machine alone."
        if CLOSED.search(path):
            return 403, "This app fetches no addresses and takes no recordings."
        length, limit = headers.get("content-length", "0"), self._limit(path)
        if not length.isdecimal() or int(length) > limit:
            return 413, f"The request is too large: at most {limit // 2**20:,} MB are taken."
        if UPLOAD.search(path) and free_bytes(Path(get_upload_folder())) < SPARE + int(length):
            return 507, "There is too little room on the disk for another upload: try again later."
        return None

    def _limit(self, path: str) -> int:
        return self.most if UPLOAD.search(path) else MAX_BODY

    def _bounded(self, receive: Receive, limit: int) -> Receive:
        """The body as it comes, cut off like a lost connection where it is longer than it said, or said nothing."""
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= limit else {"type": "http.disconnect"}

        return bounded


def no_such(_request: Request, error: Exception) -> PlainTextResponse:
    """404 for a name or number that Gradio looks up and does not find."""
    log.error("no-such", error)
    return PlainTextResponse("This app has nothing of that name or number: /gradio_api/info lists what it has.", 404)


def no_fit(_request: Request, error: Exception) -> PlainTextResponse:
    """400 for arguments that do not fit."""
    log.error("no-fit", error)
    return PlainTextResponse("This request has other arguments than are taken: /gradio_api/info lists them.", 400)


# What leaves Gradio's routes for a malformed request, and would be answered with 500. The log tells from where: it may be ours.
HANDLERS = {FnIndexInferError: no_such, KeyError: no_such, TypeError: no_fit}


class Page(gr.Blocks):
    """Blocks whose events take no file but an uploaded one, and hand none out: pictures and zips have addresses of their own."""

    async def preprocess_data(self, block_fn, inputs, *more, **options):
        """As Gradio does, which by itself would fetch an address that an event names, and take a folder for a file."""
        if not all(map(is_upload, _files_in(inputs))):
            raise gr.Error("This file was not uploaded here.", print_exception=False)
        return await super().preprocess_data(block_fn, inputs, *more, **options)

    async def postprocess_data(self, *answer, **options):
        """As Gradio does, which takes a text of a visitor's that looks like one of its files for one, and serves it."""
        data = await super().postprocess_data(*answer, **options)
        if any(True for _ in _files_in(data)):
            raise gr.Error("This answer names a file.", print_exception=False)
        return data


def _files_in(value: object) -> Iterator[object]:
    """The paths of all that Gradio would take for a file, however deep."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if "path" in one:
                yield one["path"]
            left += one.values()
        elif isinstance(one, list | tuple):
            left += one


def is_upload(path: object) -> bool:
    """Whether it is a file as the upload leaves it: in a folder named by its content, in Gradio's folder."""
    try:
        real = Path(path).resolve()  # type: ignore[arg-type]
        return real.is_file() and real.parent.parent == Path(get_upload_folder()).resolve()
    except (TypeError, ValueError, OSError):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str | None:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
