# SPDX-License-Identifier: GPL-3.0-or-later
"""The hub from which public models come, or a mirror of it: what there is, and bytes of files.

What the network does happens in a thread, so that whoever waits can be stopped at any time. Only
this module goes online, only when a download was asked for.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from .. import __version__
from ..contract.errors import BadInput, PartwiseError, Unreachable
from .public import PublicModel

LIBRARY = "huggingface_hub"
OFFICIAL = "https://huggingface.co"
MIRROR, OFFLINE = "HF_ENDPOINT", "HF_HUB_OFFLINE"  # as users of the hub know them
LARGE, SOON = 1 << 19, 0.1  # bytes, seconds: when pieces are handed on
TRIES = 4  # without a new byte in between
PAUSE = 1.0  # seconds before the second try, then twice as long each time
PATIENCE = 30.0  # seconds without an answer
GO_ON = "Check the connection and try again: it goes on where it stopped."
_FILES = (
    "choose the folder of files that you have, as Files I Have in Blender's preferences (in a "
    "shell: --from FOLDER)"
)

Item = TypeVar("Item")


def forbidden() -> bool:
    """Whether the environment forbids to go online, as Blender lets it where its user does."""
    return os.environ.get(OFFLINE, "").upper() in ("1", "ON", "YES", "TRUE")


@dataclass(frozen=True)
class Published:
    """A file of a repository. path : in it. sha256 : of large files; blob : Git's name of small
    ones (SHA-1 of the word blob, its size, and its bytes); empty where the hub does not tell.
    """

    path: str
    size: int
    sha256: str = ""
    blob: str = ""

    @property
    def identity(self) -> str:
        """What tells it from another version of the file."""
        return self.sha256 or self.blob


@dataclass(frozen=True)
class Listing:
    """The files of a commit of a repository, by their paths."""

    commit: str
    files: Mapping[str, Published]


@dataclass(frozen=True)
class Hub:
    """Where models come from. endpoint : its address. offline : it must not be asked."""

    endpoint: str = OFFICIAL
    offline: bool = False

    @classmethod
    def chosen(cls, mirror: str | None = None, offline: bool = False) -> Hub:
        """The hub, or the mirror that an option or the environment names. Raises BadInput."""
        address = (mirror or os.environ.get(MIRROR) or OFFICIAL).rstrip("/")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"“{address:.80}” is no address of a mirror.", "Use https://….")
        return cls(address, offline or forbidden())

    def listing(self, model: PublicModel, look: Callable[[], None]) -> Listing:
        """What there is of a model now. look : called again and again; may raise to stop.

        Raises Unreachable, and BadInput where the hub does not give it.
        """
        self._need_to_be_online(model)

        def ask() -> Iterator[Listing]:
            with _needed_for(model):
                _keep_quiet()
                from huggingface_hub import HfApi

            api = HfApi(self.endpoint, token=self._token(model), headers=_headers())
            yield _listing(
                api.model_info(
                    model.repository,
                    revision=model.revision,
                    files_metadata=True,
                    timeout=PATIENCE,
                )
            )

        try:
            return next(received(ask, look))
        except PartwiseError:
            raise
        except Exception as error:
            raise self._in_words(model, error) from error

    def pieces(
        self,
        model: PublicModel,
        commit: str,
        file: Published,
        begin: int,
        look: Callable[[], None],
    ) -> Iterator[tuple[int, bytes]]:
        """Pieces of a file, each with where it stands in it, from `begin` on.

        After a cut it is asked for the rest. Where the hub does not give a rest, it begins again
        at 0. look, errors : as for `listing`.
        """
        self._need_to_be_online(model)
        tries = 0
        while begin < file.size or file.size == 0:
            try:
                for at, piece in received(lambda: self._asked(model, commit, file, begin), look):  # noqa: B023
                    begin = at + len(piece)
                    tries = 0
                    yield at, piece
                    if begin > file.size:  # not that file; whoever adds it up will see
                        return
                if begin >= file.size:
                    return
                raise ConnectionError(f"{file.path} ended at {begin} of {file.size} bytes")
            except PartwiseError:
                raise
            except Exception as error:
                tries += 1
                if tries >= TRIES or not _passes(error):
                    raise self._in_words(model, error) from error
                _wait(PAUSE * 2 ** (tries - 1), look)

    def _asked(
        self, model: PublicModel, commit: str, file: Published, begin: int
    ) -> Iterator[tuple[int, bytes]]:
        with _needed_for(model):
            from huggingface_hub import hf_hub_url
            from huggingface_hub.utils import get_session, hf_raise_for_status

        url = hf_hub_url(model.repository, file.path, revision=commit, endpoint=self.endpoint)
        headers = _headers()
        if begin:
            headers["range"] = f"bytes={begin}-"
        token = self._token(model)
        if token:
            headers["authorization"] = f"Bearer {token}"
        with get_session().stream("GET", url, headers=headers, timeout=PATIENCE) as response:
            if response.is_error:
                response.read()
            hf_raise_for_status(response)
            at = begin if response.status_code == 206 else 0
            for piece in _in_larger(response.iter_bytes()):
                yield at, piece
                at += len(piece)

    def _token(self, model: PublicModel) -> Any:
        """What tells the hub who asks: only where it must know, and never a mirror."""
        if not model.gated or self.endpoint != OFFICIAL:
            return False
        with _needed_for(model):
            from huggingface_hub import get_token

        return get_token() or False

    def _need_to_be_online(self, model: PublicModel) -> None:
        if self.offline:
            raise Unreachable(
                f"{model.title} cannot be downloaded: Partwise may not go online.",
                f"Allow it, or {_FILES}.",
            )
        with _needed_for(model):
            import huggingface_hub  # noqa: F401

    def _in_words(self, model: PublicModel, error: Exception) -> PartwiseError:
        """The error of a library, for people."""
        status = getattr(getattr(error, "response", None), "status_code", None)
        kinds = {kind.__name__ for kind in type(error).__mro__}
        where = urlsplit(self.endpoint).hostname
        detail = f"{type(error).__name__}: {error}"
        if "RevisionNotFoundError" in kinds:
            return BadInput(
                f"{where} no longer has the revision {model.revision} of {model.title}.",
                f"Install a newer Partwise, or {_FILES}.",
                detail,
            )
        if "GatedRepoError" not in kinds and (
            "RepositoryNotFoundError" in kinds or status in (404, 410)
        ):  # the hub does not tell these two from each other
            return BadInput(
                f"{where} no longer has {model.title} as {model.repository}, or hides it.",
                f"Look at {model.page}; or {_FILES}.",
                detail,
            )
        if "GatedRepoError" in kinds or status in (401, 403):
            return BadInput(
                f"{where} does not give {model.title} to everyone.",
                # What Blender starts knows no log-in, so that there files are the one way.
                f"Log in at {model.page}, accept its licence, download its files there, and choose "
                "their folder as Files I Have in Blender's preferences (in a shell: --from FOLDER"
                f"{', or hf auth login, and try again' * model.gated}).",
                detail,
            )
        if status is not None:
            said = "that it is asked too often" if status == 429 else f"with fault {status}"
            return Unreachable(
                f"{where} answers {said}.",
                "Wait some minutes and try again: it goes on where it stopped.",
                detail,
            )
        return Unreachable(f"{where} cannot be reached, or the connection was cut.", GO_ON, detail)


@contextmanager
def _needed_for(model: PublicModel) -> Iterator[None]:
    """Around each import of the library, parts of which are loaded only when they are needed.

    Raises BadInput where it is not there, or cannot be loaded, for which its own libraries may be
    to blame in any way: then nobody was asked, and another try would not help.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != LIBRARY:
            raise _broken(model, error) from error
        raise BadInput(
            f"{model.title} cannot be downloaded yet: the library huggingface-hub is not "
            "installed.",
            "Install the engine for large networks first, which brings it (in a shell: install), "
            f"or {_FILES}.",
        ) from error
    except Exception as error:
        raise _broken(model, error) from error


def _broken(model: PublicModel, error: Exception) -> BadInput:
    return BadInput(
        f"{model.title} cannot be downloaded: the library huggingface-hub is there, but cannot be "
        "loaded.",
        "Repair the engine for large networks, which brings it (in a shell: install --repair), "
        f"or {_FILES}.",
        f"{type(error).__name__}: {error}",
    )


def received(make: Callable[[], Iterator[Item]], look: Callable[[], None]) -> Iterator[Item]:
    """What a thread makes, one after the other; meanwhile `look` is called ten times a second.

    Whatever the thread raises is raised here. Where `look` raises, or nobody asks on, the thread
    ends with its next item; it touches nothing but the network.
    """
    box: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=16)
    stopped = threading.Event()

    def put(kind: str, what: Any) -> bool:
        while not stopped.is_set():
            try:
                box.put((kind, what), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in make():
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:
            put("error", error)

    threading.Thread(target=work, name="download", daemon=True).start()
    try:
        while True:
            look()
            try:
                kind, what = box.get(timeout=0.1)
            except queue.Empty:
                continue
            if kind == "error":
                raise what
            if kind == "end":
                return
            yield what
    finally:
        stopped.set()


def _in_larger(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces put together, so that a fast line does not drown in small ones; none is lost when the
    line is cut, and none waits long.
    """
    held, since = bytearray(), time.monotonic()
    try:
        for piece in pieces:
            held += piece
            if len(held) >= LARGE or time.monotonic() - since > SOON:
                yield bytes(held)
                held, since = bytearray(), time.monotonic()
    except Exception:
        if held:
            yield bytes(held)
        raise
    if held:
        yield bytes(held)


def _listing(info: Any) -> Listing:
    files = {}
    for one in info.siblings or ():
        large = one.lfs
        files[one.rfilename] = Published(
            one.rfilename,
            int((large.size if large else one.size) or 0),
            sha256=str(large.sha256) if large else "",
            blob="" if large else str(one.blob_id or ""),
        )
    return Listing(str(info.sha), files)


def _headers() -> dict[str, str]:
    """Who asks: the program alone, nothing of the machine. Bytes are wanted as they are."""
    return {"user-agent": f"partwise/{__version__}", "accept-encoding": "identity"}


def _keep_quiet() -> None:
    """Keep the library from what nobody asked for: telling the hub of the machine, and asking it
    for a list by which it would tell more. Nor are addresses, which may hold keys, for a log.
    """
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True


def _passes(error: Exception) -> bool:
    """Whether another try may succeed: the connection was cut, or the hub is busy."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status is None or status in (408, 429) or status >= 500


def _wait(seconds: float, look: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        look()
        time.sleep(min(left, 0.1))
