# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the system in words: what happened, and what to do."""

from __future__ import annotations

import errno
import traceback

from ..errors import BadInput, OutOfMemory, PartwiseError

OK, FAULT, REFUSED, STOPPED = 0, 1, 2, 130

_SYSTEM = {
    errno.ENOENT: ("{0} does not exist.", "Check the spelling of the path."),
    errno.EACCES: ("{0} may not be read or written.", "Check its permissions."),
    errno.EPERM: ("{0} may not be read or written.", "Check its permissions."),
    errno.EROFS: ("{0} is on a read-only disk.", "Choose another folder with -o."),
    errno.ENOSPC: ("The disk is full; {0} was not written.", "Free space or choose another disk."),
    errno.EDQUOT: ("Your disk quota is used up; {0} was not written.", "Free some space."),
    errno.EISDIR: ("{0} is a folder, not a file.", "Name a file."),
    errno.ENOTDIR: ("{0} lies below a file, not a folder.", "Choose another folder."),
    errno.EEXIST: ("{0} exists and is not a folder.", "Choose another folder."),
    errno.ENAMETOOLONG: ("The path {0} is too long for this disk.", "Choose a shorter one."),
    errno.EMFILE: ("Too many files are open.", "Close some programs, or use a smaller --jobs."),
}


def in_words(error: BaseException) -> PartwiseError:
    """The error as one made for people; its `detail` holds the traceback."""
    if isinstance(error, PartwiseError):
        return error
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        return OutOfMemory(
            "There is not enough memory.", "Close programs or decimate the mesh.", detail
        )
    if isinstance(error, OSError) and error.errno is not None:
        path = error.filename2 or error.filename or "The file"
        message, hint = _SYSTEM.get(
            error.errno, ("{0}: " + (error.strerror or str(error)) + ".", "Check path and disk.")
        )
        return BadInput(message.format(path), hint, detail)
    what = f"{type(error).__name__}: {error}".rstrip(".: ")
    return PartwiseError(
        f"Partwise failed ({what}).", "Please report it with the output of --debug.", detail
    )


def status(error: PartwiseError) -> int:
    """Exit status of a command that ended with `error`."""
    return FAULT if error.code == "INTERNAL" else REFUSED
