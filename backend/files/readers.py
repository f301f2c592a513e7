# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes, arrays and parts in and out of files; a file is either complete or not there.

Readers live in modules named after their format; this one chooses among them and turns what goes
wrong into sentences. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import errno
import glob
import io
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..assets.asset import Asset
from ..assets.attributes import mend_attributes
from ..contract.errors import BadInput, OutOfMemory, PartwiseError
from ..machine import cpu as machine
from . import MESH_SUFFIXES
from .sniff import mesh_format

if TYPE_CHECKING:
    from .grown import Carry

FORMATS = ", ".join(MESH_SUFFIXES[:-1]) + " and " + MESH_SUFFIXES[-1]


class CapFaces(Protocol):
    """What :func:`write_parts` needs of ``pipelines.complete.Caps``."""

    @property
    def vertices(self) -> NDArray[np.float64]: ...

    @property
    def faces(self) -> list[NDArray[np.int64]]: ...


def find_inputs(arguments: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Mesh files named by `arguments`: files, folders (their mesh files, sorted) and globs.

    Files that are named twice come once, where they came first. What names nothing is handed on
    as it is, so that :func:`read_mesh` says what is wrong with it and the other files still go
    through. Raises BadInput if there are no arguments.
    """
    found: dict[str, Path] = {}
    for argument in arguments:
        for path in _expand(os.fspath(argument)):
            found.setdefault(os.path.normcase(os.path.realpath(path)), path)
    if not found:
        raise BadInput("No input was given.", f"Name files or folders of {FORMATS}.")
    return list(found.values())


def _expand(argument: str) -> list[Path]:
    path = Path(argument)
    if path.is_dir():
        return _meshes_in(path) or [path]
    if not path.exists() and glob.has_magic(argument):
        matches = [Path(match) for match in sorted(glob.glob(argument, recursive=True))]
        return [match for match in matches if _is_mesh(match)] or [path]
    return [path]


def _meshes_in(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if _is_mesh(entry))
    except OSError as error:
        raise unreadable(folder, error) from error


def _is_mesh(path: Path) -> bool:
    return path.suffix.lower() in MESH_SUFFIXES and path.is_file()


def read_mesh(path: str | os.PathLike[str], tell: Callable[[str], None] | None = None) -> Asset:
    """Read a mesh file by its suffix: triangles in file order, nothing welded or dropped.

    A file whose content is of another known format than its suffix says is read by its content,
    with a remark. `tell` is called with a sentence before something that takes long.
    Raises BadInput, with the file's name and what to do, for everything that cannot be used.
    """
    path = Path(path)
    _refuse_missing(path)
    try:
        suffix = mesh_format(path)
        reader = _reader(path, suffix, tell)
        with np.errstate(all="ignore"):  # what comes of it is looked at
            asset = reader(path)
            mend_attributes(asset)
        own = path.suffix.lower()
        if suffix != own and {suffix, own} != {".glb", ".gltf"}:
            asset.remarks.append(f"It is a {suffix} file by its content, and was read as one.")
        return asset
    except PartwiseError:
        raise
    except MemoryError as error:
        raise OutOfMemory(
            f"{path.name} does not fit in memory.", "Decimate it, or close other programs."
        ) from error
    except Exception as error:  # a damaged file breaks a parser in any way
        of_the_system = isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)
        if isinstance(error, OSError) and (of_the_system or error.filename):
            raise unreadable(path, error) from error
        raise BadInput(
            f"{path.name} is damaged, or is not a {path.suffix.lower()} file.",
            "Export it again from the program that made it.",
            f"{type(error).__name__}: {error}",
        ) from error


def _refuse_missing(path: Path) -> None:
    if path.is_dir():
        raise BadInput(f"The folder {path} holds no meshes.", f"It should hold {FORMATS} files.")
    if not os.path.lexists(path):
        if path.suffix.lower() in MESH_SUFFIXES and glob.has_magic(str(path)):
            raise BadInput(f"No mesh file matches {path}.", "Check the folder and the pattern.")
        raise BadInput(f"{path} does not exist.", "Check the spelling and the folder.")
    if not path.exists():
        raise BadInput(
            f"{path} is a link to a file that is gone.", "Restore it, or choose another."
        )
    if not path.is_file():
        raise BadInput(f"{path} is no file.", f"Name a file of {FORMATS}.")
    memory = machine.memory()
    if memory is not None and path.stat().st_size > memory:
        raise OutOfMemory(
            f"{path.name} is larger than this machine's memory.", "Decimate it, or divide it."
        )


def _reader(path: Path, suffix: str, tell: Callable[[str], None] | None) -> Callable[[Path], Asset]:
    """What reads a format."""
    if suffix in (".glb", ".gltf"):
        from .gltf.scene import read_gltf

        return partial(read_gltf, tell=tell)
    if suffix == ".obj":
        from .obj import read_obj

        return read_obj
    if suffix == ".ply":
        from .ply import read_ply

        return read_ply
    if suffix == ".stl":
        from .stl import read_stl

        return read_stl
    if suffix == ".off":
        from .off import read_off

        return read_off
    if suffix == ".3mf":
        from .threemf import read_3mf

        return read_3mf
    if suffix == ".dae":
        from .dae import read_dae

        return read_dae
    if suffix == ".npz":
        from .npz import read_npz

        return read_npz
    raise BadInput(
        f"{path.name} has a format that is not known here.", f"Export it as one of {FORMATS}."
    )


def unreadable(path: Path, error: OSError) -> BadInput:
    """Sentence for a file or folder that the system does not let us read."""
    missing = Path(os.fsdecode(error.filename)) if error.filename else path
    if isinstance(error, FileNotFoundError) and missing != path:
        return BadInput(
            f"{path.name} needs the file {missing.name}, which is not there.",
            "Put it beside the model, or export the model as one .glb file.",
        )
    return BadInput(
        f"{path} cannot be read: {error.strerror or error}.",
        "Check that the path is right and that you may read it.",
        str(error),
    )


def write_parts(
    path: str | os.PathLike[str],
    asset: Asset,
    labels: ArrayLike,
    *,
    caps: CapFaces | None = None,
    names: Sequence[str] | None = None,
    only: int | None = None,
    carry: Carry | None = None,
) -> list[str]:
    """Write a GLB with one node and one mesh for each part, and return the parts' names.

    Parameters
    ----------
    labels : (F,) integers, part 0..K-1 of each face of `asset`, without gaps.
    caps : faces that close the parts; they become a primitive of their own.
    names : K names, made unique where they are not; by default part_00, part_01, ...
    only : write this part alone, with only the materials and textures that it uses.
    carry : what new faces take from their border; without it all are caps.

    Raises BadInput if the file cannot be written, ValueError if the arguments do not fit.
    """
    from .parts import glb_of_parts

    part_names, blocks = glb_of_parts(asset, np.asarray(labels), caps, names, only, carry)
    with replace_on_success(path) as temporary, open(temporary, "wb") as file:
        for block in blocks:
            file.write(block)
    return part_names


def write_arrays(path: str | os.PathLike[str], arrays: dict[str, NDArray[Any]]) -> None:
    """Write named arrays as .npz, compressed; the same arrays give the same bytes.

    Raises BadInput if the file cannot be written.
    """
    with (
        replace_on_success(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # its date is 1980, not today
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            block = io.BytesIO()
            np.lib.format.write_array(block, np.asarray(array), allow_pickle=False)
            archive.writestr(entry, block.getvalue())


def read_json(path: str | os.PathLike[str]) -> Any:
    """What a JSON file holds. Raises BadInput if it cannot be read or is none."""
    file = Path(path)
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise unreadable(file, error) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file} is not JSON.", "Check its commas and brackets.") from error


def write_json(path: str | os.PathLike[str], content: Any) -> None:
    """Write JSON for people: indented, UTF-8. Raises BadInput if it cannot be written."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with replace_on_success(path) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")


@contextmanager
def replace_on_success(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its name when the block ends well.

    If the block raises, the temporary file is removed and `path` is as it was. Errors of the
    system (disk full, no permission, ...) become BadInput.
    """
    target = Path(path)
    # short, for names may already have the longest allowed length; same suffix, for encoders
    temporary = target.parent / f".{secrets.token_hex(6)}{target.suffix[:8]}"
    try:
        if os.path.lexists(target) and not target.is_file():
            raise BadInput(f"{target} is not a file that can be replaced.", "Choose another name.")
        yield temporary
        with open(temporary, "rb+") as file:  # some file systems report a full disk only now
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder and its parents unless they exist; raises BadInput if that cannot be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    return folder


def unwritable(path: Path, error: OSError) -> BadInput:
    """Sentence for a file or folder that the system does not let us write."""
    parent, code = path.parent, error.errno
    if code in (errno.ENOSPC, errno.EDQUOT):
        message, hint = f"The disk is full: {path} was not written.", "Free some space on it."
    elif code in (errno.EACCES, errno.EPERM):
        message, hint = f"{path} may not be written.", "Choose a folder that you may write to."
    elif code == errno.EROFS:
        message, hint = f"{parent} is read-only.", "Choose another folder."
    elif code == errno.ENOENT:
        message, hint = f"The folder {parent} does not exist.", "Make it, or choose another."
    elif code in (errno.ENOTDIR, errno.EEXIST):
        message, hint = f"{path} cannot be made: a file has that name.", "Choose another folder."
    elif code == errno.ENAMETOOLONG:
        message, hint = "The output's name is too long for this system.", "Choose a shorter one."
    else:
        reason = error.strerror or str(error)
        message, hint = f"{path} cannot be written: {reason}.", "Choose another folder."
    return BadInput(message, hint, str(error))
