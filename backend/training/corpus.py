# SPDX-License-Identifier: GPL-3.0-or-later
"""Training examples: labelled meshes reduced to their patch graphs, kept as files.

`python -m backend.training.corpus --data DATA --out build/corpus` makes one file an example from
the licensed objects (as they are, and fused into one closed surface) and from the procedural
families. Files that are there already are kept, so the command can be stopped and run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..geometry.cues import PatchGraph, patch_graph
from ..geometry.mesh import build_face_graph, unit_vertices
from ..geometry.superfaces import superfaces
from .labelled import LabelledMesh

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A mesh as training sees it.

    Parameters
    ----------
    name : unique name; group : what must not straddle two folds; kind : source of the labels.
    graph : patches and their cues.
    opinions : for each opinion (P, K) float64, number of faces of each patch in each part.
    weights : how usual each opinion is; they sum to one.
    """

    name: str
    group: str
    kind: str
    graph: PatchGraph
    opinions: list[Floats]
    weights: list[float]


def reduce_mesh(
    vertices: Floats, faces: NDArray[np.int64], labels: list[NDArray[np.int32]], seed: int
) -> tuple[PatchGraph, list[Floats]]:
    """Patch graph of a mesh, and how many faces of each patch each part of each opinion has."""
    rng = np.random.default_rng(seed)
    unit, _, _ = unit_vertices(vertices, faces)
    graph = build_face_graph(unit, faces)
    patch = superfaces(graph, rng)
    cues = patch_graph(graph, patch, rng)
    tables = []
    for label in labels:
        parts = int(label.max()) + 1
        table = np.bincount(patch * parts + label, minlength=cues.patches * parts)
        tables.append(table.reshape(cues.patches, parts).astype(np.float64))
    return cues, tables


def save(path: Path, example: Example) -> None:
    """Write an example as one compressed npz."""
    arrays = {f"graph_{f.name}": getattr(example.graph, f.name) for f in fields(PatchGraph)}
    for key, value in arrays.items():
        if value.dtype == np.float64:
            arrays[key] = value.astype(np.float32)
    arrays["graph_visible"] = (arrays["graph_visible"] * 2).astype(np.int8)
    for k, table in enumerate(example.opinions):
        arrays[f"opinion_{k}"] = table.astype(np.float32)
    about = {
        "name": example.name,
        "group": example.group,
        "kind": example.kind,
        "weights": example.weights,
    }
    temporary = path.with_suffix(".part.npz")
    np.savez_compressed(temporary, about=json.dumps(about), **arrays)
    temporary.replace(path)


def load(path: Path) -> Example:
    """Read an example that `save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        arrays = {}
        for f in fields(PatchGraph):
            value = file[f"graph_{f.name}"]
            if f.name == "visible":
                value = value.astype(np.float32) / 2
            elif value.dtype == np.float32:
                value = value.astype(np.float64)
            arrays[f.name] = value
        opinions = [file[f"opinion_{k}"].astype(np.float64) for k in range(len(about["weights"]))]
    return Example(
        about["name"],
        about["group"],
        about["kind"],
        PatchGraph(**arrays),
        opinions,
        about["weights"],
    )


def load_folder(folder: Path) -> list[Example]:
    """All examples of a folder, in the order of their names."""
    return [load(path) for path in sorted(folder.glob("*.npz")) if ".part" not in path.name]


def _licensed(file: Path, fused: bool) -> Iterator[tuple[str, Callable[[], Example | None]]]:
    """Named makers of examples from one file of licensed objects."""
    with np.load(file) as archive:
        ids = json.loads(str(archive["ids"]))
    for number, identity in enumerate(ids):
        name = f"{file.stem}_{number:04d}{'_fused' if fused else ''}"
        yield name, _LicensedMaker(file, identity, name, fused)


@dataclass(frozen=True)
class _LicensedMaker:
    file: Path
    identity: str
    name: str
    fused: bool

    def __call__(self) -> Example | None:
        with np.load(self.file) as z:
            vertices = z[self.identity + "/vertices"].astype(np.float64)
            faces = z[self.identity + "/faces"].astype(np.int64)
            meta = json.loads(str(z[self.identity + "/meta"]))
            labels = [z[self.identity + "/face_part"].astype(np.int32)]
            if self.identity + "/face_part_fine" in z:
                labels.append(z[self.identity + "/face_part_fine"].astype(np.int32))
        if not self.fused and meta["part_kind"] == "rig" and not meta.get("one_body"):
            return None
        if self.fused and meta.get("one_body"):
            return None
        weights = [1 / len(labels)] * len(labels)
        if self.fused:
            from .fuse import fuse

            mesh = fuse(vertices, faces, labels, seed=zlib.crc32(self.name.encode()))
            if mesh is None:
                return None
            vertices, faces, labels, weights = mesh.vertices, mesh.faces, mesh.labels, mesh.weights
        return _example(
            self.name,
            str(meta.get("group", self.name)),
            meta["part_kind"],
            LabelledMesh(vertices, faces, labels, list(weights)),
        )


@dataclass(frozen=True)
class _ProceduralMaker:
    family: str
    seed: int

    def __call__(self) -> Example | None:
        from .shapes import make

        return _example(
            f"shape_{self.family}_{self.seed:04d}",
            f"shape_{self.family}",
            "procedural",
            make(self.family, self.seed),
        )


def _example(name: str, group: str, kind: str, mesh: LabelledMesh) -> Example | None:
    if len(mesh.faces) < 8 or max(int(label.max()) for label in mesh.labels) < 1:
        return None
    graph, tables = reduce_mesh(mesh.vertices, mesh.faces, mesh.labels, zlib.crc32(name.encode()))
    return Example(name, group, kind, graph, tables, list(mesh.weights))


def _run(name: str, maker: Callable[[], Example | None], out: Path) -> tuple[str, str]:
    try:
        example = maker()
    except Exception as error:  # one bad object must not end a corpus of thousands
        return name, f"failed: {type(error).__name__}: {error}"
    if example is None:
        (out / f"{name}.skip").touch()
        return name, "skipped"
    save(out / f"{name}.npz", example)
    return name, "made"


def main(argv: list[str] | None = None) -> int:
    """Make the corpus."""
    parser = argparse.ArgumentParser(prog="python -m backend.training.corpus", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with train/*.npz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--procedural", type=int, default=0, metavar="N", help="of each family")
    parser.add_argument("--families", default="", help="only these, separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)

    makers: list[tuple[str, Callable[[], Example | None]]] = []
    if options.data:
        for stem in ("train_rigs", "train_nodes", "train_shells"):
            file = options.data / "train" / f"{stem}.npz"
            for fused in (False, True):
                makers.extend(_licensed(file, fused))
    if options.procedural:
        from .shapes import FAMILIES

        chosen = options.families.split(",") if options.families else sorted(FAMILIES)
        for seed in range(options.procedural):
            makers.extend(
                (f"shape_{family}_{seed:04d}", _ProceduralMaker(family, seed)) for family in chosen
            )
    makers = [
        (name, maker)
        for name, maker in makers
        if not (options.out / f"{name}.npz").exists()
        and not (options.out / f"{name}.skip").exists()
    ]
    print(f"{len(makers)} examples to make", file=sys.stderr)
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(_run, name, maker, options.out) for name, maker in makers]
        for done, job in enumerate(as_completed(waiting), 1):
            name, result = job.result()
            if result.startswith("failed") or done % 50 == 0:
                print(f"{done}/{len(makers)} {name}: {result}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
