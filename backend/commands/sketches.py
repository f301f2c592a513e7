# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what is being made, written while it is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..contract.progress import Progress
from .console import Console
from .parser import Parser

if TYPE_CHECKING:
    from ..engines.base import Sketch


def add_previews(parser: Parser) -> None:
    """Where pictures of what is being made go."""
    parser.add_argument(
        "--previews",
        metavar="FOLDER",
        type=Path,
        help="small pictures of what is being made, as an engine that shows it gets on with it",
    )


@dataclass
class Sketches:
    """Writes FOLDER/<stem>.<variant>.<number>.png, one sketch after the other.

    folder : None for no pictures. up : "Y" or "Z" of what is shown. written : the files.
    """

    folder: Path | None
    stem: str
    console: Console
    up: str = "Y"
    written: list[Path] = field(default_factory=list)
    _count: Counter[int] = field(default_factory=Counter, repr=False)

    def progress(self) -> Progress:
        """What is handed to a job."""
        if self.folder is None:
            return Progress(self.console.progress)
        from ..files.readers import make_folder

        make_folder(self.folder)
        return Progress(self.console.progress, look=self.look)

    def look(self, sketch: Sketch) -> None:
        """Draw what came; of the first one it is said where."""
        import numpy as np
        from PIL import Image

        from ..pictures.preview import save_picture
        from ..pictures.textured import joined
        from ..pictures.thumbnail import of_colours

        assert self.folder is not None
        self._count[sketch.variant] += 1
        name = f"{self.stem}.{sketch.variant + 1}.{self._count[sketch.variant]}.png"
        parts = sketch.parts
        vertices, faces, part = joined(
            [one.vertices for one in parts], [one.faces for one in parts]
        )
        shown = np.array([one.shown for one in parts], np.float32)
        path = self.folder / name
        picture = of_colours(vertices, faces, shown[part], self.up)
        save_picture(path, Image.fromarray(picture, "RGBA"))
        if not self.written:
            self.console.say(f"  What it will be about is in {path} and those after it")
        self.written.append(path)
