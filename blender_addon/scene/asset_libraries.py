# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's own asset libraries: which objects and collections they hold, and their meshes.

Files are read into a main of their own (`bpy.data.temp_data`), so that looking leaves no trace in
the open file, and only when they changed. What cannot be read is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Record
from ..mesh.replacement import colour_of, main_material

HERE = "Current File"
BROUGHT = "partwise_brought"  # on a material: the file and the name that it was brought from
CATALOGUES = "blender_assets.cats.txt"
MOST_FILES = 2000
MOST_TRIANGLES = 2_000_000
PICTURE = 96  # pixels of a thumbnail's side, as those of the bundled library

Floats: TypeAlias = "NDArray[np.float64]"


class Asset(Record):
    """An asset that is a mesh, or a collection of such.

    path : of its file, empty for the open one; kind : "OBJECT" or "COLLECTION"; words : all that it
    can be found by, in lower case; picture : (H, W, 4) uint8 top row first, None where it has none.
    """

    path: str
    kind: str
    name: str
    library: str
    words: str
    picture: NDArray[np.uint8] | None

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.kind}\n{self.path}\n{self.name}"


class Shape(Record):
    """Triangles in the world, Z up: (V, 3) and (F, 3) int32.

    material : name of that of the first object, empty for none; colour : of it, linear RGBA.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    material: str = ""
    colour: tuple[float, ...] | None = None


_read: dict[str, tuple[tuple[int, int, str], list[Asset]]] = {}  # by path, with what was read when


def look_through(notes: list[str]) -> Generator[Path | None, None, list[Asset]]:
    """All assets; yields before each file, which may take a moment.

    notes : gets a sentence about each library or file that could not be read.
    """
    found = _of_this_file()
    for library in bpy.context.preferences.filepaths.asset_libraries:
        if not library.path:
            continue  # an online one without a folder here
        folder = Path(bpy.path.abspath(library.path))
        try:
            if not folder.is_dir():
                raise FileNotFoundError
            files = sorted(path for path in folder.rglob("*.blend") if path.is_file())
        except OSError:
            notes.append(
                f"The folder of the asset library “{library.name}” cannot be reached. "
                "Connect its disk, or change it in the Preferences under File Paths."
            )
            continue
        if len(files) > MOST_FILES:
            notes.append(f"Of “{library.name}” only the first {MOST_FILES:,} files were read.")
        catalogues = read_catalogues(folder)
        for path in files[:MOST_FILES]:
            yield path
            try:
                found += read_file(path, library.name, catalogues)
            except (OSError, RuntimeError):
                notes.append(f"“{path.name}” of “{library.name}” cannot be read as a Blender file.")
    return found


def read_catalogues(folder: Path) -> dict[str, str]:
    """The paths of catalogues by their ids, as the Asset Browser keeps them."""
    found = {}
    try:
        lines = (folder / CATALOGUES).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    for line in lines:
        parts = line.strip().split(":", 2)
        if len(parts) == 3 and not line.startswith(("#", "VERSION")):
            found[parts[0]] = parts[1]
    return found


def read_file(path: Path, library: str, catalogues: dict[str, str]) -> list[Asset]:
    """The assets of a .blend file. Raises OSError when it cannot be read."""
    state = path.stat()
    stamp = (state.st_mtime_ns, state.st_size, repr(sorted(catalogues.items())))
    known = _read.get(str(path))
    if known is not None and known[0] == stamp:
        return known[1]
    found: list[Asset] = []
    with bpy.data.temp_data() as data:
        with data.libraries.load(str(path), link=False, assets_only=True) as (source, wanted):
            wanted.objects = list(source.objects)
            wanted.collections = list(source.collections)
        for block in (*wanted.objects, *wanted.collections):
            if block is not None:
                found += _asset(block, str(path), library, catalogues)
    _read[str(path)] = stamp, found
    return found


def matching(assets: Iterable[Asset], query: str) -> list[Asset]:
    """Those in which all words stand, or where none is so, some; those named so first."""
    words = query.casefold().split()
    if not words:
        return list(assets)
    ranked = []
    for asset in assets:
        hits = sum(word in asset.words for word in words)
        named = sum(word in asset.name.casefold() for word in words)
        ranked.append((hits, named, asset))
    most = max((hits for hits, _, _ in ranked), default=0)
    best = [(named, asset) for hits, named, asset in ranked if hits == most > 0]
    return [asset for _, asset in sorted(best, key=lambda each: -each[0])]


def shape_of(asset: Asset) -> Shape:
    """The mesh of an asset as it is shown, with modifiers. Raises BadInput where it has none."""
    if not asset.path:
        blocks = bpy.data.objects if asset.kind == "OBJECT" else bpy.data.collections
        block = blocks.get(asset.name)
        if block is None:
            raise BadInput(f"“{asset.name}” is no longer in this file.", "Search again.")
        return evaluated(list(block.all_objects) if asset.kind == "COLLECTION" else [block])
    before = set(bpy.data.user_map())
    try:
        return evaluated(_append(asset))
    finally:  # nothing of it stays in the open file
        bpy.data.batch_remove([block for block in bpy.data.user_map() if block not in before])


def evaluated(objects: list[bpy.types.Object]) -> Shape:
    """What objects look like together, in a scene of their own where they are in none.

    Raises BadInput when nothing of them has faces.
    """
    scene = None
    if not all(obj.users_scene for obj in objects):
        scene = bpy.data.scenes.new(".partwise")
        for obj in objects:
            scene.collection.objects.link(obj)
    try:
        layer = scene.view_layers[0] if scene else bpy.context.view_layer
        layer.update()
        vertices, faces, count = [], [], 0
        for obj in objects:
            for points, triangles in _surfaces(obj, layer.depsgraph):
                vertices.append(points)
                faces.append(triangles + count)
                count += len(points)
    finally:
        if scene is not None:
            bpy.data.scenes.remove(scene)
    name = objects[0].name if objects else "It"
    if not faces:
        raise BadInput(f"“{name}” has no faces.", "Choose an object with a mesh.")
    if sum(map(len, faces)) > MOST_TRIANGLES:
        raise BadInput(
            f"“{name}” has more than {MOST_TRIANGLES:,} triangles.",
            "Reduce it with Decimate first.",
        )
    material = next(filter(None, map(material_of, objects)), None)
    return Shape(
        np.concatenate(vertices),
        np.concatenate(faces).astype(np.int32),
        material.name if material else "",
        colour_of(material) if material else None,
    )


def material_of(obj: bpy.types.Object) -> bpy.types.Material | None:
    """The material that most of an object has."""
    if obj.type == "MESH":
        return main_material(obj.data)
    return obj.active_material


def bring_material(asset: Asset, name: str) -> bpy.types.Material | None:
    """A material of an asset, in the open file; None where it is gone.

    It is brought once: the next time it is the one that was brought, whatever it is called now and
    however it was changed, as Blender's own Append (Reuse Data) has it.
    """
    if not asset.path:
        return bpy.data.materials.get(name)
    key = f"{asset.path}\n{name}"
    for material in bpy.data.materials:
        if material.library is None and material.get(BROUGHT) == key:
            return material
    try:
        with bpy.data.libraries.load(asset.path, link=False) as (source, wanted):
            wanted.materials = [name] if name in source.materials else []
    except OSError:
        return None
    brought = next(iter(wanted.materials), None)
    if brought is not None:
        brought[BROUGHT] = key
    return brought


def _surfaces(
    obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph
) -> list[tuple[Floats, NDArray[np.int32]]]:
    if obj.type not in ("MESH", "CURVE", "SURFACE", "META", "FONT"):
        return []
    shown = obj.evaluated_get(depsgraph)
    mesh = shown.to_mesh()
    if mesh is None:
        return []
    try:
        mesh.calc_loop_triangles()
        triangles = np.empty((len(mesh.loop_triangles), 3), dtype=np.int32)
        mesh.loop_triangles.foreach_get("vertices", triangles.ravel())
        points = np.empty((len(mesh.vertices), 3), dtype=np.float32)
        mesh.vertices.foreach_get("co", points.ravel())
    finally:
        shown.to_mesh_clear()
    if not len(triangles):
        return []
    world = np.array(shown.matrix_world, dtype=np.float64)
    if Matrix(world.tolist()).determinant() < 0:
        triangles = triangles[:, ::-1]
    return [(points.astype(np.float64) @ world[:3, :3].T + world[:3, 3], triangles)]


def _append(asset: Asset) -> list[bpy.types.Object]:
    group = "objects" if asset.kind == "OBJECT" else "collections"
    try:
        with bpy.data.libraries.load(asset.path, link=False) as (source, wanted):
            if asset.name in getattr(source, group):
                setattr(wanted, group, [asset.name])
    except OSError:
        raise BadInput(
            f"“{Path(asset.path).name}” cannot be read.", "See if its disk is connected."
        ) from None
    found = [block for block in getattr(wanted, group) if block is not None]
    if not found:
        raise BadInput(f"“{asset.name}” is no longer in {Path(asset.path).name}.", "Search again.")
    return found if asset.kind == "OBJECT" else list(found[0].all_objects)


def _of_this_file() -> list[Asset]:
    saved = bpy.data.filepath
    catalogues = read_catalogues(Path(saved).parent) if saved else {}
    blocks = [*bpy.data.objects, *bpy.data.collections]
    marked = [block for block in blocks if block.asset_data is not None]
    return [asset for block in marked for asset in _asset(block, "", HERE, catalogues)]


def _asset(
    block: bpy.types.Object | bpy.types.Collection,
    path: str,
    library: str,
    catalogues: dict[str, str],
) -> list[Asset]:
    """One asset, none where it is nothing that can be a part."""
    data = block.asset_data
    is_object = isinstance(block, bpy.types.Object)
    if data is None or (
        is_object and block.type not in ("MESH", "CURVE", "SURFACE", "META", "FONT")
    ):
        return []
    words = [block.name, data.description, *(tag.name for tag in data.tags)]
    words.append(catalogues.get(str(data.catalog_id), ""))
    kind = "OBJECT" if is_object else "COLLECTION"
    text = " ".join(words).casefold()
    return [Asset(path, kind, block.name, library, text, _picture(block.preview))]


def _picture(preview: Any) -> NDArray[np.uint8] | None:
    """A preview image (H, W, 4) uint8, top row first, about as large as the others."""
    if preview is None or not min(preview.image_size):
        return None
    width, height = preview.image_size
    pixels = np.empty(width * height, dtype=np.int32)
    preview.image_pixels.foreach_get(pixels)
    picture = pixels.view(np.uint8).reshape(height, width, 4)[::-1]
    step = max(1, max(width, height) // PICTURE)
    return np.ascontiguousarray(picture[::step, ::step])
