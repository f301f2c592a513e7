# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the system in words: what happened, and what to do."""

from __future__ import annotations

import traceback

from ..contract.errors import BadInput, OutOfMemory, PartwiseError

OK, FAULT, REFUSED, STOPPED = 0, 1, 2, 130


def in_words(error: BaseException) -> PartwiseError:
    """The error as one made for people; its `detail` holds the traceback."""
    if isinstance(error, PartwiseError):
        return error
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        return OutOfMemory(
            "There is not enough memory.", "Close programs or decimate the mesh.", detail
        )
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return BadInput(f"{where}{error.strerror}.", "Check the path and the disk.", detail)
    what = f"{type(error).__name__}: {error}".rstrip(".: ")
    return PartwiseError(
        f"Partwise failed ({what}).", "Please report it with the output of --debug.", detail
    )


def status(error: PartwiseError) -> int:
    """Exit status of a command that ended with `error`."""
    return FAULT if error.code == "INTERNAL" else REFUSED
