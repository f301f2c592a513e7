# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames: what is written comes back the same, and whatever else comes is refused."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from backend.contract import protocol
from backend.contract.protocol import (
    DTYPES,
    HEADER,
    Message,
    PayloadNotHeld,
    ProtocolError,
    encode_frame,
    read_message,
    write_message,
)

REQUEST = {"type": "request", "id": 7, "method": "ping"}

arrays = st.dictionaries(
    st.text(min_size=1, max_size=10),
    st.sampled_from(sorted(DTYPES)).flatmap(
        lambda name: npst.arrays(
            np.dtype(name), npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)
        )
    ),
    max_size=5,
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 60), 1 << 60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)
params = st.dictionaries(st.text(max_size=9), json_values, max_size=5)


class Trickle(io.RawIOBase):
    """A stream that takes and gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes = b"") -> None:
        self.data, self.at = bytearray(data), 0

    def readinto(self, buffer: Any) -> int:
        piece = self.data[self.at : self.at + min(len(buffer), 5)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def write(self, data: Any) -> int:
        self.data += bytes(data[:5])
        return min(len(data), 5)


def frame(body: Any, payload: bytes = b"", payload_length: int | None = None) -> bytes:
    """A frame made by hand; `body` may be bytes that are no JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = len(payload) if payload_length is None else payload_length
    return HEADER.pack(len(text), length) + text + payload


def read(data: bytes) -> Message | None:
    return read_message(io.BytesIO(data))


def refusal(data: bytes) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        read(data)
    assert caught.value.code == "BAD_INPUT"
    return caught.value


def describe(**changes: Any) -> dict[str, Any]:
    """A request with one array of three float32, of which some entries are changed."""
    entry = {"name": "a", "dtype": "float32", "shape": [3], "offset": 0, **changes}
    return {**REQUEST, "arrays": [entry]}


@given(params, arrays)
def test_a_frame_comes_back_the_same(params: dict[str, Any], arrays: dict[str, Any]) -> None:
    stream = Trickle()
    write_message(stream, {**REQUEST, "params": params}, arrays)
    message = read_message(Trickle(bytes(stream.data)))
    assert message is not None
    assert message.body == {**REQUEST, "params": params}
    assert list(message.arrays) == list(arrays)
    for name, sent in arrays.items():
        got = message.arrays[name]
        assert (got.dtype, got.shape) == (sent.dtype, sent.shape)
        assert got.tobytes() == sent.tobytes()


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    try:
        message = read(data)
    except ProtocolError:
        return
    assert message is None
    assert data == b""


@given(params, arrays, st.data())
def test_a_damaged_frame_is_read_or_refused(
    params: dict[str, Any], arrays: dict[str, Any], data: st.DataObject
) -> None:
    whole = bytearray(b"".join(encode_frame({**REQUEST, "params": params}, arrays)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        read(bytes(whole))


@given(json_values, st.binary(max_size=64))
def test_any_json_as_array_descriptions_is_read_or_refused(value: Any, payload: bytes) -> None:
    for described in (value, [value], [{"name": value, **describe()["arrays"][0]}]):
        try:
            message = read(frame({**REQUEST, "arrays": described}, payload))
        except ProtocolError:
            continue
        assert message is not None


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.sampled_from("abc"),
                "dtype": st.sampled_from([*DTYPES, ">f4", "object", 3]),
                "shape": st.lists(st.sampled_from([0, 1, 2, 5, 1 << 31, -1]), max_size=9),
                "offset": st.sampled_from([0, 1, 4, 8, 40, 1 << 31, -4]),
            }
        ),
        max_size=3,
    ),
    st.binary(max_size=80),
)
def test_arrays_never_reach_beyond_the_payload(described: list[Any], payload: bytes) -> None:
    try:
        message = read(frame({**REQUEST, "arrays": described}, payload))
    except ProtocolError:
        return
    assert message is not None
    assert sum(array.nbytes for array in message.arrays.values()) <= len(payload)


def test_end_between_frames_is_no_error() -> None:
    stream = io.BytesIO(frame(REQUEST))
    assert read_message(stream) is not None
    assert read_message(stream) is None


@pytest.mark.parametrize("missing", [1, 8, 20, 50])
def test_truncated_frame(missing: int) -> None:
    whole = b"".join(encode_frame(REQUEST, {"a": np.arange(4)}))
    assert "ended inside a frame" in refusal(whole[:-missing]).message


@pytest.mark.parametrize(
    ("json_length", "payload_length"),
    [
        (protocol.MAX_JSON_BYTES + 1, 0),
        (20, protocol.MAX_PAYLOAD_BYTES + 1),
        (2**32 - 1, 2**32 - 1),
    ],
)
def test_oversized_frame_is_refused_by_its_header(json_length: int, payload_length: int) -> None:
    stream = io.BytesIO(HEADER.pack(json_length, payload_length) + b"x" * 100)
    with pytest.raises(ProtocolError, match="at most"):
        read_message(stream)
    assert stream.tell() == HEADER.size, "nothing may be read, so nothing was allocated"


def test_payload_is_allocated_only_when_its_arrays_are_described() -> None:
    stream = io.BytesIO(frame(REQUEST, payload_length=protocol.MAX_PAYLOAD_BYTES))
    with pytest.raises(ProtocolError, match="belong to none"):
        read_message(stream)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b"\xff\xfe",
        b'{"type": "request", "id": 1, "method": NaN}',
        b'{"type": "hello", "protocol": ' + b"9" * 5000 + b"}",
        b"[" * 500_000,
        b'{"a":' * 100_000,
    ],
)
def test_bad_json(text: bytes) -> None:
    refusal(frame(text))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": None},
        {"type": "dance"},
        {"type": ["request"]},
        {"type": "request", "id": 1},
        {"type": "cancel"},
        {**REQUEST, "id": True},
        {**REQUEST, "id": 1.5},
        {**REQUEST, "id": None},
        {**REQUEST, "id": ""},
        {**REQUEST, "id": "x" * 1000},
        {**REQUEST, "id": 10**30},
        {**REQUEST, "method": 3},
        {**REQUEST, "method": None},
        {**REQUEST, "params": []},
        {**REQUEST, "parameters": {}},
        {**REQUEST, "protocol": True},
        {"type": "progress", "id": 1, "stage": "s", "done": "1", "total": 2},
    ],
)
def test_bad_message(body: dict[str, Any]) -> None:
    refusal(frame(body))


@pytest.mark.parametrize("version", [0, 2, "1", 1.5, None, [1]])
def test_other_version_is_named_before_all_else(version: Any) -> None:
    error = refusal(frame({"type": "a type of the future", "id": 5, "protocol": version}))
    assert "speaks protocol" in error.message
    assert "same version" in error.hint
    assert error.message_id == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"dtype": "object"},
        {"dtype": ">f4"},
        {"dtype": "complex128"},
        {"dtype": None},
        {"dtype": ["float32"]},
        {"shape": [4]},
        {"shape": [-1]},
        {"shape": [-1, -3]},
        {"shape": [True, 3]},
        {"shape": [1.0, 3]},
        {"shape": 3},
        {"shape": [1 << 31, 1 << 31, 1 << 31]},
        {"shape": [0, 1 << 31, 1 << 31, 1 << 31]},
        {"shape": [1] * 50},
        {"offset": -4},
        {"offset": 4},
        {"offset": 1 << 40},
        {"offset": "0"},
        {"name": ""},
        {"name": 3},
        {"strides": [4]},
    ],
)
def test_bad_array_description(changes: dict[str, Any]) -> None:
    payload = np.arange(3, dtype=np.float32).tobytes()
    assert read(frame(describe(), payload)) is not None
    assert refusal(frame(describe(**changes), payload)).message_id == 7


def test_arrays_may_not_share_bytes_or_names() -> None:
    first = {"name": "a", "dtype": "uint8", "shape": [8], "offset": 0}
    for second in ({**first, "name": "b", "offset": 7}, {**first, "offset": 8}):
        refusal(frame({**REQUEST, "arrays": [first, second]}, bytes(16)))


def test_bytes_that_no_array_describes_are_refused() -> None:
    refusal(frame(REQUEST, bytes(1)))
    refusal(frame(describe(), bytes(1000)))


def test_bool_arrays_hold_zeros_and_ones() -> None:
    body = describe(dtype="bool")
    message = read(frame(body, bytes([0, 1, 1])))
    assert message is not None
    assert message.arrays["a"].tolist() == [False, True, True]
    assert "bool" in refusal(frame(body, bytes([0, 1, 2]))).message


def test_unaligned_arrays_become_aligned() -> None:
    values = np.arange(3, dtype=np.float64)
    message = read(frame(describe(dtype="float64", offset=3), b"..." + values.tobytes()))
    assert message is not None
    assert message.arrays["a"].flags.aligned
    assert message.arrays["a"].tolist() == [0, 1, 2]


def test_foreign_byte_order_and_strides_are_written_in_order() -> None:
    sent = np.arange(12, dtype=">i4").reshape(3, 4)[:, ::2]
    message = read(b"".join(encode_frame(REQUEST, {"a": sent})))
    assert message is not None
    assert message.arrays["a"].tolist() == sent.tolist()


@pytest.mark.parametrize(
    ("body", "array"),
    [
        (REQUEST, np.array([object()])),
        (REQUEST, np.array(["text"])),
        (REQUEST, np.zeros(2, complex)),
        ({**REQUEST, "params": {"x": float("nan")}}, None),
        ({**REQUEST, "params": {"x": b"bytes"}}, None),
        ({**REQUEST, "params": {"x": "x" * (1 << 20)}}, None),
    ],
)
def test_what_cannot_be_sent(body: dict[str, Any], array: Any) -> None:
    with pytest.raises(ProtocolError):
        encode_frame(body, {} if array is None else {"a": array})


def test_big_arrays_are_sent_without_a_copy() -> None:
    array = np.zeros(1000)
    pieces = encode_frame(REQUEST, {"a": array})
    assert any(np.shares_memory(np.frombuffer(piece, np.uint8), array) for piece in pieces)


def test_without_memory_the_arrays_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO(frame(describe(), bytes(12)) + frame({"type": "shutdown"}))

    def no_memory(*_: Any, **__: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(protocol.np, "empty", no_memory)
        with pytest.raises(PayloadNotHeld) as caught:
            read_message(stream)
    assert caught.value.body["id"] == 7
    assert caught.value.code == "OUT_OF_MEMORY"
    message = read_message(stream)
    assert message is not None
    assert message.type == "shutdown"
