# SPDX-License-Identifier: GPL-3.0-or-later
"""What could take a part's place: one list of the bundled library and the user's own assets.

It is of the session, not of the file: the last search, and the page that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Record
from ...backend.contract.requests import LibraryList
from .asset_libraries import Asset

COLUMNS, ROWS = 3, 3
PAGE = COLUMNS * ROWS


class PartSource(Record):
    """One thing that can be chosen: of the library, unless it is an asset.

    key : what tells it from the others; picture : (H, W, 4) uint8, top row first, or None.
    """

    key: str
    title: str
    tip: str
    picture: NDArray[np.uint8] | None
    asset: Asset | None = None


@dataclass(eq=False)
class Found:
    """What a search found. query : its words; notes : what could not be looked through."""

    query: str
    sources: list[PartSource]
    notes: list[str] = field(default_factory=list)
    page: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.sources) // PAGE))

    def shown(self) -> Sequence[PartSource]:
        """Those of the page that is looked at."""
        return self.sources[self.page * PAGE : (self.page + 1) * PAGE]


_found: Found | None = None


def found() -> Found | None:
    """What the last search found."""
    return _found


def keep(result: Found | None) -> None:
    """Show the result of a search."""
    global _found
    _found = result


def turn(steps: int) -> None:
    """Look at another page; after the last comes the first."""
    if _found is not None:
        _found.page = (_found.page + steps) % _found.pages


def find(key: str) -> PartSource | None:
    """A source of the last search by its key."""
    return next((each for each in _found.sources if each.key == key), None) if _found else None


def listed(answer: LibraryList, assets: Sequence[Asset]) -> list[PartSource]:
    """The user's own first: there are fewer, and they were chosen by somebody."""
    own = [
        PartSource(
            asset.key,
            asset.name,
            f"{'Collection' if asset.kind == 'COLLECTION' else 'Object'} of {asset.library}",
            asset.picture,
            asset,
        )
        for asset in assets
    ]
    pictures: Any = [None] * len(answer.titles) if answer.thumbnails is None else answer.thumbnails
    rows = zip(answer.titles, answer.kinds, answer.credits, pictures, strict=True)
    bundled = [
        PartSource(f"LIBRARY\n{title}", title, f"{kind}; {credit}", picture)
        for title, kind, credit, picture in rows
    ]
    return [*own, *bundled]
