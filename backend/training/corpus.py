# SPDX-License-Identifier: GPL-3.0-or-later
"""Training examples: labelled meshes reduced to their patch graphs, kept as files.

`python -m backend.training.corpus --data DATA --out build/corpus` makes one file an example from
the licensed objects (as they are, and fused into one closed surface) and from the procedural
families. Files that are there already are kept, so the command can be stopped and run again; after
a change of the cues, remove the patch graphs and keep the folder `meshes`.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats
from ..geometry.mesh import build_face_graph, unit_vertices
from ..geometry.patches.cues import PatchGraph, patch_graph
from ..geometry.patches.superfaces import superfaces
from ..shapes.labelled import LabelledMesh, clean_labels

MOST_PIECES = 80  # of one object by its materials; more are leaves, bricks or hairs


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


def example_paths(folder: Path) -> list[Path]:
    """Files of all finished examples of a folder, in the order of their names."""
    return [path for path in sorted(folder.glob("*.npz")) if ".part" not in path.name]


@dataclass(frozen=True)
class ExampleSource:
    """Where the mesh of an example comes from; it can be sent to another process.

    file, identity : a licensed object; fused : into one closed surface; copy : 1, 2, ... for varied
    copies of it. Without a file, `identity` is a procedural family, `seed` a sample of it, `faces`
    its number of faces, if not random.
    """

    name: str
    identity: str
    file: Path | None = None
    fused: bool = False
    copy: int = 0
    seed: int = 0
    faces: int | None = None

    def mesh(self) -> tuple[LabelledMesh, str, str] | None:
        """The labelled mesh, its group and its kind of label; None when it is of no use."""
        if self.file is None:
            from ..shapes.families.make import make

            shape = make(self.identity, self.seed, self.faces)
            return shape, f"shape_{self.identity}", "procedural"
        with np.load(self.file) as z:
            vertices = z[self.identity + "/vertices"].astype(np.float64)
            faces = z[self.identity + "/faces"].astype(np.int64)
            meta = json.loads(str(z[self.identity + "/meta"]))
            labels = [z[self.identity + "/face_part"].astype(np.int32)]
            if self.identity + "/face_part_fine" in z:
                labels.append(z[self.identity + "/face_part_fine"].astype(np.int32))
        if self.fused == bool(meta.get("one_body")) and meta["part_kind"] == "rig":
            return None  # closed bodies as they are, characters of several shells fused
        if meta["part_kind"] == "materials":
            labels += pieces(vertices, faces, labels[0])
        mesh = LabelledMesh(vertices, faces, labels, [1 / len(labels)] * len(labels))
        seed = zlib.crc32(self.name.encode())
        if self.copy and meta["part_kind"] != "rig":
            from ..shapes.augment import rearranged

            mesh = rearranged(mesh, np.random.default_rng([seed, 1]))
        if self.fused:
            from ..shapes.fuse import fuse

            fused = fuse(mesh.vertices, mesh.faces, mesh.labels, seed=seed)
            if fused is None:
                return None
            mesh = fused
        if self.copy:
            from ..shapes.augment import augmented

            mesh = augmented(mesh, np.random.default_rng(seed))
        return mesh, str(meta.get("group", self.name)), meta["part_kind"]


def pieces(
    vertices: NDArray[np.float64], faces: NDArray[np.int64], regions: NDArray[np.int32]
) -> list[NDArray[np.int32]]:
    """The second opinion on an object of which only the materials are known: one or none.

    Where two materials meet, most often two parts do; but four legs of one wood are four parts.
    So the connected pieces of each material are an opinion too, unless they are a crowd.
    """
    found, _ = clean_labels(vertices, faces, regions)
    return [found] if regions.max() < found.max() < MOST_PIECES else []


def licensed(data: Path, copies: int = 0) -> Iterator[ExampleSource]:
    """Sources of all licensed objects: bodies first, then named parts, shells and materials.

    copies : varied ones of each body, and of each fused object but those of materials, whose labels
    are weak; for smooth joints are what there is least of.
    """
    materials = sorted(path.stem for path in (data / "train").glob("train_materials_*.npz"))
    for stem in ("train_rigs", "train_nodes", "train_shells", *materials):
        file = data / "train" / f"{stem}.npz"
        with np.load(file) as archive:
            ids = json.loads(str(archive["ids"]))
        for fused in (False, True):
            for number, identity in enumerate(ids):
                name = f"{stem}_{number:04d}{'_fused' if fused else ''}"
                yield ExampleSource(name, identity, file, fused)
                varied = stem == "train_rigs" or (fused and stem not in materials)
                for copy in range(1, 1 + copies * varied):
                    yield ExampleSource(f"{name}_copy{copy}", identity, file, fused, copy)


def _made(source: ExampleSource, out: Path) -> str:
    """Make the mesh and the patch graph of a source unless they are there; what was done."""
    about, target = out / "meshes" / f"{source.name}.npz", out / f"{source.name}.npz"
    if target.exists() or about.with_suffix(".skip").exists():
        return "kept"
    try:
        if not about.exists():
            found = source.mesh()
            if (
                found is None
                or len(found[0].faces) < 8
                or not any(label.any() for label in found[0].labels)
            ):
                about.with_suffix(".skip").touch()
                return "skipped"
            _save_mesh(about, *found)
        mesh, group, kind = _load_mesh(about)
        graph, tables = reduce_mesh(
            mesh.vertices, mesh.faces, mesh.labels, zlib.crc32(source.name.encode())
        )
        save(target, Example(source.name, group, kind, graph, tables, mesh.weights))
    except Exception as error:  # one bad object must not end a corpus of thousands
        return f"failed: {type(error).__name__}: {error}"
    return "made"


def _save_mesh(path: Path, mesh: LabelledMesh, group: str, kind: str) -> None:
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        np.savez(
            file,
            vertices=mesh.vertices.astype(np.float32),
            faces=mesh.faces.astype(np.int32),
            labels=np.stack(mesh.labels).astype(np.int16),
            weights=np.array(mesh.weights),
            about=json.dumps([group, kind]),
        )
    temporary.replace(path)


def _load_mesh(path: Path) -> tuple[LabelledMesh, str, str]:
    with np.load(path, allow_pickle=False) as file:
        group, kind = json.loads(str(file["about"]))
        labels = [label.astype(np.int32) for label in file["labels"]]
        mesh = LabelledMesh(
            file["vertices"].astype(np.float64),
            file["faces"].astype(np.int64),
            labels,
            file["weights"].tolist(),
        )
    return mesh, group, kind


def main(argv: list[str] | None = None) -> int:
    """Make the corpus."""
    parser = argparse.ArgumentParser(prog="python -m backend.training.corpus", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with train/*.npz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--procedural", type=int, default=0, metavar="N", help="of each family")
    parser.add_argument("--first-seed", type=int, default=0, help="of those")
    parser.add_argument("--families", default="", help="only these, separated by commas")
    parser.add_argument("--faces", type=int, help="of each of those; else a random number")
    parser.add_argument(
        "--copies", type=int, default=0, metavar="N", help="varied, of what is smooth"
    )
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(argv)
    if options.data and not (options.data / "train").is_dir():
        parser.error(f"{options.data} has no folder train. Name the one of the labelled objects.")
    (options.out / "meshes").mkdir(parents=True, exist_ok=True)

    sources: list[ExampleSource] = []
    if options.procedural:
        from ..shapes.families.make import FAMILIES

        chosen = options.families.split(",") if options.families else sorted(FAMILIES)
        for seed in range(options.first_seed, options.first_seed + options.procedural):
            sources.extend(
                ExampleSource(f"shape_{family}_{seed:04d}", family, seed=seed, faces=options.faces)
                for family in chosen
            )
    if options.data:
        sources.extend(licensed(options.data, options.copies))
    print(f"{len(sources)} examples", file=sys.stderr)
    with ProcessPoolExecutor(options.jobs) as pool:
        jobs = pool.map(_made, sources, [options.out] * len(sources), chunksize=4)
        for done, (source, result) in enumerate(zip(sources, jobs, strict=True), 1):
            if result.startswith("failed") or done % 50 == 0:
                print(f"{done}/{len(sources)} {source.name}: {result}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
