"""An OpenAI-compatible server on this machine: it keeps every request and answers as a test tells it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CUT = "cut"  # a reply that closes the connection instead of answering


class StubServer(ThreadingHTTPServer):
    """``reply(body)`` gives the text of an answer, (status, headers, body), or CUT. ``requests`` holds (headers, raw body)."""

    daemon_threads = True

    def __init__(self, reply: Callable[[dict], object]):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply, self.requests, self.lock = reply, [], threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address) -> None:
        """A client that has given up is no news."""

    def bodies(self) -> list[dict]:
        return [json.loads(raw) for _, raw in self.requests]


@contextmanager
def serving(reply: Callable[[dict], object]) -> Iterator[StubServer]:
    with StubServer(reply) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


def completion(text: str | None) -> dict:
    """A chat completion as OpenAI describes it."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "stub", "choices": [choice], "usage": usage}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.lock:
            self.server.requests.append((dict(self.headers.items()), raw))
            reply = self.server.reply(json.loads(raw))
        if self.path != "/v1/chat/completions":
            reply = 404, {}, {"error": {"message": f"no {self.path}"}}
        if reply == CUT:
            self.close_connection = True
            return
        status, headers, body = reply if isinstance(reply, tuple) else (200, {}, completion(reply))
        packed = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(packed)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *_) -> None:
        pass
