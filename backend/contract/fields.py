# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of typed messages: what a field may hold, each class a check of what came over the wire.

Standard library and NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Self, get_args, get_type_hints

from .arrays import NDArray, np
from .errors import BadInput
from .records import REQUIRED, Record, Value

Sizes = dict[str, int]


class Text(Value):
    """A text of at least `shortest` and at most `longest` characters."""

    shortest: int = 0
    longest: int = 1 << 16

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not isinstance(value, str) or not self.shortest <= len(value) <= self.longest:
            raise BadInput(f"'{name}' must be a text of {self.shortest} to {self.longest} letters.")


class Whole(Value):
    """A whole number in a closed range."""

    lowest: int
    highest: int = (1 << 31) - 1

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not self.lowest <= value <= self.highest:
            limits = f"from {self.lowest} to {self.highest}"
            raise BadInput(f"'{name}' must be a whole number {limits}.")


class Number(Value):
    """A number in a closed range."""

    lowest: float
    highest: float

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.lowest <= value <= self.highest:  # NaN is in no range
            limits = f"from {self.lowest:g} to {self.highest:g}"
            raise BadInput(f"'{name}' must be a number {limits}.")


class Json(Value):
    """A value of one of JSON's own kinds: bool, list or dict."""

    kind: type

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not isinstance(value, self.kind):
            words = {bool: "true or false", list: "a list", dict: "an object"}
            raise BadInput(f"'{name}' must be {words[self.kind]}.")


class Array(Value):
    """An array of one of the `dtypes`. In `shape`, a letter is one size in the whole message."""

    shape: tuple[int | str, ...]
    dtypes: str

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        wanted = f"[{', '.join(map(str, self.shape))}]"
        if not isinstance(value, np.ndarray):
            raise BadInput(f"'{name}' must be an array {wanted}.")
        if value.dtype.name not in self.dtypes.split():
            kinds = " or ".join(self.dtypes.split())
            raise BadInput(f"'{name}' must be an array of {kinds}, not of {value.dtype.name}.")
        fits = value.ndim == len(self.shape) and all(
            have == (sizes.setdefault(want, have) if isinstance(want, str) else want)
            for have, want in zip(value.shape, self.shape, strict=True)
        )
        if not fits:
            known = "".join(f", {letter} = {size}" for letter, size in sizes.items())
            shape = list(value.shape)
            raise BadInput(f"'{name}' must have the shape {wanted}{known}, not {shape}.")


Check = Text | Whole | Number | Json | Array


class Fields(Record):
    """Base of requests and results: checked when made, on either side of the pipe.

    A field that is None was left out; arrays travel beside the JSON.
    """

    def __post_init__(self) -> None:
        sizes: Sizes = {}
        checks = self.checks()
        for name, default in self.defaults.items():
            value = getattr(self, name)
            if value is not None or default is not None:
                checks[name].check(name, value, sizes)

    @classmethod
    @cache
    def checks(cls) -> dict[str, Check]:
        """The check of each field, taken from its annotation."""
        return {
            name: option.__metadata__[0]
            for name, hint in get_type_hints(cls, include_extras=True).items()
            for option in (hint, *get_args(hint))  # `X | None` holds its check one level down
            if hasattr(option, "__metadata__")
        }

    @classmethod
    def from_message(cls, params: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Read the params and arrays of a message.

        Raises BadInput for a field that is missing, unknown, of another type or out of range.
        """
        checks = cls.checks()
        for given, is_array in ((params, False), (arrays, True)):
            for name in given:
                if name not in checks or isinstance(checks[name], Array) != is_array:
                    kind = "array" if is_array else "parameter"
                    names = ", ".join(checks) or "none"
                    raise BadInput(f"There is no {kind} '{name:.40}' here.", f"Known: {names}.")
        for name, default in cls.defaults.items():
            if default is REQUIRED and name not in params and name not in arrays:
                raise BadInput(f"'{name}' is missing.")
        return cls(**params, **arrays)

    def to_message(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Params and arrays, as `protocol.encode_frame` takes them."""
        params: dict[str, Any] = {}
        arrays: dict[str, NDArray[Any]] = {}
        for name, check in self.checks().items():
            value = getattr(self, name)
            if value is not None:
                (arrays if isinstance(check, Array) else params)[name] = value
        return params, arrays


# Fields that several messages have.

MAX_SEED = (1 << 32) - 1

Fingerprint = Annotated[str, Text(1, 200)]
Engine = Annotated[str, Text(1, 50)]
Seed = Annotated[int, Whole(0, MAX_SEED)]
Parts = Annotated[int, Whole(1)]
Granularity = Annotated[float, Number(0.0, 1.0)]
