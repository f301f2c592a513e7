# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames between Blender and the engine. Standard library and NumPy only; docs/protocol.md.

A frame is ``u32 json_length | u32 payload_length | JSON (UTF-8) | raw arrays``, little-endian.
Whatever arrives is checked before memory is taken for it: lengths against the caps, the JSON
against the fields of its message type, every array against the payload that was announced.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from .arrays import NDArray, np
from .errors import BadInput, OutOfMemory

PROTOCOL = 1
MAX_JSON_BYTES = 1 << 20
MAX_PAYLOAD_BYTES = (1 << 31) - (1 << 16)  # below 2 GiB: lengths fit a signed 32-bit integer
MAX_TEXT = 128  # characters of an id, of a method's name, of an array's name
HEADER = struct.Struct("<II")

_DTYPE_NAMES = "bool uint8 int8 int16 int32 int64 uint64 float16 float32 float64"
DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(name).newbyteorder("<") for name in _DTYPE_NAMES.split()
}
_ALIGNMENT = 16  # the writer's; a reader accepts any offset
_MAX_PADDING = 64  # bytes that may lie unused for each array
_MAX_DIMENSIONS = 8
_CHUNK = 1 << 20

# Type of message -> the fields that it must have, the fields that it may have.
FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(required.split()), frozenset(optional.split()))
    for kind, required, optional in (
        ("hello", "protocol", "version device device_name memory engines"),
        ("request", "id method", "params arrays"),
        ("progress", "id stage done total", ""),
        ("partial", "id", "params arrays"),
        ("result", "id", "params arrays"),
        ("error", "id code message", "hint detail"),
        ("cancel", "id", ""),
        ("shutdown", "", ""),
    )
}
_VALUES: dict[str, type] = {
    **dict.fromkeys(("method", "stage", "code", "message", "hint", "detail"), str),
    **dict.fromkeys(("done", "total"), int),
    "params": dict,
    "engines": list,
}


class ByteReader(Protocol):
    """What frames are read from: an unbuffered file, a pipe, ``io.BytesIO``."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


class ByteWriter(Protocol):
    """What frames are written to; ``write`` may take a part of the bytes and say how many."""

    def write(self, data: memoryview, /) -> int | None: ...


class ProtocolError(BadInput):
    """Bytes that are no frame of this protocol. The stream cannot be read any further.

    `message_id` is the id of the offending message where it could still be read.
    """

    def __init__(self, message: str, hint: str = "", message_id: int | str | None = None) -> None:
        super().__init__(message, hint or "Restart the engine; docs/protocol.md has the format.")
        self.message_id = message_id


class PayloadNotHeld(OutOfMemory):
    """No memory for a frame's arrays. They were skipped: the next frame can be read."""

    def __init__(self, body: dict[str, Any], size: int) -> None:
        super().__init__(
            f"There is no memory for a message of {size / 2**20:.0f} MiB.",
            "Close other programs or send a smaller mesh.",
        )
        self.body = body


@dataclass(frozen=True)
class Message:
    """One frame: `body` is the JSON object without its ``arrays``, which are here by name."""

    body: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """One of the keys of `FIELDS`."""
        return str(self.body["type"])

    @property
    def id(self) -> Any:
        """The id of the request that the message is about, or None."""
        return self.body.get("id")


def encode_frame(
    body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None
) -> list[memoryview]:
    """The bytes of a frame, as pieces to write one after another; big arrays are not copied.

    Raises ProtocolError when the frame is too large or holds what JSON or `DTYPES` lack.
    """
    layout: list[dict[str, Any]] = []
    pieces: list[memoryview] = []
    end = 0
    for name, value in (arrays or {}).items():
        dtype = DTYPES.get(value.dtype.name)
        if dtype is None:
            raise ProtocolError(f"An array of {value.dtype} cannot be sent ({name}).")
        array = np.asarray(value, dtype=dtype, order="C")
        offset = -(-end // _ALIGNMENT) * _ALIGNMENT
        if array.nbytes:
            pieces.append(memoryview(bytes(offset - end)))
            pieces.append(array.reshape(-1).view(np.uint8).data)
            end = offset + array.nbytes
        else:
            offset = end
        layout.append(
            {"name": name, "dtype": dtype.name, "shape": list(array.shape), "offset": offset}
        )
    message = {**body, "arrays": layout} if layout else dict(body)
    try:
        # ASCII only, so that a lone surrogate in a name cannot make invalid UTF-8.
        text = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"The message cannot be written as JSON: {error}.") from None
    _check_lengths(len(text), end)
    return [memoryview(HEADER.pack(len(text), end) + text), *pieces]


def write_message(
    stream: ByteWriter,
    body: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]] | None = None,
) -> None:
    """Write a frame. Raises ProtocolError as `encode_frame`, OSError if the other side is gone."""
    write_pieces(stream, encode_frame(body, arrays))


def write_pieces(stream: ByteWriter, pieces: Sequence[memoryview]) -> None:
    """Write what `encode_frame` returned, however little the stream takes at a time."""
    for piece in pieces:
        start = 0
        while start < len(piece):
            start += stream.write(piece[start : start + _CHUNK]) or 0


def read_message(stream: ByteReader) -> Message | None:
    """Read and check one frame; None when the stream ends between two frames.

    Raises ProtocolError for anything that is not a frame of this version of the protocol, and
    PayloadNotHeld when memory is short (the stream is then at the next frame).
    """
    header = bytearray(HEADER.size)
    got = _fill(stream, memoryview(header))
    if got == 0:
        return None
    _whole(got, len(header))
    json_length, payload_length = HEADER.unpack(header)
    _check_lengths(json_length, payload_length)

    text = bytearray(json_length)
    _whole(_fill(stream, memoryview(text)), json_length)
    body = _parse(text)
    layout = _check_arrays(body, payload_length)

    try:
        payload = np.empty(payload_length, dtype=np.uint8)
    except MemoryError:
        _skip(stream, payload_length)
        raise PayloadNotHeld(body, payload_length) from None
    _whole(_fill(stream, payload.data), payload_length)
    body.pop("arrays", None)
    return Message(body, {entry.name: entry.view(payload, body.get("id")) for entry in layout})


@dataclass(frozen=True)
class _Entry:
    """A checked array description: it lies inside the payload that was announced."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    nbytes: int

    def view(self, payload: NDArray[np.uint8], message_id: Any) -> NDArray[Any]:
        """The array in the payload's memory; a copy only where its offset is not aligned."""
        raw = payload[self.offset : self.offset + self.nbytes]
        if self.dtype.kind == "b" and raw.size and raw.max() > 1:
            raise ProtocolError(
                f"The bool array '{self.name}' holds bytes other than 0 and 1.",
                message_id=message_id,
            )
        array = raw.view(self.dtype).reshape(self.shape)
        return array if array.flags.aligned else array.copy()


def _check_lengths(json_length: int, payload_length: int) -> None:
    if json_length > MAX_JSON_BYTES:
        raise ProtocolError(
            f"A frame announces {json_length} bytes of JSON; at most {MAX_JSON_BYTES} are allowed."
        )
    if payload_length > MAX_PAYLOAD_BYTES:
        raise ProtocolError(
            f"A frame announces {payload_length} bytes of arrays; "
            f"at most {MAX_PAYLOAD_BYTES} are allowed.",
            "Split the mesh into smaller objects and send them one by one.",
        )


def _parse(text: bytearray) -> dict[str, Any]:
    """The JSON object of a frame, with the fields that its type asks for."""
    try:
        body = json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"A frame holds no valid JSON: {error}.") from None
    if not isinstance(body, dict):
        raise ProtocolError("The JSON of a frame must be an object.")

    message_id = body.get("id")
    if not _is_id(message_id):
        message_id = None
    version = body.get("protocol", PROTOCOL)
    if version != PROTOCOL or isinstance(version, bool):
        raise ProtocolError(
            f"The other side speaks protocol {version!r:.20}, this one speaks {PROTOCOL}.",
            "Install the same version of Partwise on both sides.",
            message_id,
        )
    kind = body.get("type")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise ProtocolError(f"There is no message type {kind!r:.40}.", message_id=message_id)
    required, optional = FIELDS[kind]
    missing = required - body.keys()
    unknown = body.keys() - required - optional - {"type", "protocol"}
    if missing or unknown:
        names = ", ".join(sorted(missing or unknown))
        verb = "lacks" if missing else "has unknown"
        raise ProtocolError(f"A {kind} message {verb} {names:.80}.", message_id=message_id)
    if "id" in required and message_id is None and not (kind == "error" and body["id"] is None):
        raise ProtocolError(
            f"The id of a {kind} message must be an integer or a text of 1 to {MAX_TEXT} letters."
        )
    for name, expected in _VALUES.items():
        if not isinstance(body.get(name, expected()), expected):
            raise ProtocolError(
                f"The {name} of a {kind} message has the wrong type.", message_id=message_id
            )
    return body


def _check_arrays(body: dict[str, Any], payload_length: int) -> list[_Entry]:
    """Array descriptions, in the payload's order, each inside it and none over another."""
    message_id = body.get("id")

    def refuse(reason: str) -> NoReturn:
        raise ProtocolError(f"A frame describes its arrays wrongly: {reason}.", "", message_id)

    described = body.get("arrays", [])
    if not isinstance(described, list):
        refuse("arrays is not a list")
    entries: list[_Entry] = []
    names: set[str] = set()
    end = used = 0
    for item in described:
        if not isinstance(item, dict) or item.keys() != {"name", "dtype", "shape", "offset"}:
            refuse("each needs exactly name, dtype, shape and offset")
        name, shape, offset = item["name"], item["shape"], item["offset"]
        if not isinstance(name, str) or not 0 < len(name) <= MAX_TEXT or name in names:
            refuse("names must be different texts, not empty, not long")
        dtype = DTYPES.get(item["dtype"]) if isinstance(item["dtype"], str) else None
        if dtype is None:
            refuse(f"dtype {item['dtype']!r:.40} is none of {', '.join(DTYPES)}")
        if (
            not isinstance(shape, list)
            or len(shape) > _MAX_DIMENSIONS
            or not all(_is_count(n) for n in shape)
        ):
            refuse(f"the shape of {name:.40} is not a list of a few counts")
        # Also without its zeros, or NumPy could be asked for a shape that it cannot hold.
        if math.prod(n for n in shape if n) * dtype.itemsize > MAX_PAYLOAD_BYTES:
            refuse(f"{name:.40} is too large")
        nbytes = math.prod(shape) * dtype.itemsize
        if not _is_count(offset) or offset < end or offset + nbytes > payload_length:
            refuse(f"{name:.40} lies outside the payload or over the array before it")
        entries.append(_Entry(name, dtype, tuple(shape), offset, nbytes))
        names.add(name)
        end = offset + nbytes
        used += nbytes
    if payload_length - used > _MAX_PADDING * len(entries):
        refuse(f"{payload_length - used} bytes of the payload belong to none of them")
    return entries


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= MAX_TEXT
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _fill(stream: ByteReader, view: memoryview) -> int:
    """Read until `view` is full or the stream ends; returns the number of bytes read."""
    start = 0
    while start < len(view):
        count = stream.readinto(view[start : start + _CHUNK])
        if not count:
            break
        start += count
    return start


def _skip(stream: ByteReader, size: int) -> None:
    scratch = memoryview(bytearray(min(size, _CHUNK)))
    while size:
        got = _fill(stream, scratch[:size])
        _whole(got, min(size, len(scratch)))
        size -= got


def _whole(got: int, wanted: int) -> None:
    if got < wanted:
        raise ProtocolError(f"The stream ended inside a frame, {wanted - got} bytes too early.")
