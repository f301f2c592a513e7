# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501
"""Draws gnome.png, the picture that `make demo` turns into parts. The drawing is CC0 1.0.

python examples/make_gnome.py examples/gnome.png
"""

import sys

import numpy as np
from PIL import Image, ImageDraw

WIDTH, HEIGHT, FINE = 768, 1024, 4
RED, DEEP_RED, SKIN, NOSE = "#d83a34", "#b52a2c", "#f3b58b", "#ea8d6d"
WHITE, BLUE, BELT, GOLD = "#f4efe6", "#3767a8", "#4a2d20", "#f0b93a"
GREEN, BOOT, DARK = "#4f8a4a", "#6b4128", "#2b2024"


def smooth(points, closed=True, steps=24):
    """A Catmull-Rom curve through points (n, 2)."""
    p = np.asarray(points, float)
    n = len(p)
    curve = []
    for i in range(n if closed else n - 1):
        a, b, c, d = (
            p[(i + k) % n] if closed else p[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2)
        )
        for t in np.arange(steps) / steps:
            curve.append(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                       + (3 * b - a - 3 * c + d) * t**3)
            )  # fmt: skip
    return curve


class Drawing:
    """A picture whose shapes come in pairs about its middle."""

    def __init__(self):
        self.image = Image.new("RGBA", (WIDTH * FINE, HEIGHT * FINE), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def polygon(self, points, fill):
        self.draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    def shape(self, points, fill, pair=False):
        self.polygon(smooth(points), fill)
        if pair:
            self.polygon(smooth([(WIDTH - x, y) for x, y in points]), fill)

    def symmetric(self, right, fill):
        """right : points from the top to the bottom, on the right of the middle."""
        left = [(WIDTH - x, y) for x, y in right[::-1]]
        self.shape([*right, *left], fill)

    def disc(self, x, y, rx, ry, fill, pair=False):
        for middle in (x, WIDTH - x) if pair else (x,):
            self.draw.ellipse(
                [(middle - rx) * FINE, (y - ry) * FINE, (middle + rx) * FINE, (y + ry) * FINE],
                fill=fill,
            )


def gnome():
    d = Drawing()
    # Boots, legs.
    d.shape([(420, 880), (498, 878), (512, 940), (562, 968), (566, 1000), (500, 1006), (424, 1002), (412, 940)],
            BOOT, pair=True)  # fmt: skip
    d.symmetric([(400, 800), (506, 800), (508, 850), (502, 900), (420, 902), (392, 850)], GREEN)
    # Arms: sleeves and mittens.
    d.shape([(500, 492), (560, 500), (630, 580), (682, 668), (652, 706), (604, 700), (550, 640), (500, 590)],
            BLUE, pair=True)  # fmt: skip
    d.shape([(612, 684), (660, 664), (704, 690), (712, 742), (676, 780), (634, 762), (606, 726)],
            RED, pair=True)  # fmt: skip
    # Coat and belt.
    d.symmetric([(400, 470), (492, 478), (540, 580), (556, 700), (574, 812), (560, 846), (470, 858), (400, 860)],
                BLUE)  # fmt: skip
    coat = smooth([(384 + s * x, y) for s, row in ((1, 1), (-1, -1))
                   for x, y in [(165, 700), (176, 764)][::row]])  # fmt: skip
    d.polygon([(216, 706), (552, 706), (566, 764), (202, 764)], BELT)
    del coat
    d.polygon([(340, 696), (428, 696), (428, 774), (340, 774)], GOLD)
    d.polygon([(360, 716), (408, 716), (408, 754), (360, 754)], BELT)
    # Face, ears, beard.
    d.shape([(498, 400), (548, 378), (560, 420), (530, 462), (496, 460)], SKIN, pair=True)
    d.symmetric([(400, 322), (500, 336), (516, 420), (490, 500), (400, 540)], SKIN)
    d.symmetric(
        [(396, 462), (470, 444), (520, 420), (536, 500), (512, 590), (456, 660), (390, 706)], WHITE
    )
    d.shape(
        [(392, 452), (440, 440), (490, 462), (506, 494), (456, 508), (404, 490)],
        "#dcd3c6",
        pair=True,
    )
    d.disc(440, 404, 15, 19, DARK, pair=True)
    d.disc(444, 397, 5, 6, "#ffffff")
    d.disc(332, 397, 5, 6, "#ffffff")
    d.disc(384, 440, 40, 34, NOSE)
    # Hat with its brim and bobble.
    d.symmetric(
        [(392, 70), (416, 110), (450, 200), (496, 300), (520, 352), (440, 372), (400, 374)], RED
    )
    d.symmetric([(400, 318), (500, 326), (546, 350), (540, 384), (480, 376), (400, 370)], DEEP_RED)
    d.disc(384, 76, 44, 44, WHITE)
    return d.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    gnome().save(sys.argv[1] if len(sys.argv) > 1 else "gnome.png", optimize=True)
