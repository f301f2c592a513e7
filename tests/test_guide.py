# SPDX-License-Identifier: GPL-3.0-or-later
"""README and guide say what is there: commands that parse, buttons and links that exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt
from PIL import Image

import build_guide
from backend.commands.arguments import build_parser
from backend.contract.options import QUALITIES
from tests import guide

GUIDE = sorted(
    path.relative_to(guide.ROOT).as_posix() for path in (guide.ROOT / "docs/guide").glob("*.md")
)
SHELL = "docs/guide/shell.md"
WITH_COMMANDS = ["README.md", SHELL]
PAGES = ["README.md", *GUIDE]
ADDON = guide.ROOT / "blender_addon"


def text_of(page: str) -> str:
    return (guide.ROOT / page).read_text(encoding="utf-8")


def commands(page: str) -> Iterator[str]:
    """Command lines of a page, also those of a virtual environment, without their comments."""
    joined = text_of(page).replace("\\\n", " ")
    for line in joined.splitlines():
        found = re.match(r"\S*python -m backend (.+)", line.strip())
        if found:
            yield found[1]


def words_of_the_addon() -> set[str]:
    """All texts of the add-on's source, and the pieces of those that are put together; with those
    of settings that engines take, whose choices are shown with a capital."""
    found = {word.capitalize() for word in QUALITIES}
    for path in [*ADDON.rglob("*.py"), guide.ROOT / "backend/contract/options.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value.strip().rstrip("."))
    return found


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_every_command_is_one_that_the_command_line_knows(page: str) -> None:
    lines = list(commands(page))
    assert {"decompose", "complete", "edit", "generate"} <= {line.split()[0] for line in lines}
    for line in lines:
        arguments = shlex.split(line.replace("\\", "/"), comments=True)
        try:
            build_parser().parse_args(arguments)
        except Exception as error:
            pytest.fail(f"{page}: {line}: {error}")


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_every_file_of_a_command_is_there_made_before_or_the_readers_own(page: str) -> None:
    made: set[str] = set()
    for line in commands(page):
        options = build_parser().parse_args(shlex.split(line.replace("\\", "/"), comments=True))
        given = vars(options)
        listed = ("inputs", "image", "masks", "input", "mesh", "labels", "boxes", "clicks")
        for value in (given.get(name) for name in listed):
            for path in value if isinstance(value, list) else [value]:
                name = str(path or "").rstrip("/")
                if not name or name.startswith("my/") or "DATA" in name or name in made:
                    continue
                assert list(guide.ROOT.glob(name)), f"{page}: {line}: there is no {name}"
        made |= {str(given[name]) for name in ("output", "preview") if given.get(name)}


def test_every_button_that_the_guide_names_is_in_blender() -> None:
    texts = " ".join(text_of(page).replace("\n", " ") for page in GUIDE)
    named = set(re.findall(r"\*\*(.+?)\*\*", texts))
    assert len(named) > 60
    assert named <= words_of_the_addon(), named - words_of_the_addon()


def test_only_the_page_for_shells_has_commands() -> None:
    assert [page for page in GUIDE if list(commands(page))] == [SHELL]


@pytest.mark.parametrize("page", PAGES)
def test_pictures_are_there_and_those_of_the_guide_small(page: str) -> None:
    folder = (guide.ROOT / page).parent
    shown = [folder / name for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text_of(page))]
    assert shown
    made = {guide.ROOT / name for name in (*guide.MADE, *guide.WINDOWS)}
    for path in shown:
        assert path.is_file(), path
        if path.suffix == ".png":
            assert path.resolve() in made, "python -m tests.guide should make it"
        if path.resolve() in made:
            assert path.stat().st_size < guide.MOST_BYTES or path.name == "demo.png", path


def test_links_between_documents_lead_to_files_and_headings_that_are_there() -> None:
    """Of all documents: a heading that gets another name leaves no link behind."""
    for path in [*guide.ROOT.glob("*.md"), *(guide.ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
        for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", text):
            if re.match(r"\w+:", link):
                continue
            name, _, heading = link.partition("#")
            target = path.parent / name if name else path
            assert target.exists(), f"{path.name}: {link}"
            if heading:
                tokens = MarkdownIt().parse(target.read_text(encoding="utf-8"))
                assert heading in build_guide.anchors_of(tokens), f"{path.name}: {link}"


def test_a_rendering_is_made_narrower_until_it_is_small(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 80, (250, 1600, 3), dtype=np.uint8)
    (tmp_path / "out").mkdir()
    Image.fromarray(noise).save(tmp_path / "out/gnome.png")
    guide.main(tmp_path)
    made = tmp_path / "docs/images/gnome.png"
    assert made.stat().st_size < guide.MOST_BYTES
    assert Image.open(made).width in guide.WIDTHS
    assert [path.name for path in made.parent.iterdir()] == ["gnome.png"]


def test_a_window_is_cut_to_what_matters(tmp_path: Path) -> None:
    (tmp_path / "out/gui").mkdir(parents=True)
    greys = np.random.default_rng(0).integers(0, 256, (800, 1280, 1), dtype=np.uint8)
    picture = np.broadcast_to(greys, (800, 1280, 3)).copy()
    picture[300:305, 400:405] = pink = 250, 60, 160  # a part so small that it has few pixels
    Image.fromarray(picture).save(tmp_path / "out/gui/46_panel.png")
    guide.main(tmp_path)
    left, top, right, bottom = guide.WINDOW
    shown = Image.open(tmp_path / "docs/images/panel-images.png")
    assert shown.size == (right - left, bottom - top)
    found = np.array(shown.convert("RGB"), int)[302 - top, 402 - left]
    assert np.abs(found - pink).max() < 20
