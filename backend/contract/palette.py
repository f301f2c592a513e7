# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours for parts: evenly bright, well apart, pleasant beside each other.

Chosen in OKLCH, where equal steps look equal. Source: Björn Ottosson, "A perceptual color space
for image processing", 2020, https://bottosson.github.io/posts/oklab/
"""

from __future__ import annotations

from .arrays import ArrayLike, NDArray, np

# lightness and chroma alternate, so that hues that come close again after some turns still differ
LIGHTNESS_CHROMA = ((0.70, 0.150), (0.80, 0.115), (0.65, 0.125), (0.74, 0.085), (0.86, 0.095))
GOLDEN_ANGLE = 137.50776405
FIRST_HUE = 250.0


def part_colours(count: int) -> NDArray[np.float32]:
    """(count, 3) linear RGB in 0..1. Neighbours in number have very different hues."""
    number = np.arange(count)
    table = np.array(LIGHTNESS_CHROMA)[number % len(LIGHTNESS_CHROMA)]
    hue = np.radians(FIRST_HUE + GOLDEN_ANGLE * number)
    return oklch_to_linear(table[:, 0], table[:, 1], hue)


def oklch_to_linear(lightness: ArrayLike, chroma: ArrayLike, hue: ArrayLike) -> NDArray[np.float32]:
    """Linear sRGB (n, 3) of OKLCH (n,) each, hue in radians; clipped to what screens show."""
    big_l, c, h = np.broadcast_arrays(lightness, chroma, hue)
    a, b = c * np.cos(h), c * np.sin(h)
    long = (big_l + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (big_l - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (big_l - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = np.stack(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ],
        axis=-1,
    )
    return np.clip(rgb, 0.0, 1.0).astype(np.float32)


def to_srgb_bytes(linear: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Linear light in 0..1 as 8-bit sRGB, same shape."""
    x = np.clip(linear, 0.0, 1.0)
    encoded = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.rint(encoded * 255.0).astype(np.uint8)


def to_linear(encoded: NDArray[np.floating]) -> NDArray[np.float64]:
    """sRGB in 0..1 as linear light, same shape."""
    x = np.clip(np.asarray(encoded, dtype=np.float64), 0.0, 1.0)
    linear: NDArray[np.float64] = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    return linear
