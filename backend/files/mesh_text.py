# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of mesh files as programs really write it: encodings, and lines of numbers."""

from __future__ import annotations

import codecs
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MARKS = (  # the longer ones first: a mark of UTF-32 begins as one of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NO_NUMBER = re.compile(rb"[-+]?\d\.#[A-Z]+\d*")  # as Microsoft's library writes NaN and infinity


def as_utf8(data: bytes) -> bytes:
    """The text without a byte order mark, UTF-16 and UTF-32 as UTF-8; other encodings as is."""
    name = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if name is None and len(data) >= 8:  # plain letters in UTF-16, without a mark
        even, odd = data[0:64:2], data[1:64:2]
        if not even.count(0) and 5 * odd.count(0) > 4 * len(odd):
            name = "utf-16-le"
        elif not odd.count(0) and 5 * even.count(0) > 4 * len(even):
            name = "utf-16-be"
    if name is None:
        return data
    if name == "utf-8":
        return data[len(codecs.BOM_UTF8) :]
    return data.decode(name, "replace").lstrip("\ufeff").encode("utf-8", "replace")


def decoded(text: bytes) -> str:
    """Names in UTF-8, or else in the Western encoding of Windows."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def numbers(text: bytes, dtype: type = np.float64) -> NDArray[Any]:
    """All numbers of a text; ValueError if something else stands between them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), dtype, sep=" ")
        except (DeprecationWarning, ValueError) as warning:
            raise ValueError("something that is not a number") from warning


def whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Integers read as floats; ValueError if they are none."""
    with np.errstate(invalid="ignore"):
        result = values.astype(np.int64)
    if not np.array_equal(result, values):
        raise ValueError("an index is not a whole number")
    return result


@dataclass
class NumberLines:
    """Numbers of a text: ``values`` (n,), and how many of them each line holds, ``counts`` (l,)."""

    values: NDArray[Any]
    counts: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        """(l,) the first number of each line."""
        return np.cumsum(self.counts) - self.counts

    def columns(self, width: int) -> NDArray[Any]:
        """(l, width) the first numbers of each line; zero where it is shorter."""
        if not len(self.values):
            return np.zeros((len(self.counts), width), self.values.dtype)
        all_have = int(self.counts[0])
        if all_have >= width and (self.counts == all_have).all():
            return self.values.reshape(-1, all_have)[:, :width]
        column = np.arange(width)
        there = column < self.counts[:, None]
        at = np.where(there, self.starts[:, None] + column, 0)
        filled: NDArray[Any] = np.where(there, self.values.take(at, mode="clip"), 0)
        return filled


def number_lines(text: bytes, dtype: type = np.float64) -> NumberLines:
    """Numbers of each line of a text that ends with a line feed; comments from # on are skipped.

    Decimal commas, commas between numbers and NaN in any spelling are read. ValueError if
    something else stands there.
    """
    if b"#" in text:
        text = re.sub(rb"#[^\n]*", b"", NO_NUMBER.sub(b"nan", text))
    words, counts = words_of_lines(text)
    if not len(words):
        return NumberLines(np.zeros(0, dtype), counts)
    try:
        values = numbers(text, dtype)
    except ValueError:
        text = _mended(text)
        words, counts = words_of_lines(text)
        values = numbers(text, dtype)
    if len(values) != len(words):
        raise ValueError(f"{len(values)} numbers in {len(words)} words")
    return NumberLines(values, counts)


def words_of_lines(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each word of a text begins (w,), and how many words each of its lines holds (l,)."""
    blank = np.frombuffer(text, dtype=np.uint8) <= 32
    begins = ~blank
    begins[1:] &= blank[:-1]
    starts = np.flatnonzero(begins)
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 10)
    return starts, np.diff(np.searchsorted(starts, ends), prepend=0)


def _mended(text: bytes) -> bytes:
    text = re.sub(rb"(?<=[\d.])[dD](?=[-+]?\d)", b"e", text)  # exponents of Fortran
    text = re.sub(rb",(?=\s)", b" ", text)
    return text.replace(b",", b" " if b"." in text else b".")
