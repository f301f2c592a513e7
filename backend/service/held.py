# SPDX-License-Identifier: GPL-3.0-or-later
"""The meshes that are open, with all that was computed on them, within a memory budget.

The least recently used meshes make room when the budget is exceeded.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.errors import MeshNotOpen
from ..contract.progress import Progress
from ..contract.requests import Click, Segment
from ..machine import cpu as machine
from ..machine.memory import held_bytes
from ..machine.resident import Residents

if TYPE_CHECKING:
    from ..pipelines.segment import Analysis, Hints

log = logging.getLogger(__name__)

_FALLBACK_BUDGET = 2 << 30
_LARGEST_BUDGET = 8 << 30
_MOST_ANALYSES = 6  # of one mesh: trying out hints must not fill the memory
_LONGEST_LIST = 1000  # a report must fit into the JSON of one frame


class Key(NamedTuple):
    """What makes one analysis of a mesh differ from another."""

    engine: str  # as it was asked for
    seed: int
    variant: int = 0
    hints: str = ""  # their digest
    symmetric: bool = True

    @classmethod
    def of(cls, request: Segment) -> Key:
        hints = request.hints_digest()
        return cls(request.engine, request.seed, request.variant, hints, request.symmetric)


@dataclass
class HeldMesh:
    """A mesh that a client has opened, with its analyses. `bytes` counts the arrays of both.

    analyses : the last used one last.
    """

    fingerprint: str
    vertices: NDArray[np.float64]  # (V, 3)
    faces: NDArray[np.int64]  # (F, 3)
    analyses: dict[Key, Analysis] = field(default_factory=dict)
    bytes: int = 0

    def used(self, key: Key) -> Analysis | None:
        """The analysis with a key, from now on the last used one; None where there is none.

        What "auto" chose is also found by its engine's own name.
        """
        for known, analysis in self.analyses.items():
            is_chosen = known.engine == AUTO and analysis.engine == key.engine
            if known == key or (is_chosen and not analysis.notice and known[1:] == key[1:]):
                self.analyses[known] = self.analyses.pop(known)
                return analysis
        return None

    def clicked(self, request: Click) -> Key:
        """Key of the analysis on which clicks are to be answered; its hints are known here."""
        if request.variant is None:
            return self.latest(request.engine, request.seed)
        bare = Key(request.engine, request.seed, request.variant, symmetric=request.symmetric)
        key = bare._replace(hints=request.hints)
        return key if self.used(key) else bare

    def latest(self, engine: str, seed: int) -> Key:
        """Key of the last used analysis of an engine ("auto": of any) and a seed."""
        for key in reversed(self.analyses):
            if key.seed == seed and engine in (AUTO, key.engine, self.analyses[key].engine):
                return key
        return Key(engine, seed)

    def analyse(self, key: Key, hints: Hints, progress: Progress) -> Analysis:
        """A new analysis, which is kept; the least recently used one may go for it."""
        from ..pipelines.segment import analyse

        analysis = self.analyses[key] = analyse(
            self.vertices,
            self.faces,
            seed=key.seed,
            engine=key.engine,
            hints=hints,
            variant=key.variant,
            symmetric=key.symmetric,
            progress=progress,
        )
        while len(self.analyses) > _MOST_ANALYSES:
            del self.analyses[next(iter(self.analyses))]
        return analysis


class HeldMeshes:
    """All open meshes by fingerprint. One thread changes them; `told` may be called from another.

    budget : bytes of arrays to keep, those of loaded `networks` among them; by default a quarter of
        the machine's memory, 8 GiB at most.
    """

    def __init__(self, budget: int | None, networks: Residents) -> None:
        total = machine.memory()
        if budget is None:
            budget = min(total // 4, _LARGEST_BUDGET) if total else _FALLBACK_BUDGET
        self.budget = budget
        self.networks = networks
        self._meshes: OrderedDict[str, HeldMesh] = OrderedDict()  # least recently used first
        self._lock = threading.Lock()  # guards the table, not the meshes in it

    def get(self, fingerprint: str) -> HeldMesh:
        """A mesh, from now on the last used one. Raises MeshNotOpen where there is none."""
        mesh = self._meshes.get(fingerprint)
        if mesh is None:
            raise MeshNotOpen
        with self._lock:
            self._meshes.move_to_end(fingerprint)
        return mesh

    def put(self, name: str, vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> bool:
        """Hold a mesh; whether the very same was held already, with what was computed on it."""
        known = self._meshes.get(name)
        if (
            known is not None
            and np.array_equal(known.faces, faces)
            and np.array_equal(known.vertices, vertices)
        ):
            self.get(name)
            return True
        with self._lock:
            self._meshes.pop(name, None)
            self._meshes[name] = HeldMesh(name, vertices, faces)
        return False

    def drop(self, fingerprint: str) -> None:
        """Forget a mesh; one that is not held is no error."""
        with self._lock:
            self._meshes.pop(fingerprint, None)

    def release(self, fingerprint: str | None) -> int:
        """Drop what was computed on one mesh or on all, then the networks too; bytes freed."""
        meshes = list(self._meshes.values()) if fingerprint is None else [self.get(fingerprint)]
        freed = sum(mesh.bytes for mesh in meshes)
        for mesh in meshes:
            mesh.analyses.clear()
            freed -= held_bytes(mesh)
        if fingerprint is None:
            freed += self.networks.unload()
        return freed

    def keep_to_budget(self) -> None:
        """Forget the least recently used meshes; the last used one always stays."""
        seen: set[int] = set()  # what meshes share counts for the first of them
        loaded = self.networks.held(seen)
        with self._lock:
            for mesh in self._meshes.values():
                mesh.bytes = held_bytes(mesh, seen)
            held = loaded + sum(mesh.bytes for mesh in self._meshes.values())
            while held > self.budget and len(self._meshes) > 1:
                name, mesh = self._meshes.popitem(last=False)
                held -= mesh.bytes
                log.info("mesh %s made room for others", name)

    def told(self) -> tuple[int, list[dict[str, Any]]]:
        """Bytes of all meshes, and the last used ones as `requests.StatusReport` describes them."""
        with self._lock:
            meshes = list(self._meshes.values())
        return sum(mesh.bytes for mesh in meshes), [
            {
                "fingerprint": mesh.fingerprint,
                "vertices": len(mesh.vertices),
                "faces": len(mesh.faces),
                "bytes": mesh.bytes,
                "engines": sorted({known.engine for known in list(mesh.analyses.values())}),
            }
            for mesh in meshes[-_LONGEST_LIST:]
        ]
