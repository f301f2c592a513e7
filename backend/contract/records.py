# SPDX-License-Identifier: GPL-3.0-or-later
"""Frozen records that cost nothing to define.

`dataclasses` writes and compiles code for every class, about a millisecond each before Python
3.13. Blender defines more than a hundred of ours whenever it starts, and needs few at once.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self, dataclass_transform

REQUIRED: Final = object()  # the default of a field that has none


@dataclass_transform(frozen_default=True, eq_default=False)
class Record:
    """Made and read like a frozen dataclass; the same only as itself.

    A subclass names its fields as a dataclass does. defaults : of each field, REQUIRED where it has
    none; those of a base come first. What is made is checked by ``__post_init__`` where there is
    one. Raises TypeError for fields that are missing, unknown or given twice.
    """

    defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        own = (name for name, said in cls.__annotations__.items() if "ClassVar" not in str(said))
        cls.defaults = {**cls.defaults, **{n: cls.__dict__.get(n, REQUIRED) for n in own}}

    def __init__(self, *values: Any, **named: Any) -> None:
        given = dict(zip(self.defaults, values, strict=False))
        told = {**self.defaults, **given, **named}
        missing = [name for name, value in told.items() if value is REQUIRED]
        strange = [name for name in named if name not in self.defaults or name in given]
        if len(values) > len(self.defaults):
            raise TypeError(f"{type(self).__name__} has {len(self.defaults)} fields.")
        if missing or strange:
            said = f"no such field, or twice: {strange}" if strange else f"missing: {missing}"
            raise TypeError(f"{type(self).__name__}, {said}")
        self.__dict__.update(told)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check what was given."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} stays as it is.")

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.defaults)
        return f"{type(self).__name__}({fields})"

    def changed(self, **named: Any) -> Self:
        """The same with other values of some fields."""
        return type(self)(**{name: getattr(self, name) for name in self.defaults} | named)


@dataclass_transform(frozen_default=True, eq_default=True)
class Value(Record):
    """A record that is the same as another one of equal fields."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.defaults)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self.defaults)))
