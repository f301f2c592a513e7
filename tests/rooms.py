# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the house and the arrows between them, read from the imports; and their picture.

A room is a folder. `python -m tests.rooms` draws docs/images/rooms.svg, from which
docs/architecture.md explains the house; a test says when it is no longer the house as it is.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from html import escape
from itertools import combinations, pairwise
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/images/rooms.svg"
TITLES = {
    "blender_addon": "blender_addon: what Blender sees",
    "backend": "backend: what computes",
}
DOORS = {
    "blender_addon": "Registers the rooms in order.",
    "backend": "Doors: the shell's, and the one that Blender starts.",
}

WIDTH, HEIGHT, GAP, RISE = 178, 58, 18, 46  # of a box, and between boxes, in pixels
COLOURS = ("#4c78a8", "#54a24b", "#b279a2", "#e0803a", "#2f9c95", "#9d755d", "#c44e52", "#7f7f7f")


def room(path: Path, root: Path = ROOT) -> str:
    """The folder of a module below its half of the house; "" for the doors."""
    return "/".join(path.relative_to(root).parts[1:-1])


@functools.cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, top: bool = False, root: Path = ROOT) -> Iterator[str]:
    """Absolute names of the modules that a file imports; with `top` only when it is loaded.

    What the doors of the add-on register by name, in MODULES, is imported too.
    """
    package = path.relative_to(root).with_suffix("").parts[:-1]
    nodes = _loaded(parsed(path)) if top else ast.walk(parsed(path))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODULES" and not top:
            yield from (".".join([*package, name]) for name in ast.literal_eval(node.value))


def _loaded(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _loaded(child)


def arrows(paths: Iterable[Path], root: Path = ROOT) -> Iterator[tuple[str, str, str]]:
    """(room, room that it imports, file that shows it), within one half of the house.

    What the top of a half says itself, its version, is free to all.
    """
    for path in paths:
        half = path.relative_to(root).parts[0]
        for name in imports(path, root=root):
            parts = name.split(".")
            if parts[0] != half:
                continue
            module = _module(root.joinpath(*parts)) or _module(root.joinpath(*parts[:-1]))
            if module and room(module, root) not in ("", room(path, root)):
                yield room(path, root), room(module, root), path.relative_to(root).as_posix()


def modules(paths: Iterable[Path], root: Path = ROOT) -> dict[str, set[str]]:
    """Module -> the modules of its half that it imports; what a package says itself aside."""
    found: dict[str, set[str]] = {}
    for path in paths:
        half = path.relative_to(root).parts[0]
        known = found.setdefault(path.relative_to(root).as_posix(), set())
        for name in imports(path, root=root):
            parts = name.split(".")
            module = _module(root.joinpath(*parts)) or _module(root.joinpath(*parts[:-1]))
            if parts[0] == half and module and module.name != "__init__.py":
                known.add(module.relative_to(root).as_posix())
    return found


def _module(path: Path) -> Path | None:
    """The file of a module or a package, None for what is neither."""
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def graph(half: str) -> dict[str, set[str]]:
    """Room -> the rooms that it imports, of "backend" or "blender_addon"."""
    paths = sorted((ROOT / half).rglob("*.py"))
    found: dict[str, set[str]] = {room(path): set() for path in paths}
    for here, there, _ in arrows(paths):
        found[here].add(there)
    return {name: found[name] for name in sorted(found) if not name.startswith("presets")}


def floors(below: dict[str, set[str]]) -> list[list[str]]:
    """The rooms by floors, the topmost first: each above all that it imports, as low as it can be.

    Raises graphlib.CycleError where rooms import each other.
    """
    height: dict[str, int] = {}
    for name in TopologicalSorter(below).static_order():
        height[name] = 1 + max((height[other] for other in below[name]), default=-1)
    highest = max(height.values())
    return [
        [name for name in below if height[name] == highest - floor] for floor in range(highest + 1)
    ]


def reduced(below: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that others imply: those to what a room below leads to anyway."""

    @functools.cache
    def reach(name: str) -> frozenset[str]:
        return frozenset(below[name].union(*(reach(other) for other in below[name])))

    return {
        name: {there for there in knows if not any(there in reach(other) for other in knows)}
        for name, knows in below.items()
    }


def picture() -> str:
    """The rooms of both halves as SVG; arrows that others imply are left out."""
    parts, right, lowest = [], 24.0, 0.0
    for half in TITLES:
        drawn, width, height = picture_of(half)
        parts.append(f'<g transform="translate({right:.0f} 0)">\n{drawn}\n</g>')
        right += width + 72
        lowest = max(lowest, height)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {right - 48:.0f} {lowest:.0f}" font-family="sans-serif">\n'
        "<style>.title{font-size:20px;font-weight:bold}.name{font-size:13px;font-weight:bold}"
        ".said{font-size:10px;fill:#333}</style>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{chr(10).join(parts)}\n</svg>\n'
    )


def picture_of(half: str) -> tuple[str, float, float]:
    """One half of the house as a group of SVG, its width and its height."""
    below = graph(half)
    levels, known = floors(below), reduced(below)
    rows, ways = _with_gaps(levels, known)
    rows = _ordered(rows, ways)
    widths = [sum(_width(place) + GAP for place in row) - GAP for row in rows]
    width = max(widths)
    middle: dict[Place, tuple[float, float]] = {}
    for floor, (row, filled) in enumerate(zip(rows, widths, strict=True)):
        x, y = (width - filled) / 2, 60.0 + floor * (HEIGHT + RISE)
        for place in row:
            middle[place] = (x + _width(place) / 2, y)
            x += _width(place) + GAP
    drawn = [f'<text class="title" y="36">{escape(TITLES[half])}</text>']
    for number, name in enumerate(known):
        colour = COLOURS[number % len(COLOURS)]
        drawn += [_arrow([middle[p] for p in way], colour) for way in ways if way[0] == name]
    for name in known:
        said = _sentence(ROOT / half / name) if name else DOORS[half]
        drawn.append(_box(middle[name], name or half, said))
    group = "\n".join([f'<g id="{half}">', *drawn, "</g>"])
    return group, width, 60.0 + len(rows) * (HEIGHT + RISE)


Place = str | tuple[str, str, int]  # a room, or the gap by which an arrow passes a floor


def _width(place: Place) -> float:
    return WIDTH if isinstance(place, str) else 0.0


def _with_gaps(
    rows: list[list[str]], below: dict[str, set[str]]
) -> tuple[list[list[Place]], list[list[Place]]]:
    """The floors with a gap wherever an arrow passes one; and the way of each arrow, downwards.

    Arrows to one room share their gaps, so that there are few of them.
    """
    floor_of = {name: floor for floor, row in enumerate(rows) for name in row}
    places: list[list[Place]] = [list(row) for row in rows]
    ways: list[list[Place]] = []
    for name in below:
        for there in sorted(below[name]):
            way: list[Place] = [name]
            for floor in range(floor_of[name] + 1, floor_of[there]):
                gap = ("", there, floor)
                if gap not in places[floor]:
                    places[floor].append(gap)
                way.append(gap)
            ways.append([*way, there])
    return places, ways


def _ordered(rows: list[list[Place]], ways: list[list[Place]]) -> list[list[Place]]:
    """Each floor in an order in which few lines cross (Sugiyama: barycentres, down and up)."""
    near: dict[Place, set[Place]] = {place: set() for row in rows for place in row}
    for way in ways:
        for one, other in pairwise(way):
            near[one].add(other)
            near[other].add(one)
    rows, best = [sorted(row, key=str) for row in rows], rows
    fewest = None
    for turn in range(24):
        order = range(1, len(rows)) if turn % 2 == 0 else range(len(rows) - 2, -1, -1)
        for floor in order:
            other = rows[floor - 1 if turn % 2 == 0 else floor + 1]
            at = {place: (number + 0.5) / len(other) for number, place in enumerate(other)}
            here = {place: number / len(rows[floor]) for number, place in enumerate(rows[floor])}
            rows[floor] = sorted(
                rows[floor],
                key=lambda place: _mean([at[n] for n in near[place] if n in at], here[place]),
            )
        count = _crossings(rows, ways)
        if fewest is None or count < fewest:
            fewest, best = count, [list(row) for row in rows]
    return best


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(rows: list[list[Place]], ways: list[list[Place]]) -> int:
    """How often lines cross between floors."""
    at = {place: (floor, n) for floor, row in enumerate(rows) for n, place in enumerate(row)}
    steps = {pair for way in ways for pair in pairwise(way)}
    lines = [(at[one][0], at[one][1], at[other][1]) for one, other in steps]
    return sum(
        one[0] == other[0] and (one[1] - other[1]) * (one[2] - other[2]) < 0
        for one, other in combinations(lines, 2)
    )


def _sentence(folder: Path) -> str:
    """The first sentence of what a room says of itself."""
    said = (ast.get_docstring(parsed(folder / "__init__.py")) or "").replace("`", "")
    return " ".join(said.split()).split(". ")[0].rstrip(".") + "."


def _arrow(way: list[tuple[float, float]], colour: str) -> str:
    """A line from below a room through gaps to above another one; places are their middles."""
    x, y = way[0][0], way[0][1] + HEIGHT
    path = f"M{x:.0f} {y:.0f}"
    for u, top in way[1:]:
        v = top - 5 if (u, top) == way[-1] else top
        bend = (v - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {u:.0f} {v - bend:.0f} {u:.0f} {v:.0f}"
        if (u, top) != way[-1]:
            path += f"V{top + HEIGHT:.0f}"
        x, y = u, top + HEIGHT
    u, v = way[-1][0], way[-1][1] - 5
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5" opacity="0.8"/>'
        f'<path d="M{u - 4:.0f} {v - 2:.0f}L{u + 4:.0f} {v - 2:.0f}L{u:.0f} {v + 5:.0f}Z" '
        f'fill="{colour}"/>'
    )


def _box(middle: tuple[float, float], name: str, said: str) -> str:
    x, y = middle[0] - WIDTH / 2, middle[1]
    lines = wrap(said, 30)
    if len(lines) > 3:
        lines = [*lines[:2], f"{lines[2]} …"]
    text = "".join(
        f'<text class="said" x="{x + 8:.0f}" y="{y + 29 + 11 * line:.0f}">{escape(words)}</text>'
        for line, words in enumerate(lines)
    )
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#f4f6f8" '
        f'stroke="#667"/><text class="name" x="{x + 8:.0f}" y="{y + 16:.0f}">{escape(name)}</text>'
        f"{text}"
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")
    for name in TITLES:
        known = graph(name)
        print(f"{name}: {len(known)} rooms, {sum(map(len, known.values()))} arrows")
