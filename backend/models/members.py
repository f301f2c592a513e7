# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of the part generator's sets as numbers, and back: boxes, looks, masks, views.

What a network is told must be about as loud as noise is, so that sizes are told as logarithms and
colours from -1 to 1.
"""

from __future__ import annotations

import numpy as np

BOX, LOOK = 8, 4  # numbers of a box (centre, log of half the size, there or not, 0), of a look
SIDE = 64  # pixels of a picture along each side
MASK = 16  # pixels of a part's mask along each side
IN_OBJECT = 9  # numbers of a mask's outline in the object's frame, the last of them
OUTLINE = 5 + IN_OBJECT  # in the picture, and in the object's frame
VIEW = 4  # numbers of a view (where it is taken from, as a direction; how near)
THINNEST = 0.02  # half size of a part, in its object's frame, below which its frame is not thinner
FILLED = 0.95  # of the cube, by a shape


def box_member(box: np.ndarray) -> np.ndarray:
    """(..., BOX) float32 of boxes (..., 2, 3), low and high in the frame of the object."""
    low, high = box[..., 0, :], box[..., 1, :]
    there = np.ones((*box.shape[:-2], 1))
    member = [low + high, _size_member((high - low) / 2), there, 0 * there]
    return np.concatenate(member, -1).astype(np.float32)


def _size_member(half: np.ndarray) -> np.ndarray:
    """Half sizes as they are told: their logarithms, about 0 in the middle."""
    return np.log(np.maximum(half, THINNEST)) + 1.2


def box_of(member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (..., 2, 3) of members (..., BOX), and whether there is a part at all (...)."""
    centre, half = member[..., 0:3] / 2, np.exp(np.clip(member[..., 3:6], -4, 2) - 1.2)
    return np.stack([centre - half, centre + half], -2), member[..., 6] > 0


def mask_member(
    masks: np.ndarray, figure: np.ndarray, view: np.ndarray | None = None
) -> np.ndarray:
    """(N, MASK^2 + OUTLINE) float32 of masks (N, SIDE, SIDE) of parts, and of their figure (SIDE,
    SIDE), each how much of a pixel is covered, with up being the first row.

    The coverage of coarser pixels, and the outline: centre and log of half the size of the mask's
    box as `box_member` has them, in a frame in which the figure is as large as objects are, and the
    root of its share of the figure. Where the view is known, see `view_member`, also what that says
    of the part's box in the object's frame, of which no depth is known: its centre in the plane of
    the picture, what of its size is seen along each axis, and how much of each axis is depth. A
    mask of nothing has no outline.
    """
    cell = SIDE // MASK
    coarse = masks.reshape(len(masks), MASK, cell, MASK, cell).mean((2, 4))
    (low, high), _ = _outlines(figure[None])
    middle = (low + high) / 2
    size = max(float((high - low).max()), 1.0) / 2 / FILLED
    (low, high), there = _outlines(masks)
    low, high = (low - middle) / size, (high - middle) / size
    half = (high - low) / 2
    share = masks.sum((1, 2)) / max(float(figure.sum()), 1.0)
    inside = np.zeros((len(masks), IN_OBJECT))
    if view is not None:
        back = view[:3]
        right = np.array([back[2], 0.0, -back[0]]) / max(float(np.hypot(back[0], back[2])), 1e-6)
        axes = np.stack([right, np.cross(back, right)])  # of the picture: to the right, and up
        depth = np.broadcast_to(back**2, (len(masks), 3))
        inside = np.c_[(low + high) @ axes, _size_member(half @ np.abs(axes)), depth]
    outline = np.c_[low + high, _size_member(half), share**0.5, inside] * there[:, None]
    return np.c_[coarse.reshape(len(masks), MASK * MASK), outline].astype(np.float32)


def _outlines(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2, N, 2) lowest and highest x and y of masks (N, SIDE, SIDE), y up, 0 for a mask of
    nothing; and whether there is one."""
    covered = masks > 0.5
    along = [covered.max(1), covered.max(2)[:, ::-1]]  # columns; rows from below
    low = np.stack([line.argmax(1) for line in along], 1)
    high = SIDE - np.stack([line[:, ::-1].argmax(1) for line in along], 1)
    there = along[0].max(1)
    return np.stack([low, high]) * there[:, None], there


def view_member(back: np.ndarray, distance: float) -> np.ndarray:
    """(VIEW,) float32 of a picture that is taken from a direction (3,) of length 1, at a distance
    of an object that is 2 wide."""
    return np.r_[back, 3.0 / distance].astype(np.float32)


def look_member(colour: np.ndarray) -> np.ndarray:
    """(..., LOOK) float32 of linear colours (..., 3)."""
    there = np.ones((*colour.shape[:-1], 1))
    return np.concatenate([2 * colour - 1, there], -1).astype(np.float32)


def colour_of(member: np.ndarray) -> np.ndarray:
    """Linear colours (..., 3) of looks (..., LOOK)."""
    return np.clip((member[..., :3] + 1) / 2, 0, 1)


def own_frame(box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle and half size (..., 3) of the cube in which a part with a box has its own frame.

    Each axis fills the cube to FILLED, but for those thinner than THINNEST.
    """
    middle = (box[..., 0, :] + box[..., 1, :]) / 2
    return middle, np.maximum((box[..., 1, :] - box[..., 0, :]) / 2, THINNEST) / FILLED
