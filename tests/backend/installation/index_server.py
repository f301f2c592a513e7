# SPDX-License-Identifier: GPL-3.0-or-later
"""A simple index of tiny made-up wheels on this machine, with all the moods of a real one."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backend.installation.lists import Pin

# Whatever leads this machine to the network leads not to itself.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


def make_wheel(folder: Path, name: str, version: str = "1.0", size: int = 100) -> Pin:
    """A wheel of a module with a file of `size` odd bytes; returns its pin."""
    files = {
        f"{name}/__init__.py": f'VERSION = "{version}"\n'.encode(),
        f"{name}/data.bin": os.urandom(size),
        f"{name}-{version}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
        ),
        f"{name}-{version}.dist-info/WHEEL": (
            b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = f"{name}-{version}.dist-info/RECORD"
    rows = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in files.items()]
    files[record] = "\n".join([*rows, f"{record},,\n"]).encode()
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, data in files.items():
            archive.writestr(inside, data)
    return Pin(name, version, "", (f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",))


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@dataclass
class Index:
    """What the index has, and how it behaves.

    folder : of its wheels. refused : status of answers to a file, by its name. cuts : after how
    many bytes the connection is cut, once for each number. forged : bytes that come instead.
    pause : seconds between pieces of a file. asked : names of files so far.
    """

    folder: Path
    refused: dict[str, int] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    forged: dict[str, bytes] = field(default_factory=dict)
    pause: float = 0.0
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(folder: Path) -> Iterator[Index]:
    """An index of the wheels in a folder, while it is needed."""
    index = Index(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = [unquote(part) for part in urlsplit(self.path).path.split("/") if part]
            if path[:1] == ["simple"]:
                self._send(_page(index.folder, path[-1]))
            else:
                self._file(path[-1])

        def _file(self, name: str) -> None:
            index.asked.append(name)
            if name in index.refused:
                self.send_error(index.refused[name])
                return
            data = index.forged.get(name) or (index.folder / name).read_bytes()
            cuts = index.cuts.get(name)
            self._send(data, cut=cuts.pop(0) if cuts else None)

        def _send(self, data: bytes, cut: int | None = None) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            try:
                for first in range(0, len(data[:cut]), 1024):
                    self.wfile.write(data[:cut][first : first + 1024])
                    self.wfile.flush()
                    if self.path.endswith(".whl"):
                        time.sleep(index.pause)
            except OSError:
                return
            self.close_connection = cut is not None

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    index.url = f"http://127.0.0.1:{server.server_address[1]}/simple"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _page(folder: Path, name: str) -> bytes:
    wheels: Sequence[Path] = sorted(folder.glob(f"{name.replace('-', '_')}-*.whl"))
    links = (f'<a href="/files/{wheel.name}">{wheel.name}</a><br>' for wheel in wheels)
    return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()
