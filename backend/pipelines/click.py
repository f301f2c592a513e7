# SPDX-License-Identifier: GPL-3.0-or-later
"""The part under clicks.

An engine that answers clicks proposes several masks and tells the IoU that it expects of each; with
other engines the merge tree answers alone. Clicks are taken in turn, as corrections of the mask
before them. As long as all are includes, one outside of the mask only adds, and those inside may
together speak for a smaller part. After that a click that finds its face right already leaves the
mask as it is, and any other changes it around itself only: an include click adds, an exclude click
takes away, as far as the engine, which is told the mask before, and the tree are sure of it; the
surer they must be the more clicks the mask already heeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.arrays import Floats, Ints
from ..contract.errors import BadInput
from ..engines.base import Masks
from ..geometry.graphs import sums
from ..geometry.patches.masks import overlaps, reached, suppress
from ..models.boosted import logit
from .analysis import Analysis
from .likeliest import best_patches

FARTHEST = 0.05  # of the size: a click farther than this from the surface means nothing
TREE_SAYS = 1 / 4  # against the engine's three quarters, where gaps between islands do not decide
MOST_TURNS = 40  # clicks that are taken in turn; more are taken all at once
MOST_KEPT = 128  # answers that are kept for the next click
# The odds that a patch is wrong as a click is, by logistic regression on simulated corrections of
# fused and smooth training objects.
ENGINE_ODDS = 0.6  # of the engine's own odds, when told the mask before
TREE_ODDS = 0.85  # for the tree's answer, against for another
AREA_ODDS = 0.4  # of the logarithm of the share of the surface that could change
MISSING_ODDS, SURPLUS_ODDS = 0.9, 2.3  # of an include and an exclude click, on a doubtful patch
TURN_ODDS = 1.7  # against, of the logarithm of the number of clicks: by then little is wrong
AGAIN_ODDS = 0.4  # for each click of the same kind just before: not enough was changed then
HARDLY = 0.01  # no chance of the engine counts as less
BELIEVED = 0.8  # expected IoU from which masks that heed all clicks are believed anew
_FITS = "Give as many labels (1 include, 0 exclude) as points of three coordinates."


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
    if not on.all():
        # One stray point makes the whole query doubtful: an empty answer is better than a guess.
        return ClickAnswer(np.zeros(count, dtype=bool), 0.0, warning)

    mask = _in_turn(analysis, face, include)
    candidates, best = _candidates(analysis, face, include, mask)
    chosen = best if choice is None else min(max(choice, 0), len(candidates) - 1)
    members, score = candidates[chosen]
    if chosen != best:
        mask = _on_faces(analysis, members, face, include)
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


def _candidates(
    analysis: Analysis, faces: Ints, include: NDArray[np.bool_], mask: NDArray[np.bool_]
) -> tuple[list[tuple[NDArray[np.bool_], float]], int]:
    """Different masks of patches (P,) with their expected IoU, by size; and which is the best.

    That is the one that the clicks mean in turn; the others are the engine's, where it has some.

    faces : (N,) that were clicked, in turn. include : (N,) whether they are meant. mask : (F,) what
    they mean.
    """
    patch = analysis.grown_patch[faces].astype(np.int64)
    wanted, unwanted = patch[include], patch[~include]
    covered = sums(
        np.where(mask, analysis.seen.area, 0.0),
        analysis.grown_patch.astype(np.int64),
        analysis.grown_tree.leaf_count,
    )
    best = covered > analysis.grown_area / 2
    if analysis.evidence is None:
        return [(best, _by_tree(analysis, wanted, unwanted)[1])], 0
    masks = _agreed(analysis, wanted, unwanted)[0]
    members = _obeying(analysis, masks.chance > 0.5, wanted, unwanted)
    members = np.concatenate([best[None], members])
    area = (analysis.grown_area / analysis.grown_area.sum()).astype(np.float32)
    kept = suppress(members, np.append(2.0, masks.score), area)
    # As much as the engine expects of the mask of its own that is most like it.
    nearest = overlaps(members, area)[0, 1:].argmax()
    score = np.append(masks.score[nearest], masks.score)
    order = np.argsort(members[kept] @ area, kind="stable")
    found = [(members[k], float(score[k])) for k in kept[order]]
    return found, int(order.argmin())


def _obeying(
    analysis: Analysis, members: NDArray[np.bool_], wanted: Ints, unwanted: Ints
) -> NDArray[np.bool_]:
    """Masks of patches (K, P) with all that is wanted, without all that is not, and whole as far as
    marked edges do not part them."""
    members = members.copy()
    members[:, unwanted] = False
    members[:, wanted] = True
    if analysis.open is None:
        return members
    return np.stack([reached(one, wanted, analysis.open) for one in members])


def _on_faces(
    analysis: Analysis, members: NDArray[np.bool_], faces: Ints, include: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """A mask of patches (P,) as one of faces (F,), with its border placed, on which clicked faces
    are as they were clicked."""
    mask = members[analysis.grown_patch]
    mask[faces[~include]] = False
    mask[faces[include]] = True
    return analysis.cutter.refine_mask(mask, faces[include], faces[~include])


def _in_turn(analysis: Analysis, faces: Ints, include: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The faces (F,) that clicks mean, each a correction of what those before it meant; kept.

    faces : (N,) that were clicked. include : (N,) whether they are meant.
    """
    first = int(include.argmax()) + 1  # an exclude before any include has nothing to correct
    count, turns = len(faces), analysis.turns
    if count > MOST_TURNS:
        return _at_once(analysis, faces, include)
    keys = [faces[:n].tobytes() + include[:n].tobytes() for n in range(first, count + 1)]
    known = next((n for n in range(count, first - 1, -1) if keys[n - first] in turns), first - 1)
    mask = turns.pop(keys[known - first]) if known >= first else None
    for n in range(max(known, first), count + 1):
        if mask is None:
            mask = _at_once(analysis, faces[:n], include[:n])
        elif n > known:
            mask = corrected(analysis, mask, faces[:n], include[:n])
        turns[keys[n - first]] = mask
    while len(turns) > MOST_TURNS:
        del turns[next(iter(turns))]
    assert mask is not None
    return mask


def _at_once(analysis: Analysis, faces: Ints, include: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The faces (F,) that clicks mean if none of them corrects another."""
    patch = analysis.grown_patch[faces].astype(np.int64)
    members = _obeying(
        analysis,
        _meant(analysis, patch[include], patch[~include])[None],
        patch[include],
        patch[~include],
    )[0]
    return _on_faces(analysis, members, faces, include)


def corrected(
    analysis: Analysis, mask: NDArray[np.bool_], faces: Ints, include: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """A mask (F,) after the last of some clicks, which changes it around itself only."""
    face, told = int(faces[-1]), bool(include[-1])
    if include.all():
        # Many clicks close together speak for a small part; one outside only adds.
        meant = _at_once(analysis, faces, include)
        return meant if mask[face] else mask | meant
    if mask[face] == told:
        return mask
    grown = analysis.grown_patch.astype(np.int64)
    patch = grown[faces]
    here, others = patch[-1], patch[include != told]
    changes = _wrong(analysis, mask, patch, include)
    if analysis.evidence is not None and len(others):  # what is held nearer to those stays
        nearer = analysis.evidence.nearer(patch[-1:], others)
        changes &= nearer | analysis.grown_tree.join_first(patch[-1:], others)
    changes[others] = False
    changes[here] = True
    beside = analysis.beside if analysis.open is None else analysis.open
    change = reached(changes, patch[-1:], beside)[grown] & (mask != told)
    if here in others:
        change &= (grown != here) | _nearer(analysis, faces, include == told)
    after = mask.copy()
    after[change] = told
    after[faces] = include
    return analysis.cutter.refine_mask(after, faces[include], faces[~include], near=change)


def _wrong(
    analysis: Analysis, mask: NDArray[np.bool_], patch: Ints, include: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The patches (P,) that are surely wrong in a mask (F,), as the last of some clicks is.

    patch : (N,) that were clicked, in turn. include : (N,) whether they are meant.
    """
    told, count = bool(include[-1]), len(analysis.grown_area)
    wanted, unwanted = patch[include], patch[~include]
    area = analysis.seen.area
    wrong = sums(np.where(mask == told, 0.0, area), analysis.grown_patch.astype(np.int64), count)
    if analysis.evidence is None:
        return (_by_tree(analysis, wanted, unwanted)[0] == told) & (wrong > 0)
    masks, agreed = _agreed(analysis, wanted, unwanted)
    heeded = bool(((masks.mean[patch] > 0.5) == include).all())
    if heeded and masks.score.max() > BELIEVED:
        return ((agreed > 0.5) == told) & (wrong > 0)
    tree = _by_tree(analysis, wanted, unwanted)[0]
    share = wrong / analysis.grown_area
    chance = analysis.evidence.answer(wanted, unwanted, 1 - share if told else share).mean
    chance = np.clip(chance, HARDLY, 1 - HARDLY)
    odds = ENGINE_ODDS * logit(chance) + np.where(tree, TREE_ODDS, -TREE_ODDS)
    odds = MISSING_ODDS + odds if told else SURPLUS_ODDS - odds
    odds += AREA_ODDS * np.log(wrong.sum() / area.sum()) - TURN_ODDS * np.log(len(patch))
    others = np.flatnonzero(include != told)
    again = len(patch) - 2 - int(others[-1]) if len(others) else 0
    return (odds + AGAIN_ODDS * again > 0) & (wrong > 0)


def _nearer(analysis: Analysis, faces: Ints, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which faces (F,) are nearer to the last of those clicked than to any that is not `same`."""
    centroid = analysis.seen.centroid
    gap = np.square(centroid - centroid[faces[-1]]).sum(axis=1)
    away = np.min([np.square(centroid - centroid[f]).sum(axis=1) for f in faces[~same]], axis=0)
    return gap < away


def _meant(analysis: Analysis, wanted: Ints, unwanted: Ints) -> NDArray[np.bool_]:
    """The patches (P,) that clicks mean on which engine and tree agree, in whatever order made.

    wanted, unwanted : patches that were clicked, as often as they were. What both engine and tree
    hold nearer to one of the unwanted than to all wanted is out.
    """
    if analysis.evidence is None:
        return _by_tree(analysis, wanted, unwanted)[0]
    agreed = _agreed(analysis, wanted, unwanted)[1] > 0.5
    if len(unwanted):
        agreed &= _agreed(analysis, wanted, unwanted[:0])[1] > 0.5
        agreed &= ~(
            analysis.evidence.nearer(unwanted, wanted)
            & analysis.grown_tree.join_first(unwanted, wanted)
        )
    return agreed


def _agreed(analysis: Analysis, wanted: Ints, unwanted: Ints) -> tuple[Masks, Floats]:
    """The engine's masks, and how far they and the tree agree on each patch, 0..1 (P,); kept.

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
        found = masks, (1 - says) * masks.mean + says * by_tree
        if len(analysis.answers) >= MOST_KEPT:
            analysis.answers.clear()
        analysis.answers[key] = found
    return found


def _are_islands(island: Ints, members: NDArray[np.bool_]) -> bool:
    """Whether some patches (P,) are some of the islands, each as a whole. island : (P,)."""
    inside, size = np.bincount(island, members), np.bincount(island)
    return not members.all() and bool(((inside == 0) | (inside == size)).all())
