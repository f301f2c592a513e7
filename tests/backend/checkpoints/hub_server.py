# SPDX-License-Identifier: GPL-3.0-or-later
"""A hub of one repository on this machine, with all the moods of a real one."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

# Whatever leads this machine to the network leads not to itself.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
LARGE = 256  # bytes from which a file is told by its SHA-256
PATIENCE = 30.0  # seconds until who waits in vain goes on


@dataclass
class Repository:
    """What the hub has, and how it behaves.

    name : of the repository. files : their bytes by path. refused : (status, code) of answers to
    paths, or to "" for the list. cuts : after how many bytes the connection is cut, once for each
    number. ranges : whether a rest may be asked for. elsewhere : whether large files are sent on
    for. nameless : no file is told from another. forged : bytes that come instead. pause : seconds
    between pieces of a file. more : what it waits for after the first piece of one; silent : set
    while it does; tired : whether it waited in vain. asked : (path, range) so far. headers : of the
    last request.
    """

    name: str
    files: dict[str, bytes]
    commit: str = "0123456789abcdef0123456789abcdef01234567"
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    ranges: bool = True
    elsewhere: bool = False
    nameless: bool = False
    forged: dict[str, bytes] = field(default_factory=dict)
    pause: float = 0.0
    more: threading.Event | None = None
    silent: threading.Event = field(default_factory=threading.Event)
    tired: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""

    @property
    def fetched(self) -> list[str]:
        return [path for path, _ in self.asked if path]

    def listing(self) -> dict[str, Any]:
        return {"id": self.name, "sha": self.commit, "siblings": list(map(self._row, self.files))}

    def _row(self, path: str) -> dict[str, Any]:
        data = self.files[path]
        row: dict[str, Any] = {"rfilename": path, "size": len(data)}
        if self.nameless:
            return row
        row["blobId"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        if len(data) >= LARGE:
            sha256 = hashlib.sha256(data).hexdigest()
            row["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 134}
        return row


@contextmanager
def serving(repository: Repository) -> Iterator[Repository]:
    """The repository at its `url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer takes 40 ms

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            repository.headers = {name.lower(): text for name, text in self.headers.items()}
            if path.startswith(f"/api/models/{repository.name}/revision/"):
                self._listing()
            elif path.startswith("/elsewhere/"):
                repository.asked.append(("elsewhere", self.headers.get("Range", "")))
                self._file(repository.commit, path.removeprefix("/elsewhere/"))
            elif path.startswith(f"/{repository.name}/resolve/"):
                commit, _, file = path.removeprefix(f"/{repository.name}/resolve/").partition("/")
                large = len(repository.files.get(file, b"")) >= LARGE
                if repository.elsewhere and large and file not in repository.refused:
                    self._send_on(f"/elsewhere/{file}")
                else:
                    self._file(commit, file)
            else:
                self._refuse(404, "RepoNotFound")

        def _listing(self) -> None:
            repository.asked.append(("", ""))
            if "" in repository.refused:
                self._refuse(*repository.refused[""])
                return
            text = json.dumps(repository.listing()).encode()
            self._begin(200, len(text))
            self.wfile.write(text)

        def _file(self, commit: str, path: str) -> None:
            wanted = self.headers.get("Range", "")
            repository.asked.append((path, wanted))
            if path in repository.refused:
                self._refuse(*repository.refused[path])
                return
            if commit != repository.commit or path not in repository.files:
                self._refuse(404, "EntryNotFound")
                return
            data = repository.forged.get(path, repository.files[path])
            begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            begin = begin if repository.ranges else 0
            self._begin(206 if begin else 200, len(data) - begin)
            cuts = repository.cuts.get(path, [])
            end = begin + cuts.pop(0) if cuts else len(data)
            for at in range(begin, min(end, len(data)), 4096):
                self.wfile.write(data[at : min(at + 4096, end)])
                time.sleep(repository.pause)
                if repository.more is not None and not repository.more.is_set():
                    repository.silent.set()
                    repository.tired |= not repository.more.wait(PATIENCE)
            if end < len(data):
                self.close_connection = True

        def _begin(self, status: int, length: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.send_header("X-Repo-Commit", repository.commit)
            self.end_headers()

        def _send_on(self, path: str) -> None:
            self.send_response(302)
            self.send_header("Location", path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _refuse(self, status: int, code: str) -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Who asks may go at any time."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    repository.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield repository
    finally:
        server.shutdown()
        server.server_close()
