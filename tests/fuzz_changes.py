# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fuzzer does to a file: bytes, numbers and lines of text, values in the JSON of glTF."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from tests.fuzz_seeds import Seed, pack_glb

NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
NUMBERS = (0, 1, -1, 2, 3, 4, 5, 7, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, -(2**31),
           2**53, 10**18, 10**30, 0.5, 1e30, 1e39, -1e300, 1e308)  # fmt: skip
WORDS = (
    b"nan",
    b"inf",
    b"-",
    b"",
    b"1e999",
    b"0x10",
    b"1,5",
    b"--1",
    b"\xff\xfe",
    b"\0",
    b"9" * 400,
)
VALUES: tuple[Any, ...] = (
    None, True, False, "", "x", "a/b", "../a.bin", "data:,", "data:;base64,AAA", [], {}, [0], [[]],
    {"x": 1}, [None], [1, 2, 3], "SCALAR", "VEC2", "VEC3", "VEC4", "MAT4",
    5120, 5121, 5122, 5123, 5125, 5126, 34962, *NUMBERS,
)  # fmt: skip


def change(form: str, seed: Seed, chance: random.Random) -> Seed:
    """A copy of `seed` with one to four changes, mostly in the mesh file."""
    changed = dict(seed)
    main = next(iter(seed))
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        name = main if chance.random() < 0.85 else chance.choice(list(changed))
        structured = form in ("glb", "gltf") and name == main and chance.random() < 0.7
        if structured and (new := _change_json(changed[name], chance)) is not None:
            changed[name] = new
        elif form == "dae" and name == main and chance.random() < 0.6:
            changed[name] = _number(changed[name], chance)
        elif form in ("npz", "3mf") and name == main and chance.random() < 0.8:
            changed[name] = _change_member(changed[name], chance)
        elif form == "glb" and name == main and chance.random() < 0.7:
            changed[name] = _change_chunk(changed[name], chance)
        elif b"\0" in changed[name][:400] or chance.random() < 0.2:
            changed[name] = chance.choice(BYTES)(changed[name], chance)
        else:
            changed[name] = chance.choice(TEXT)(changed[name], chance)
    return changed


def _flip(data: bytes, chance: random.Random) -> bytes:
    new = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8)) if new else 0):
        new[chance.randrange(len(new))] ^= 1 << chance.randrange(8)
    return bytes(new)


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    """Four bytes become a number that is on the edge of something."""
    if len(data) < 4:
        return data
    place = chance.randrange(len(data) - 3)
    word = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FC00000, 0x7F800000))
    order = chance.choice("<>")
    return data[:place] + struct.pack(f"{order}I", word) + data[place + 4 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 4, 16, 100)))


def _remove(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.randbytes(chance.choice((1, 2, 4, 30))) + data[place:]


def _copy(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    place = chance.randrange(len(data) + 1)
    return data[:place] + data[start:end] * chance.choice((1, 2, 50)) + data[place:]


def _number(data: bytes, chance: random.Random) -> bytes:
    found = list(NUMBER.finditer(data))
    if not found:
        return _flip(data, chance)
    where = chance.choice(found)
    new = str(chance.choice(NUMBERS)).encode() if chance.random() < 0.7 else chance.choice(WORDS)
    return data[: where.start()] + new + data[where.end() :]


def _line(data: bytes, chance: random.Random) -> bytes:
    """A line goes, comes twice, trades places, or loses its words."""
    lines = data.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[first]
        case 1:
            lines.insert(second, lines[first])
        case 2:
            lines[first], lines[second] = lines[second], lines[first]
        case 3:
            words = lines[first].split()
            lines[first] = b" ".join(words[: chance.randrange(len(words) + 1)])
        case _:
            lines[first] += chance.choice((b" 1", b" x", b"\r", b"\\", b" # x", b"\t", b" -1 2 3"))
    return b"\n".join(lines)


def _ends(data: bytes, chance: random.Random) -> bytes:
    """Line ends of another system, or a byte order mark."""
    match chance.randrange(4):
        case 0:
            return data.replace(b"\n", b"\r\n")
        case 1:
            return data.replace(b"\n", b"\r")
        case 2:
            return b"\xef\xbb\xbf" + data
        case _:
            return data.decode("latin-1").encode("utf-16")


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *[_flip] * 4, *[_overwrite] * 4, _cut, _remove, _insert, _copy,
)  # fmt: skip
TEXT = (*BYTES, _number, _number, _number, _number, _line, _line, _line, _ends)


def _change_json(data: bytes, chance: random.Random) -> bytes | None:
    """One value of the document becomes another, goes, or trades places; None if unreadable."""
    try:
        if data[:4] == b"glTF":
            (length,) = struct.unpack_from("<I", data, 12)
            document, chunk = json.loads(data[20 : 20 + length]), data[28 + length :]
        else:
            document, chunk = json.loads(data), None
        places = list(_places(document))
    except (ValueError, struct.error):
        return None
    if not places:
        return None
    holder, key = chance.choice(places)
    if isinstance(holder[key], dict) and chance.random() < 0.8:  # most keys matter further down
        holder, key = chance.choice(places)
    match chance.randrange(10):
        case 0:
            del holder[key]
        case 1:
            other, name = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[name]))
        case 2 if isinstance(holder, list):
            holder.insert(key, json.loads(json.dumps(chance.choice(holder))))
        case 3 if isinstance(holder[key], int | float):
            holder[key] += chance.choice((-1, 1, -4, 4, 0.5, 100))
        case 4 | 5 | 6 if isinstance(holder[key], int | float):
            holder[key] = chance.choice(NUMBERS)
        case 5 | 6 if isinstance(holder[key], str):
            holder[key] = chance.choice([v for v in VALUES if isinstance(v, str)])
        case _:
            holder[key] = json.loads(json.dumps(chance.choice(VALUES)))
    return json.dumps(document).encode() if chunk is None else pack_glb(document, chunk)


def _change_chunk(data: bytes, chance: random.Random) -> bytes:
    """Bytes of the binary chunk become others; the container stays whole."""
    start = 28 + int.from_bytes(data[12:16], "little")
    for _ in range(chance.choice((1, 3, 20))):
        data = data[:start] + chance.choice((_flip, _overwrite))(data[start:], chance)
    return data


def _change_member(data: bytes, chance: random.Random) -> bytes:
    """A file in an archive is changed; the archive stays whole. One that is not stays as it is."""
    stream = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
            members = {entry: old.read(entry) for entry in old.infolist()}
            chosen = chance.choice([entry for entry in members for _ in members[entry][::64]])
            how = BYTES if b"\0" in members[chosen][:400] else (*TEXT, *[_number] * 12)
            members[chosen] = chance.choice(how)(members[chosen], chance)
            for entry, content in members.items():
                new.writestr(entry.filename, content, entry.compress_type)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, IndexError, EOFError):
        return data
    return stream.getvalue()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every holder and key within a JSON value."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    found = [(value, key) for key in keys]
    for key in keys:
        found += _places(value[key])
    return found
