# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of README.md and docs/guide, from what was made: ``python -m tests.guide``.

`make guide-pictures` first makes what their commands make (`make demo`); windows of Blender come
from out/gui, where `make test-gui` leaves them. What is not there keeps the picture that it has.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 200_000
WIDTHS = (1400, 1200, 1000, 800, 640)  # of renderings, until one is small enough
WINDOW = (0, 26, 1052, 722)  # of a window of 1280 x 800: the 3D view with its sidebar

MADE = {
    "docs/demo.png": "out/demo.png",
    "docs/images/completed.png": "out/completed.png",
    "docs/images/replaced.png": "out/replaced.png",
    "docs/images/gnome.png": "out/gnome.png",
}
WINDOWS = {
    "docs/images/panel.png": "out/gui/03_parts.png",
    "docs/images/panel-others.png": "out/gui/04_others.png",
    "docs/images/click.png": "out/gui/20_excluded.png",
    "docs/images/hover.png": "out/gui/41_hovered_part.png",
    "docs/images/painted.png": "out/gui/46_painted.png",
    "docs/images/picked.png": "out/gui/45_picked_several.png",
    "docs/images/exploded.png": "out/gui/14_exploded.png",
    "docs/images/panel-complete.png": "out/gui/43_completed_apart.png",
    "docs/images/panel-replace.png": "out/gui/37_replace_preview.png",
    "docs/images/panel-library.png": "out/gui/40_found_parts.png",
    "docs/images/panel-images.png": "out/gui/46_panel.png",
    "docs/images/panel-take.png": "out/gui/41_preview.png",
    "docs/images/panel-setup.png": "out/gui/62_setup_preferences_2.png",
}


def rendering(picture: Picture) -> bytes:
    """A PNG of a picture with soft shades, made narrower until it is small enough."""
    from PIL import Image

    data = b""
    for width in WIDTHS:
        small = picture
        if picture.width > width:
            size = width, round(picture.height * width / picture.width)
            small = picture.resize(size, Image.Resampling.LANCZOS)
        data = png(small)
        if len(data) < MOST_BYTES:
            break
    return data


def window(picture: Picture) -> bytes:
    """A PNG of the view and the sidebar of a window, at its own size, so that it can be read.

    Its 256 colours are those that are farthest apart, so that the hue of a small part stays.
    """
    from PIL.Image import Quantize

    return png(picture.crop(WINDOW).quantize(256, Quantize.MAXCOVERAGE, kmeans=3))


def png(picture: Picture) -> bytes:
    """The smallest PNG of it."""
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def main(root: Path = ROOT) -> None:
    """Write every picture whose source is there."""
    from PIL import Image

    for sources, made in ((MADE, rendering), (WINDOWS, window)):
        for name, source in sources.items():
            if not (root / source).is_file():
                print(f"{name} stays as it is: there is no {source}.")
                continue
            with Image.open(root / source) as picture:
                data = made(picture.convert("RGB"))
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
            print(f"{name}: {len(data) // 1000} kB")


if __name__ == "__main__":
    main()
