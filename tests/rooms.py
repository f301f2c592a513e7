# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the house and the arrows between them, read from the imports; and their picture.

A room is a folder. `python -m tests.rooms` draws docs/images/rooms.svg, from which
docs/architecture.md explains the house; a test says when it is no longer the house as it is.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from html import escape
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
    """Absolute names of the modules that a file imports; with `top` only when it is loaded."""
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
    """The rooms by floors, the topmost first: each below all that import it."""

    @functools.cache
    def depth(name: str) -> int:
        above = [depth(other) for other, knows in below.items() if name in knows]
        return max(above, default=-1) + 1

    count = max(map(depth, below)) + 1
    return [[name for name in below if depth(name) == floor] for floor in range(count)]


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
        below = graph(half)
        rows = _ordered(floors(below), reduced(below))
        width = max(len(row) for row in rows) * (WIDTH + GAP) - GAP
        place = {
            name: (
                right + (width - len(row) * (WIDTH + GAP) + GAP) / 2 + column * (WIDTH + GAP),
                60.0 + floor * (HEIGHT + RISE),
            )
            for floor, row in enumerate(rows)
            for column, name in enumerate(row)
        }
        parts.append(f'<text class="title" x="{right:.0f}" y="36">{escape(TITLES[half])}</text>')
        for number, (name, knows) in enumerate(reduced(below).items()):
            colour = COLOURS[number % len(COLOURS)]
            parts += [_arrow(place[name], place[other], colour) for other in sorted(knows)]
        for number, (name, corner) in enumerate(place.items()):
            said = _sentence(ROOT / half / name) if name else DOORS[half]
            parts.append(_box(corner, name or half, said, number))
        right += width + 72
        lowest = max(lowest, 60.0 + len(rows) * (HEIGHT + RISE))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {right - 48:.0f} {lowest:.0f}" font-family="sans-serif">\n'
        "<style>.title{font-size:20px;font-weight:bold}.name{font-size:13px;font-weight:bold}"
        ".said{font-size:10px;fill:#333}</style>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{chr(10).join(parts)}\n</svg>\n'
    )


def _ordered(rows: list[list[str]], below: dict[str, set[str]]) -> list[list[str]]:
    """Each floor in the order of the rooms that lead to it, so that few lines cross."""
    place: dict[str, float] = {}
    ordered = []
    for row in rows:
        above = {
            name: [place[other] for other, knows in below.items() if name in knows] or [0.5]
            for name in row
        }
        row = sorted(row, key=lambda name: (sum(above[name]) / len(above[name]), name))
        place |= {name: (number + 0.5) / len(row) for number, name in enumerate(row)}
        ordered.append(row)
    return ordered


def _sentence(folder: Path) -> str:
    """The first sentence of what a room says of itself."""
    said = (ast.get_docstring(parsed(folder / "__init__.py")) or "").replace("`", "")
    return " ".join(said.split()).split(". ")[0].rstrip(".") + "."


def _arrow(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    x, y = start[0] + WIDTH / 2, start[1] + HEIGHT
    u, v = end[0] + WIDTH / 2, end[1] - 5
    bend = max((v - y) / 2, 20)
    return (
        f'<path d="M{x:.0f} {y:.0f}C{x:.0f} {y + bend:.0f} {u:.0f} {v - bend:.0f} {u:.0f} {v:.0f}" '
        f'fill="none" stroke="{colour}" stroke-width="1.5" opacity="0.75"/>'
        f'<path d="M{u - 4:.0f} {v - 2:.0f}L{u + 4:.0f} {v - 2:.0f}L{u:.0f} {v + 5:.0f}Z" '
        f'fill="{colour}"/>'
    )


def _box(corner: tuple[float, float], name: str, said: str, number: int) -> str:
    x, y = corner
    lines = wrap(said, 30)[:3]
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
