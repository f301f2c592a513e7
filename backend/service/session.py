# SPDX-License-Identifier: GPL-3.0-or-later
"""What the backend process answers, on the meshes that it holds.

As in segment-anything, a mesh is encoded once and every cut and click after it is answered from
the cache (`service/held.py`).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..contract import requests
from ..contract.errors import BadInput, Cancelled, OutOfMemory, PartwiseError
from ..contract.fields import Fields
from ..contract.progress import Progress
from ..geometry.mesh import without_strays
from ..installation.environment import removed_meanwhile
from ..machine import cpu as machine
from ..machine.memory import process_memory
from ..machine.resident import Residents, residents
from ..machine.room import room
from . import answers
from .held import HeldMeshes, Key

if TYPE_CHECKING:
    from ..engines.base import Sketch

Request = TypeVar("Request", bound=Fields)

_AGAIN = "Try again; if it stays so, send us the report."
_OTHER_MESH = "Try another granularity or a cleaned copy of the mesh, and send us the report."

SETUP: tuple[type[Fields], ...] = (
    requests.LookAtSetup,
    requests.InstallEngine,
    requests.UsePython,
    requests.RemoveEngine,
    requests.FreeDisk,
    requests.GetModel,
    requests.VerifyModel,
    requests.RemoveModel,
)

log = logging.getLogger(__name__)


class Session:
    """Answers requests one at a time, on one thread; `status` may be called from another.

    budget : bytes of arrays to keep, those of loaded networks among them; by default a quarter of
        the machine's memory, 8 GiB at most.
    networks : those that stay loaded between jobs; by default those of the process.
    """

    def __init__(self, budget: int | None = None, networks: Residents = residents) -> None:
        self.networks = networks
        self.meshes = HeldMeshes(budget, networks)
        self._partial: Callable[[Fields], None] | None = None  # of the running job
        self._answers: dict[type[Fields], Callable[[Any, Progress], Fields]] = {}
        self.register(requests.OpenMesh, self.open_mesh)
        self.register(requests.CloseMesh, self.close_mesh)
        self.register(requests.Segment, self.segment)
        self.register(requests.Cut, self.cut)
        self.register(requests.SmoothBorders, self.smooth_borders)
        self.register(requests.PictureParts, self.picture_parts)
        self.register(requests.Click, self.click)
        self.register(requests.Complete, self.complete)
        self.register(requests.Generate, self.generate)
        self.register(requests.Replace, self.replace)
        self.register(requests.ListLibrary, self.list_library)
        self.register(requests.Release, self.release)
        for kind in SETUP:
            self.register(kind, self.set_up)

    def register(self, kind: type[Request], answer: Callable[[Request, Progress], Fields]) -> None:
        """Answer requests of a class with a function of the request and a progress."""
        self._answers[kind] = answer

    def answer(
        self,
        request: Fields,
        progress: Progress,
        partial: Callable[[Fields], None] | None = None,
    ) -> Fields:
        """Run one job.

        partial : hears of what is finished before the rest (`requests.PARTIALS`).

        Raises PartwiseError, and nothing else, whatever happens in the job. Finished analyses
        stay in the cache also when the job is cancelled or fails afterwards.
        """
        self._partial = partial
        try:
            with room.allowed(int(1e9 * getattr(request, "memory", 0.0)) or None):
                return self._answers[type(request)](request, progress)
        except Cancelled:
            raise
        except PartwiseError as error:
            log.info("%s: %s", type(request).__name__, error)
            if (removed := removed_meanwhile(f"{error} {error.detail}")) is not None:
                raise removed from error
            raise
        except MemoryError:
            log.exception("out of memory in %s", type(request).__name__)
            raise OutOfMemory(
                "There was not enough memory for this mesh.",
                "Close other programs, or reduce the mesh, and try again.",
                traceback.format_exc(),
            ) from None
        except (Exception, SystemExit) as error:
            log.exception("failure in %s", type(request).__name__)
            if (removed := removed_meanwhile(traceback.format_exc())) is not None:
                raise removed from None
            raise PartwiseError(
                f"The engine failed ({type(error).__name__}); this is a fault of Partwise.",
                _AGAIN if isinstance(request, SETUP) else _OTHER_MESH,
                traceback.format_exc(),
            ) from None
        finally:
            self.meshes.keep_to_budget()

    def open_mesh(self, request: requests.OpenMesh, progress: Progress) -> requests.OpenedMesh:
        """Check a mesh and keep it. The same mesh again keeps what was computed on it."""
        from ..pipelines.segment import checked_mesh

        vertices, faces = checked_mesh(request.vertices, request.faces)
        vertices = without_strays(vertices, faces)
        name = request.fingerprint or requests.fingerprint(vertices, faces)
        return requests.OpenedMesh(name, known=self.meshes.put(name, vertices, faces))

    def close_mesh(self, request: requests.CloseMesh, progress: Progress) -> requests.Done:
        """Forget a mesh; closing one that is not open is no error."""
        self.meshes.drop(request.fingerprint)
        return requests.Done()

    def segment(self, request: requests.Segment, progress: Progress) -> requests.Segmented:
        """Labels, patches and the merge tree, computed once for each `Key`."""
        from ..pipelines.segment import Hints, labels

        mesh, key = self.meshes.get(request.fingerprint), Key.of(request)
        hints = Hints(request.groups, request.borders, request.colours)
        analysis = mesh.used(key) or mesh.analyse(key, hints, progress)
        found = labels(analysis, granularity=request.granularity, parts=request.parts)
        return requests.Segmented(
            labels=found,
            patch=analysis.patch,
            tree_children=analysis.tree.children,
            tree_height=analysis.tree.height,
            engine=analysis.engine,
            natural_parts=analysis.tree.natural_parts,
            parts=int(found.max()) + 1,
            notice=analysis.notice,
            tree_paired=analysis.tree.paired,
            debris=None if analysis.debris is None else analysis.debris.piece,
            unseen=0 if analysis.debris is None else analysis.debris.inside,
        )

    def cut(self, request: requests.Cut, progress: Progress) -> requests.CutLabels:
        """Labels from the tree of an earlier `segment` or `click`, without computing one."""
        from ..pipelines.segment import labels

        analysis = self.meshes.get(request.fingerprint).used(Key.of(request))
        if analysis is None:
            raise BadInput(
                "This mesh was not decomposed yet, so there is nothing to cut.",
                "Decompose it first.",
            )
        found = labels(analysis, granularity=request.granularity, parts=request.parts)
        return requests.CutLabels(labels=found, parts=int(found.max()) + 1)

    def smooth_borders(
        self, request: requests.SmoothBorders, progress: Progress
    ) -> requests.SmoothedBorders:
        """Polygons cut along smooth curves, where borders would have teeth."""
        from ..pipelines.smooth_borders import cut_polygons

        mesh = self.meshes.get(request.fingerprint)
        found = cut_polygons(mesh.vertices, mesh.faces, request.labels, request.polygon, progress)
        return answers.of_smoothed(*found)

    def picture_parts(
        self, request: requests.PictureParts, progress: Progress
    ) -> requests.PicturedParts:
        """A small picture of an open mesh in the colours of its parts."""
        mesh = self.meshes.get(request.fingerprint)
        return answers.of_pictured(mesh.vertices, mesh.faces, request)

    def click(self, request: requests.Click, progress: Progress) -> requests.Clicked:
        """The part under the clicks; the first one on a mesh also analyses it."""
        from ..pipelines.segment import Hints, click

        mesh = self.meshes.get(request.fingerprint)
        key = mesh.clicked(request)
        analysis = mesh.used(key) or mesh.analyse(key, Hints(), progress)

        points = request.points.astype(np.float64, copy=False)
        found = click(analysis, points, request.point_labels, request.choice)
        return requests.Clicked(
            sequence=request.sequence,
            mask=found.mask,
            score=float(found.score),
            engine=analysis.engine,
            warning=" ".join(one for one in (found.warning, analysis.notice) if one),
            choice=found.choice,
            choices=found.choices,
        )

    def complete(self, request: requests.Complete, progress: Progress) -> requests.Completed:
        """What makes the parts whole that the labels make of an open mesh; each as it comes, and of
        several variants each when it is whole."""
        from ..pipelines.complete import CompletedPart, alternatives

        mesh, partial = self.meshes.get(request.fingerprint), self._partial

        def shown(done: CompletedPart) -> None:
            if partial is not None:
                report = done.report.to_json()
                partial(requests.WholePart(done.part, done.vertices, done.faces, report))

        def look(sketch: Sketch) -> None:
            if partial is not None and sketch.variant == 0:
                partial(answers.of_imagined(sketch, len(mesh.vertices)))

        pictures = answers.PicturesOfCompleted(
            mesh.vertices, mesh.faces, request.labels, request.parts
        )
        first: requests.Completed | None = None
        for whole in alternatives(
            mesh.vertices,
            mesh.faces,
            request.labels,
            how=request.how,
            engine=request.engine,
            parts=request.parts,
            thicken=request.thicken,
            seed=request.seed,
            variants=request.variants,
            options=request.options,
            progress=progress.shown_to(None if partial is None else look),
            shown=shown if request.how == "hidden" else None,  # caps are all there at once
        ):
            picture = pictures.picture(whole) if whole.follows_seed else None
            told = answers.of_completed(whole, picture)
            if partial is not None and request.variants > 1:
                partial(told)
            first = first or told
        assert first is not None  # there is one, or an error
        return first

    def generate(self, request: requests.Generate, progress: Progress) -> requests.GeneratedParts:
        """Parts of a new object, from pictures, words or boxes. Nothing of it is kept."""
        from ..pipelines.generate import boxes_of, brief_of, takes

        brief = brief_of(
            request.given("image"),
            request.given("mask"),
            views=request.views or (),
            text=request.text,
            boxes=boxes_of({"parts": request.boxes}) if request.boxes else (),
            parts=request.parts,
            options=request.options or {},
        )
        first: requests.GeneratedParts | None = None
        for made in takes(
            brief,
            engine=request.engine,
            seed=request.seed,
            variants=request.variants,
            progress=progress.shown_to(self._sketches()),
        ):
            told = answers.of_generated(made)
            if self._partial is not None and request.variants > 1:
                self._partial(told)
            first = first or told
        assert first is not None  # there is one, or an error
        return first

    def replace(self, request: requests.Replace, progress: Progress) -> requests.ReplacedPart:
        """Other parts for the place of one part of an open mesh. Nothing of it is kept."""
        from ..pipelines.edit import Replaced, replace_part

        mesh = self.meshes.get(request.fingerprint)
        source, called = None, ""
        if (request.source_vertices is None) != (request.source_faces is None):
            raise BadInput(
                "Of the mesh to put in, vertices and faces do not come together.", "Send both."
            )
        if request.source_file:
            from ..files.readers import read_mesh

            asset, called = read_mesh(request.source_file), Path(request.source_file).stem
            source = asset.in_axes(request.up), asset.faces
        elif request.source_vertices is not None and request.source_faces is not None:
            from ..pipelines.segment import checked_mesh

            source = checked_mesh(request.source_vertices, request.source_faces)
        pictures: list[NDArray[np.uint8]] = []

        def shown(variant: Replaced) -> None:
            pictures.append(answers.picture_of(variant, request))
            if self._partial is not None:
                self._partial(answers.of_replaced(variant, pictures[-1:]))

        done = replace_part(
            mesh.vertices,
            mesh.faces,
            request.labels,
            request.part,
            name=request.name,
            title=request.title,
            text=request.text,
            source=request.source,
            mesh=source,
            mesh_name=called,
            image=request.image,
            drawing=request.drawing,
            variants=request.variants,
            seed=request.seed,
            engine=request.engine,
            up=request.up,
            options=request.options,
            progress=progress.shown_to(self._sketches(request.colour or answers.PLAIN, request.up)),
            shown=shown,
        )
        return answers.of_replaced(done, pictures)

    def _sketches(
        self, colour: Sequence[float] = answers.PLAIN, up: str = "Y"
    ) -> Callable[[Sketch], None] | None:
        """What gets sketches of the running job; None where nobody is to hear of them."""
        partial = self._partial
        if partial is None:
            return None
        return lambda sketch: partial(answers.of_sketch(sketch, colour, up))

    def list_library(
        self, request: requests.ListLibrary, progress: Progress
    ) -> requests.LibraryList:
        """Parts of the library, with thumbnails."""
        from ..pipelines.wording import listed

        entries, pictures = listed(request.query, request.limit, thumbnails=request.thumbnails)
        return requests.LibraryList(
            titles=[entry.title for entry in entries],
            kinds=[entry.kind for entry in entries],
            credits=[entry.credit for entry in entries],
            thumbnails=pictures,
        )

    def release(self, request: requests.Release, progress: Progress) -> requests.Released:
        """Drop analyses, and of all meshes the networks too; the meshes stay open."""
        room.forget()
        return requests.Released(self.meshes.release(request.fingerprint))

    def set_up(self, request: Fields, progress: Progress) -> Fields:
        """What is installed, and changes of that."""
        from .setup import answer

        return answer(request, progress)

    def status(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Memory in bytes and the last used meshes, as `requests.StatusReport` describes them."""
        cache, meshes = self.meshes.told()
        memory: dict[str, Any] = {
            "total": machine.memory(),
            "process": process_memory(),
            "cache": cache,
            "networks": self.networks.bytes(),
            "budget": self.meshes.budget,
        }
        return memory, meshes
