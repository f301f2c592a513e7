# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that reach a person: what happened, and what to do about it."""

from __future__ import annotations

import re

_SHELL = re.compile(r" ?\(in a shell: [^()]*\)")


class PartwiseError(Exception):
    """Base of every error with a message made for people.

    Attributes
    ----------
    code : one of the codes of the backend protocol, e.g. ``"BAD_INPUT"``.
    message : one sentence that says what happened.
    hint : one sentence that says what to do, or empty.
    detail : technical text for a report, or empty.
    """

    code = "INTERNAL"

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(PartwiseError):
    """The caller's file, mesh, click or option cannot be used."""

    code = "BAD_INPUT"


class Cancelled(PartwiseError):
    """The job was cancelled; nothing was changed."""

    code = "CANCELLED"

    def __init__(self, message: str = "Cancelled.", hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint, detail)


class MeshNotOpen(PartwiseError):
    """The engine does not hold the mesh that a request is about; the client sends it again."""

    code = "MESH_NOT_OPEN"

    def __init__(self, message: str = "", hint: str = "", detail: str = "") -> None:
        super().__init__(
            message or "The engine does not hold this mesh (any more).",
            hint or "Send the mesh again.",
            detail,
        )


class OutOfMemory(PartwiseError):
    """The machine or its graphics card ran out of memory."""

    code = "OUT_OF_MEMORY"


class DeviceLost(PartwiseError):
    """The graphics card stopped answering; a new process may find it again."""

    code = "DEVICE_LOST"


class WeightsMissing(PartwiseError):
    """A checkpoint is listed and its file is not there."""

    code = "WEIGHTS_MISSING"


class WeightsCorrupt(PartwiseError):
    """A checkpoint's file is not the one that was published."""

    code = "WEIGHTS_CORRUPT"


class ConsentNeeded(PartwiseError):
    """The licence of a model has limits that nobody has agreed to yet."""

    code = "CONSENT_NEEDED"


class Unreachable(PartwiseError):
    """What is to be downloaded cannot be reached; the next try may go on where this one stopped."""

    code = "UNREACHABLE"


class DiskFull(PartwiseError):
    """There is no room, or no more, on a disk."""

    code = "DISK_FULL"


def without_shell(text: str) -> str:
    """A hint without its commands for a shell, which stand as “(in a shell: …)”: for Blender."""
    return _SHELL.sub("", text)


def of_code(code: str) -> type[PartwiseError]:
    """The kind of error that a code of the protocol stands for; the base for what is unknown."""
    kinds = {kind.code: kind for kind in PartwiseError.__subclasses__()}
    return kinds.get(code, PartwiseError)
