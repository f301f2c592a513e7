# SPDX-License-Identifier: GPL-3.0-or-later
"""The part under clicks.

An engine that answers clicks proposes several masks and tells the IoU that it expects of each;
clicks are taken in turn, as corrections of the mask before them. With other engines the merge tree
answers: each of its levels proposes the clusters that hold an include click and no
exclude click. These masks are judged by Bayes' rule: how likely the tree thinks such clusters are
parts, times how likely clicks made anywhere in the part would all fall into the mask, which makes
many clicks close together speak for a small part, as in Tenenbaum's size principle (1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.arrays import Floats, Ints
from ..contract.errors import BadInput
from ..contract.tree import MergeTree
from ..engines.base import Masks
from ..geometry.patches.masks import overlaps, reached, suppress
from .analysis import Analysis

FARTHEST = 0.05  # of the size: a click farther than this from the surface means nothing
DOUBT = 0.02  # no merge is surer than this
TREE_SAYS = 1 / 4  # against the engine's three quarters, where gaps between islands do not decide
MOST_TURNS = 40  # clicks that are taken in turn; more are taken all at once
MOST_KEPT = 128  # answers that are kept for the next click
_FITS = "Give as many labels (1 include, 0 exclude) as points of three coordinates."
CLICK_WEIGHT = 0.5  # of a click against the prior: people do not click evenly over a part


@dataclass(frozen=True)
class ClickAnswer:
    """The mask of one set of clicks.

    Parameters
    ----------
    mask : (F,) bool.
    score : how likely the mask is a part, 0..1; 0 with an empty mask.
    warning : a sentence for people where a click was of no use, otherwise empty.
    choice, choices : which of how many masks this is, the smallest first.
    """

    mask: NDArray[np.bool_]
    score: float
    warning: str
    choice: int = 0
    choices: int = 1


def click(
    analysis: Analysis, points: ArrayLike, point_labels: ArrayLike, choice: int | None = None
) -> ClickAnswer:
    """The part that clicks mean.

    points : (N, 3) float in the coordinates of the mesh; they are snapped to the surface.
    point_labels : (N,) 1 include, 0 exclude. choice : which of the masks, by size, where several
    are plausible; the likeliest if None, the nearest number that there is otherwise.

    Raises BadInput for what is no set of clicks; see `checked_clicks`.
    """
    points, include = checked_clicks(points, point_labels)
    count = len(analysis.patch)
    face, gap = analysis.nearest((points - analysis.centre) / analysis.scale)
    on = gap <= FARTHEST
    lost = int((~on).sum())
    warning = (
        ""
        if not lost
        else (f"{lost} of {len(points)} clicks are farther than 5 % of the size from the surface.")
    )
    wanted, unwanted = np.unique(face[on & include]), np.unique(face[on & ~include])
    if not on.all():
        # One stray point makes the whole query doubtful: an empty answer is better than a guess.
        return ClickAnswer(np.zeros(count, dtype=bool), 0.0, warning)

    patch = analysis.grown_patch
    if analysis.evidence is not None:
        candidates, best = _engines_masks(analysis, face, include)
    else:
        clicked = patch[face].astype(np.int64)
        candidates, best = [_by_tree(analysis, clicked[include], clicked[~include])], 0
    chosen = best if choice is None else min(max(choice, 0), len(candidates) - 1)
    members, score = candidates[chosen]
    mask = members[patch]
    mask[wanted], mask[unwanted] = True, False
    mask = analysis.cutter.refine_mask(mask, wanted, unwanted)
    return ClickAnswer(analysis.on_all_walls(mask), score, warning, chosen, len(candidates))


def checked_clicks(points: ArrayLike, point_labels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Places (N, 3) float64 of a set of clicks and whether each is an include click, (N,).

    Raises BadInput unless there are as many labels, 1 or 0, as points in space, and one of them
    includes something.
    """
    try:
        places = np.array(points, dtype=np.float64)
        labels = np.array(point_labels, dtype=np.float64)
    except (ValueError, TypeError):
        raise BadInput("A click has a point or a label that is not a number.", _FITS) from None
    if places.ndim != 2 or places.shape[1] != 3 or labels.shape != (len(places),):
        raise BadInput("The clicks are not points in space with a label each.", _FITS)
    if not np.isfinite(places).all():
        raise BadInput("A click has a coordinate that is not a number.", "Click again.")
    if not np.isin(labels, (0, 1)).all():
        raise BadInput("A click neither includes nor excludes.", _FITS)
    if not labels.any():
        raise BadInput("No click includes anything.", "Click the part that you want first.")
    return places, labels == 1


def _by_tree(analysis: Analysis, wanted: Ints, unwanted: Ints) -> tuple[NDArray[np.bool_], float]:
    """The tree's answer to clicked patches, as often as they were: members (P,) and score."""
    return best_patches(
        analysis.grown_tree,
        analysis.grown_area,
        np.unique(wanted),
        np.unique(unwanted),
        len(wanted),
    )


def _engines_masks(
    analysis: Analysis, faces: Ints, include: NDArray[np.bool_]
) -> tuple[list[tuple[NDArray[np.bool_], float]], int]:
    """Different masks of patches (P,) with their expected IoU, by size; and which is the best.

    That is the one on which engine and tree agree; the others are the engine's.

    faces : (N,) that were clicked, in turn. include : (N,) whether they are meant.
    """
    assert analysis.evidence is not None
    patch = analysis.grown_patch[faces].astype(np.int64)
    wanted, unwanted = patch[include], patch[~include]
    masks = _agreed(analysis, wanted, unwanted)[0]
    members = np.concatenate([_in_turn(analysis, patch, include)[None], masks.chance > 0.5])
    members[:, unwanted] = False
    members[:, wanted] = True
    if analysis.open is not None:
        members = np.stack([reached(one, wanted, analysis.open) for one in members])
    area = (analysis.grown_area / analysis.grown_area.sum()).astype(np.float32)
    kept = suppress(members, np.append(2.0, masks.score), area)
    # As much as the engine expects of the mask of its own that is most like it.
    nearest = overlaps(members, area)[0, 1:].argmax()
    score = np.append(masks.score[nearest], masks.score)
    order = np.argsort(members[kept] @ area, kind="stable")
    found = [(members[k], float(score[k])) for k in kept[order]]
    return found, int(order.argmin())


def _in_turn(analysis: Analysis, patch: Ints, include: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The patches (P,) that clicks mean, each a correction of what those before it meant.

    An include click outside of the mask so far only adds to it. An exclude click only takes away:
    the engine might take it for a hint that a larger part is meant.

    patch : (N,) that were clicked. include : (N,) whether they are meant.
    """
    if len(patch) > MOST_TURNS:  # no corrections of each other
        return _meant(analysis, patch[include], patch[~include])
    mask = np.zeros(analysis.grown_tree.leaf_count, dtype=bool)
    for count in range(int(include.argmax()) + 1, len(patch) + 1):
        now, told = patch[:count], include[:count]
        meant = _meant(analysis, now[told], now[~told])
        if not told[-1]:
            meant &= mask
        elif not mask[now[-1]]:
            meant |= mask
        meant[now[~told]] = False
        meant[now[told]] = True
        mask = meant
    return mask


def _meant(analysis: Analysis, wanted: Ints, unwanted: Ints) -> NDArray[np.bool_]:
    """The patches (P,) that clicks mean on which engine and tree agree, in whatever order made.

    wanted, unwanted : patches that were clicked, as often as they were. What both engine and tree
    hold nearer to one of the unwanted than to all wanted is out.
    """
    assert analysis.evidence is not None
    agreed = _agreed(analysis, wanted, unwanted)[1].copy()
    if len(unwanted):
        agreed &= _agreed(analysis, wanted, unwanted[:0])[1]
        agreed &= ~(
            analysis.evidence.nearer(unwanted, wanted)
            & analysis.grown_tree.join_first(unwanted, wanted)
        )
    return agreed


def _agreed(analysis: Analysis, wanted: Ints, unwanted: Ints) -> tuple[Masks, NDArray[np.bool_]]:
    """The engine's masks, and the patches (P,) on which they and the tree agree most; kept.

    Masks count by how likely they are. Where gaps tell most, the patches are the tree's alone, for
    it knows gaps exactly and the engine may see a coarser mesh: where the tree's answer is made of
    whole islands, and where several clicks leave no doubt how fine a part of a mesh of islands is
    meant.
    """
    assert analysis.evidence is not None
    key = (wanted.tobytes(), unwanted.tobytes())
    found = analysis.answers.get(key)
    if found is None:
        masks = analysis.evidence.answer(wanted, unwanted)
        by_tree = _by_tree(analysis, wanted, unwanted)[0]
        island = analysis.grown_island
        several = len(wanted) + len(unwanted) > 1 and island.any()
        says = 1.0 if several or _are_islands(island, by_tree) else TREE_SAYS
        found = masks, (1 - says) * masks.mean + says * by_tree > 0.5
        if len(analysis.answers) >= MOST_KEPT:
            analysis.answers.clear()
        analysis.answers[key] = found
    return found


def _are_islands(island: Ints, members: NDArray[np.bool_]) -> bool:
    """Whether some patches (P,) are some of the islands, each as a whole. island : (P,)."""
    inside, size = np.bincount(island, members), np.bincount(island)
    return not members.all() and bool(((inside == 0) | (inside == size)).all())


def best_patches(
    tree: MergeTree, area: Floats, wanted: Ints, unwanted: Ints, clicks: int
) -> tuple[NDArray[np.bool_], float]:
    """The likeliest union of tree nodes that holds the wanted patches and none of the unwanted.

    An unwanted patch takes the likeliest part that it is in out of the tree, which is then asked as
    if that had never been there.

    area : (P,) of each patch. Returns (members (P,) bool, score 0..1). A patch that is both wanted
    and unwanted stays a member; triangles decide there.
    """
    leaves = tree.leaf_count
    nodes = 2 * leaves - 1
    parent = tree.parents()
    height = np.concatenate([np.zeros(leaves), tree.height, [1.0]])
    likely = np.log(np.clip(1 - height, DOUBT, 1))
    parted = np.log(np.clip(height, DOUBT, 1))

    holding = set(np.concatenate([_path(parent, leaf, nodes) for leaf in wanted]).tolist())
    out = []
    for leaf in np.setdiff1d(unwanted, wanted):
        path = _path(parent, leaf, nodes)
        branch = path[: next(k for k, node in enumerate(path.tolist()) if node in holding)]
        # The topmost is parted from what is wanted in any case.
        cost = likely[branch] + np.append(parted[branch[1:]], 0.0)
        out.append(int(branch[cost.argmax()]))
    size = tree.sums(area) + 1e-9 * float(area.sum())
    parent = _pruned(tree, parent, size, np.array(out, dtype=np.int64))

    paths = [_path(parent, leaf, nodes) for leaf in wanted]
    prior = likely[:-1] + parted[parent]
    total = float(area.sum()) + 1e-300
    best_value, best_nodes = -np.inf, np.unique(wanted)
    limits = np.unique(np.concatenate([height[path] for path in paths]))
    levels = [path[np.searchsorted(height[path], limits, "right") - 1] for path in paths]
    for level in np.stack(levels, axis=1):
        chosen = np.unique(level)
        chosen = chosen[np.isin(chosen, _covered(parent, chosen, nodes), invert=True)]
        value = prior[chosen].sum() - CLICK_WEIGHT * clicks * np.log(size[chosen].sum() / total)
        if value > best_value:
            best_value, best_nodes = value, chosen
    members = np.asarray(tree.below(best_nodes.tolist()) >= 0)
    for node in out:
        members[tree.subtree(node)] = False
    return members, float(np.exp(prior[best_nodes].mean()))


def _pruned(tree: MergeTree, parent: Ints, size: Floats, out: Ints) -> Ints:
    """Parents (2P-1,) when the nodes `out` are gone, and the merges with them undone.

    size : of each node; what is gone is taken off above it, in place.
    """
    leaves, nodes = tree.leaf_count, len(parent)
    out = np.setdiff1d(out, _covered(parent, out, nodes))
    kids = tree.children.astype(np.int64)
    parent = parent.copy()
    for node in out.tolist():
        above = _path(parent, node, nodes)[1:]
        size[above] -= size[node]
        if len(above) == 0:
            continue
        merge = int(above[0])
        other = int(kids[merge - leaves].sum()) - node
        parent[other] = parent[merge]
        if len(above) > 1:
            pair = kids[above[1] - leaves]
            pair[pair == merge] = other
    return parent


def _path(parent: Ints, leaf: int, nodes: int) -> Ints:
    """A leaf and all nodes above it."""
    path = [int(leaf)]
    while parent[path[-1]] < nodes:
        path.append(int(parent[path[-1]]))
    return np.array(path, dtype=np.int64)


def _covered(parent: Ints, chosen: Ints, nodes: int) -> Ints:
    """Those of the chosen nodes that lie below another of them."""
    held = set(chosen.tolist())
    below = []
    for start in chosen:
        node = int(parent[start])
        while node < nodes:
            if node in held:
                below.append(start)
                break
            node = int(parent[node])
    return np.array(below, dtype=np.int64)
