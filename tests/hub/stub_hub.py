"""A Hub on this machine: repositories with commits, as huggingface_hub's client asks for them and sends them, and any fault."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

ADDRESS = re.compile(r"/(?:(?P<kind>dataset|space)s/)?(?P<name>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
ABOUT = re.compile(r"/api/(?P<kind>model|dataset|space)s/(?P<name>[^/]+/[^/]+)(?:/(?P<verb>\w+)/(?P<revision>.+))?")


class StubHub(ThreadingHTTPServer):
    """``repos`` maps (kind, OWNER/NAME) to its commits, the newest last: (sha, {path: bytes}).

    ``status`` is answered in the place of everything, ``refused`` to requests of these methods. A file in ``cut`` loses its
    connection after as many bytes, as often as its count says. ``requests`` are (method, path, headers, body).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.repos: dict[tuple[str, str], list[tuple[str, dict[str, bytes]]]] = {}
        self.created: list[dict] = []
        self.status, self.refused = 0, {}
        self.cut: dict[str, list[int]] = {}
        self.requests: list[tuple[str, str, dict, bytes]] = []

    def put(self, kind: str, name: str, files: dict[str, bytes]) -> str:
        """Commit ``files`` as all that the repository holds; returns the commit."""
        commits = self.repos.setdefault((kind, name), [])
        sha = hashlib.sha1(f"{kind} {name} {len(commits)}".encode()).hexdigest()
        commits.append((sha, dict(files)))
        return sha

    def files(self, kind: str, name: str) -> dict[str, bytes]:
        """What the newest commit holds."""
        return self.repos[kind, name][-1][1]

    def asked(self, method: str) -> list[str]:
        """The paths of requests."""
        return [path for each, path, _, _ in self.requests if each == method]

    def handle_error(self, request, client_address) -> None:
        """A client that has given up is no news."""


@contextmanager
def serving() -> Iterator[StubHub]:
    with StubHub() as hub:
        threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield hub
        hub.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StubHub

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.requests.append((self.command, path, dict(self.headers.items()), body))
        if status := self.server.status or self.server.refused.get(self.command):
            return self._answer(status, {"error": "as told"}, {"Retry-After": "0"})
        if found := ADDRESS.fullmatch(path):
            return self._file(found)
        if path == "/api/validate-yaml":
            return self._answer(200, {"errors": [], "warnings": []})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if found := ABOUT.fullmatch(path):
            return self._about(found, body)
        return self._answer(404, {"error": path})

    do_HEAD = do_POST = do_GET

    def _commit(self, kind: str, name: str, revision: str | None) -> tuple[str, dict[str, bytes]] | None:
        commits = self.server.repos.get((kind, name))
        if commits is None:
            self._answer(401 if kind == "model" else 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return None
        wanted = [one for one in commits if revision in (None, "main", one[0])]
        if not wanted:
            self._answer(404, {"error": "Invalid rev"}, {"X-Error-Code": "RevisionNotFound"})
            return None
        return wanted[-1]

    def _about(self, found: re.Match, body: bytes) -> None:
        kind, name, verb = found["kind"], found["name"], found["verb"]
        if verb == "preupload":
            files = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in json.loads(body)["files"]]
            return self._answer(200, {"files": files})
        if verb == "commit":
            return self._receive(kind, name, [json.loads(line) for line in body.splitlines()])
        if not (commit := self._commit(kind, name, found["revision"])):
            return None
        sha, files = commit
        if verb == "tree":
            entries = [
                {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                for path, data in sorted(files.items())
            ]
            return self._answer(200, entries)
        return self._answer(200, {"id": name, "sha": sha, "siblings": [{"rfilename": path} for path in sorted(files)]})

    def _create(self, wanted: dict) -> None:
        kind, name = wanted.get("type", "model"), f"{wanted['organization']}/{wanted['name']}"
        if (kind, name) in self.server.repos:
            return self._answer(409, {"error": "You already created this repo", "url": f"{self.server.url}/{name}"})
        self.server.created.append(wanted)
        self.server.put(kind, name, {".gitattributes": b""})
        return self._answer(200, {"url": f"{self.server.url}/{'' if kind == 'model' else kind + 's/'}{name}"})

    def _receive(self, kind: str, name: str, lines: list[dict]) -> None:
        files = dict(self.server.files(kind, name))
        for line in lines:
            if line["key"] == "deletedFile":
                del files[line["value"]["path"]]
            if line["key"] == "file":
                files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
        sha = self.server.put(kind, name, files)
        self._answer(200, {"commitUrl": f"{self.server.url}/{name}/commit/{sha}", "commitOid": sha})

    def _file(self, found: re.Match) -> None:
        if not (commit := self._commit(found["kind"] or "model", found["name"], found["revision"])):
            return
        sha, files = commit
        data = files.get(found["path"])
        if data is None:
            return self._answer(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": sha})
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": sha, "Accept-Ranges": "bytes"}
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = self.server.cut.get(found["path"]) if self.command == "GET" else None
        self._send(206 if start else 200, data[start:], headers, cut)

    def _answer(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, data: bytes, headers: dict[str, str], cut: list[int] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut and cut[1]:
            cut[1] -= 1
            data, self.close_connection = data[: cut[0]], True
        self.wfile.write(data)

    def log_message(self, *_) -> None:
        pass
