# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding of meshopt-compressed data: vertex attributes, triangles, indices and filters.

Vectorised where the format allows: groups of vertex bytes are located one by one, then decoded all
at once; triangles refer to those just before them and are decoded in turn.

Source: Khronos Group and Arseny Kapoulkine, EXT_meshopt_compression and KHR_meshopt_compression,
"Appendix A: Bitstream" and "Appendix B: Filters",
https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Bytes

GROUP = 16  # elements whose byte at one place is stored with one number of bits
BITS = ((0, 2, 4, 8), (0, 1, 2, 4), (1, 2, 4, 8))  # version 0; version 1, in its two modes


def _sentinels(bits: int) -> list[int]:
    """For each byte, how many of its fields have all bits set: so many bytes follow the group."""
    fields = range(0, 8, bits)
    full = (1 << bits) - 1
    return [sum((byte >> at) & full == full for at in fields) for byte in range(256)]


FOLLOWING = {bits: _sentinels(bits) for bits in (1, 2, 4)}


def decode(data: memoryview, *, count: int, stride: int, mode: str, filtered: str) -> Bytes:
    """The (count * stride,) bytes of a compressed bufferView. Raises ValueError if damaged."""
    source = np.frombuffer(data, np.uint8)
    if count < 0 or not 0 < stride <= 256:
        raise ValueError(f"{count} elements of {stride} bytes")
    if mode == "ATTRIBUTES":
        values = _attributes(source, count, stride)
        return _unfilter(values, filtered).reshape(-1)
    if stride not in (2, 4) or filtered != "NONE":
        raise ValueError(f"indices of {stride} bytes, filter {filtered}")
    if mode == "TRIANGLES":
        indices: NDArray[Any] = _triangles(bytes(source), count)
    elif mode == "INDICES":
        indices = _sequence(source, count)
    else:
        raise ValueError(f"mode {mode}")
    return indices.astype(f"<u{stride}").view(np.uint8)


# ---- vertex attributes


def _attributes(source: Bytes, count: int, stride: int) -> Bytes:
    """(count, stride) bytes of elements."""
    if not len(source) or source[0] not in (0xA0, 0xA1) or stride % 4:
        raise ValueError("no vertex data")
    version = int(source[0]) & 1
    tail = stride + (stride // 4 if version else 0)
    end = len(source) - tail
    padded = len(source) - max(tail, 24 if version else 32)
    if padded < 1:
        raise ValueError("vertex data is cut short")
    first, channels = source[end : end + stride], source[end + stride :]
    block = min(8192 // stride // GROUP * GROUP, 256)
    spans = _Groups(source, padded, count, stride)
    position = 1
    for start in range(0, count, block):
        position = spans.block(position, start, min(block, count - start), version)
    return _undo_deltas(spans.bytes(), first, channels if version else np.zeros(stride // 4, "u1"))


class _Groups:
    """Where each group of 16 bytes of one column is stored, and with how many bits."""

    def __init__(self, source: Bytes, end: int, count: int, stride: int) -> None:
        # A block of at most 256 elements takes at least one byte for each four columns.
        if count * stride > 1024 * len(source):
            raise ValueError("more elements than the data can hold")
        self.source, self.raw, self.end = source, source.tobytes(), end
        padded = -(-count // GROUP) * GROUP
        self.columns = np.zeros((stride, padded), dtype=np.uint8)
        self.count, self.stride = count, stride
        self.found: dict[int, tuple[list[int], list[int]]] = {b: ([], []) for b in (1, 2, 4, 8)}

    def block(self, position: int, start: int, size: int, version: int) -> int:
        """Note the groups of one block; returns where the next one begins."""
        controls = self.raw[position : position + self.stride // 4] if version else b""
        position += len(controls)
        if version and len(controls) < self.stride // 4:
            raise ValueError("vertex data is cut short")
        for column in range(self.stride):
            control = (controls[column // 4] >> (column % 4 * 2)) & 3 if version else 0
            if control == 3:
                plain = self.source[position : min(position + size, self.end)]
                self.columns[column, start : start + size] = plain
                position += size
            elif control != 2:
                kinds = BITS[1 + control] if version else BITS[0]
                position = self._column(position, column, start, size, kinds)
        if position > self.end:
            raise ValueError("vertex data is cut short")
        return position

    def _column(
        self, position: int, column: int, start: int, size: int, kinds: tuple[int, ...]
    ) -> int:
        raw = self.raw
        groups = -(-size // GROUP)
        head = raw[position : position + (groups + 3) // 4]
        position += (groups + 3) // 4
        target = column * self.columns.shape[1] + start
        for group in range(groups):
            bits = kinds[(head[group >> 2] >> (group % 4 * 2)) & 3]
            if bits:
                places, targets = self.found[bits]
                places.append(position)
                targets.append(target + group * GROUP)
                position += 2 * bits
                if bits < 8:
                    table = FOLLOWING[bits]
                    for byte in raw[position - 2 * bits : position]:
                        position += table[byte]
        return position

    def bytes(self) -> Bytes:
        """(count, stride) bytes, still differences."""
        flat = self.columns.reshape(-1)
        lane = np.arange(GROUP)
        for bits, (places, targets) in self.found.items():
            if not places:
                continue
            place = np.array(places)[:, None]
            if bits == 8:
                values = self.source[place + lane]
            else:
                packed = np.unpackbits(
                    self.source[place + np.arange(2 * bits)],
                    axis=1,
                    bitorder="little" if bits == 1 else "big",
                ).reshape(-1, GROUP, bits)
                values = packed @ (1 << np.arange(bits)[::-1]).astype(np.uint8)
                explicit = values == (1 << bits) - 1
                behind = place + 2 * bits + np.cumsum(explicit, axis=1) - 1
                values = np.where(explicit, self.source[np.maximum(behind, 0)], values)
            flat[np.array(targets)[:, None] + lane] = values
        return self.columns[:, : self.count].T


def _undo_deltas(values: Bytes, first: Bytes, channels: Bytes) -> Bytes:
    """Sum up differences, four columns at a time, by the kind that their channel names."""
    result = np.empty(values.shape, dtype=np.uint8)
    for column in range(0, values.shape[1], 4):
        channel = int(channels[column // 4])
        part = np.ascontiguousarray(values[:, column : column + 4])
        start = np.ascontiguousarray(first[column : column + 4])
        kind = channel & 3
        if kind == 2:
            words, rot = part.view("<u4"), channel >> 4
            turn = np.uint32((32 - rot) & 31), np.uint32(rot & 31)
            turned = (words << turn[0]) | (words >> turn[1]) if rot & 31 else words
            whole = np.concatenate([start.view("<u4")[None], turned])
            summed = np.bitwise_xor.accumulate(whole, axis=0)[1:]
        elif kind < 2:
            dtype = np.dtype("<u2" if kind else "u1")
            steps, one = part.view(dtype), dtype.type(1)
            steps = (steps >> one) ^ (np.zeros_like(steps) - (steps & one))
            whole = np.concatenate([start.view(dtype)[None], steps])
            summed = np.cumsum(whole, axis=0, dtype=dtype)[1:]
        else:
            raise ValueError(f"channel {channel}")
        result[:, column : column + 4] = np.ascontiguousarray(summed).view(np.uint8)
    return result


# ---- indices


def _triangles(source: bytes, count: int) -> NDArray[np.uint32]:
    """(count,) indices of triangles, which share edges and vertices with those just before."""
    if count % 3 or not source or source[0] not in (0xE0, 0xE1):
        raise ValueError("no triangles")
    data, end = 1 + count // 3, len(source) - 16
    if data > end:
        raise ValueError("triangles are cut short")
    table = source[end:]
    edges, vertices = [(0, 0)] * 16, [0] * 16
    e = v = fresh = last = 0
    limit = 13 if source[0] == 0xE1 else 15  # version 1 knows the vertex before or after the last
    triangles: list[int] = []

    def explicit() -> int:
        """An index as a difference to the last explicit one, seven bits a byte."""
        nonlocal data, last
        value = shift = 0
        while True:
            byte = source[data]
            data += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128 or shift > 28:
                break
        last = (last + ((value >> 1) ^ -(value & 1))) & 0xFFFFFFFF
        return last

    for code in source[1 : 1 + count // 3]:
        if code < 0xF0:
            a, b = edges[(e - 1 - (code >> 4)) & 15]
            which = code & 15
            if which == 0:
                c = fresh
                fresh += 1
            elif which < limit:
                c = vertices[(v - 1 - which) & 15]
            else:
                c = last = explicit() if which == 15 else last + (which - 13 or -1)
            if which == 0 or which >= limit:
                vertices[v] = c
                v = (v + 1) & 15
            edges[e], edges[(e + 1) & 15] = (c, b), (a, c)
            e = (e + 2) & 15
        else:
            pair = table[code & 15] if code < 0xFE else source[data]
            if code >= 0xFE:
                data += 1
                if pair == 0:
                    fresh = 0
            one, two = pair >> 4, pair & 15
            if code != 0xFF:
                a = fresh
                fresh += 1
            b = vertices[(v - one) & 15] if one else fresh
            fresh += not one
            c = vertices[(v - two) & 15] if two else fresh
            fresh += not two
            if code == 0xFF:
                a = explicit()
            if one == 15:
                b = explicit()
            if two == 15:
                c = explicit()
            vertices[v] = a
            v = (v + 1) & 15
            if one in (0, 15):
                vertices[v] = b
                v = (v + 1) & 15
            if two in (0, 15):
                vertices[v] = c
                v = (v + 1) & 15
            edges[e], edges[(e + 1) & 15], edges[(e + 2) & 15] = (b, a), (c, b), (a, c)
            e = (e + 3) & 15
        triangles += (a, b, c)
    if data > end:
        raise ValueError("triangles are cut short")
    return (np.array(triangles, dtype=np.int64) & 0xFFFFFFFF).astype(np.uint32)


def _sequence(source: Bytes, count: int) -> NDArray[np.int64]:
    """(count,) indices in any order, each a difference to one of two before it."""
    if len(source) < 5 or source[0] not in (0xD0, 0xD1):
        raise ValueError("no indices")
    data = source[1:-4]
    ends = np.flatnonzero(data < 128)[:count]
    starts = np.concatenate([[0], ends[:-1] + 1]) if count else ends
    lengths = ends - starts + 1
    if len(ends) < count or (lengths > 5).any():
        raise ValueError("indices are cut short")
    values = np.zeros(count, dtype=np.int64)
    for place in range(int(lengths.max(initial=0))):
        more = lengths > place
        values[more] |= (data[starts[more] + place].astype(np.int64) & 127) << (7 * place)
    which, values = values & 1, values >> 1
    steps = (values >> 1) ^ -(values & 1)
    indices = np.empty(count, dtype=np.int64)
    for base in (0, 1):
        indices[which == base] = np.cumsum(steps[which == base])
    return indices & 0xFFFFFFFF


# ---- filters


def _unfilter(values: Bytes, name: str) -> Bytes:
    """(count, stride) bytes after a filter of the extension was undone."""
    stride = values.shape[1]
    if name == "NONE":
        return values
    if name == "EXPONENTIAL" and stride % 4 == 0:
        words = np.ascontiguousarray(values).view("<i4")
        mantissa = (words << 8) >> 8
        return np.ldexp(mantissa.astype(np.float32), words >> 24).astype("<f4").view(np.uint8)
    if stride == 8 or (stride == 4 and name != "QUATERNION"):
        four = np.ascontiguousarray(values).view(f"<i{stride // 4}")
        filters = {"OCTAHEDRAL": _octahedral, "QUATERNION": _quaternion, "COLOR": _colour}
        if name in filters:
            return np.ascontiguousarray(filters[name](four)).view(np.uint8)
    raise ValueError(f"filter {name} of {stride} bytes")


def _octahedral(four: NDArray[Any]) -> NDArray[Any]:
    """Unit vectors, and a fourth number as it is, from their places on an unfolded octahedron."""
    largest = float(np.iinfo(four.dtype).max)
    x, y, one = (four[:, i].astype(np.float32) for i in range(3))
    z = one - np.abs(x) - np.abs(y)
    fold = np.minimum(z, 0)
    x, y = x + np.where(x >= 0, fold, -fold), y + np.where(y >= 0, fold, -fold)
    vector = np.stack([x, y, z], axis=1)
    length = np.linalg.norm(vector, axis=1, keepdims=True)
    result = four.copy()
    result[:, :3] = _rounded(vector * (largest / np.where(length > 0, length, 1)))
    return result


def _quaternion(four: NDArray[Any]) -> NDArray[Any]:
    """Unit quaternions from three of their numbers; which one is left out stands in two bits."""
    scale = np.float32(np.sqrt(0.5)) / (four[:, 3] | 3).astype(np.float32)
    three = four[:, :3].astype(np.float32) * scale[:, None]
    x, y, z = three.T
    missing = np.sqrt(np.maximum(1 - x * x - y * y - z * z, 0))
    numbers = np.concatenate([missing[:, None], three], axis=1)
    order = ((four[:, 3] & 3)[:, None] + np.arange(4)) & 3
    result = np.empty_like(four)
    np.put_along_axis(result, order.astype(np.int64), _rounded(numbers * np.float32(32767)), axis=1)
    return result


def _colour(four: NDArray[Any]) -> NDArray[Any]:
    """RGBA from luma, two differences of colour, and alpha, whose highest bit is the scale."""
    bits = four.dtype.itemsize * 8
    unsigned = four.view(f"<u{four.dtype.itemsize}").astype(np.int64)
    luma, orange, green = unsigned[:, 0], four[:, 1].astype(np.int64), four[:, 2].astype(np.int64)
    alpha = scale = unsigned[:, 3]
    for shift in (1, 2, 4, 8):
        scale = scale | scale >> shift
    alpha = (alpha << 1 & scale) | (alpha & 1)
    rgba = np.stack([luma + orange - green, luma + green, luma - orange - green, alpha], axis=1)
    factor = np.float32((1 << bits) - 1) / np.maximum(scale, 1).astype(np.float32)
    full = rgba.astype(np.float32) * factor[:, None]
    return np.floor(full + np.float32(0.5)).astype(np.int64).astype(f"<u{four.dtype.itemsize}")


def _rounded(values: NDArray[Any]) -> NDArray[np.int64]:
    """Nearest whole numbers, halves away from zero."""
    return np.trunc(values + np.where(values >= 0, 0.5, -0.5)).astype(np.int64)
