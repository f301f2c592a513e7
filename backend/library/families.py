# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural parts: each family makes one kind of part, differently for each seed.

A family is a function of a random generator that returns closed shells, +Y up, facing +Z, in any
size; `made` joins them into one solid of unit size.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats
from ..geometry.booleans import Mesh, union
from .forms import ball, block, lathe, moved, plate, rings, ring, smooth, spread, sweep, turned

Shells = list[Mesh]
Rng = np.random.Generator


@dataclass(frozen=True)
class Family:
    """What a family is called, its kind, and where its parts are held, in words of a side."""

    title: str
    kind: str
    side: str
    shells: Callable[[Rng], Shells]


FAMILIES: dict[str, Family] = {}


def family(title: str, kind: str, side: str = "bottom") -> Callable[[Callable[[Rng], Shells]], Callable[[Rng], Shells]]:
    """Lists a function under its title."""

    def listed(shells: Callable[[Rng], Shells]) -> Callable[[Rng], Shells]:
        FAMILIES[title] = Family(title, kind, side, shells)
        return shells

    return listed


def made(title: str, seed: int = 0) -> Mesh:
    """One part of a family: a solid of largest extent one, centred on the origin."""
    rng = np.random.default_rng([zlib.crc32(title.encode()), seed])
    vertices, faces = union(FAMILIES[title].shells(rng))
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return (vertices - (low + high) / 2) / (high - low).max(), faces


# Hats.


def brim(radius: float, up: float, oval: float = 1.0, thick: float = 0.025) -> Mesh:
    """A brim whose sides curl up by `up`."""
    profile = [(0.0, -thick), (radius * 0.7, -thick), (radius, -thick * 0.4), (radius, thick * 0.4), (radius * 0.7, thick), (0.0, thick)]
    v, f = lathe(profile, 40, oval)
    far = np.linalg.norm(v[:, [0, 2]], axis=1) / radius
    v = v.copy()
    v[:, 1] += up * np.clip(far - 0.5, 0, None) * np.cos(2 * np.arctan2(v[:, 2], v[:, 0]))
    return v, f


def crown(profile: list[tuple[float, float]], crease: float = 0.0, oval: float = 1.0) -> Mesh:
    """The part of a hat above its brim, pinched along its top by `crease`."""
    curve = smooth(profile, 14)
    curve[-1, 0] = 0
    v, f = lathe(curve, 32, oval)
    high = np.clip((v[:, 1] - v[:, 1].max() * 0.55) / (v[:, 1].max() * 0.45), 0, 1)
    v = v.copy()
    v[:, 1] -= crease * high * np.exp(-((v[:, 0] / 0.13) ** 2))
    v[:, 0] *= 1 - 0.25 * (crease > 0) * high * np.clip(v[:, 2] / 0.4, 0, 1)
    return v, f


def band(radius: float, low: float, high: float, oval: float = 1.0) -> Mesh:
    return lathe([(radius, low), (radius * 1.03, low), (radius * 1.02, high), (radius * 0.98, high)], 32, oval)


@family("cowboy hat", "hat")
def _cowboy(rng: Rng) -> Shells:
    tall, wide = rng.uniform(0.5, 0.6), rng.uniform(0.82, 0.95)
    return [
        brim(wide, rng.uniform(0.5, 0.75), 0.95),
        crown([(0.46, -0.02), (0.45, 0.2), (0.41, tall * 0.8), (0.3, tall), (0.0, tall)], 0.16, 0.85),
        band(0.455, 0.0, 0.09, 0.85),
    ]


@family("fedora", "hat")
def _fedora(rng: Rng) -> Shells:
    tall = rng.uniform(0.48, 0.56)
    return [
        brim(rng.uniform(0.66, 0.74), rng.uniform(0.08, 0.2), 0.88),
        crown([(0.45, -0.02), (0.43, 0.2), (0.38, tall * 0.85), (0.26, tall), (0.0, tall)], 0.14, 0.84),
        band(0.455, 0.0, 0.13, 0.84),
    ]


@family("top hat", "hat")
def _top_hat(rng: Rng) -> Shells:
    tall, flare = rng.uniform(0.75, 1.0), rng.uniform(0.0, 0.07)
    return [
        brim(0.68, 0.15, 0.92),
        lathe([(0.43, -0.02), (0.40, tall * 0.4), (0.42 + flare, tall - 0.03), (0.4 + flare, tall), (0.0, tall)], 32, 0.92),
        band(0.432, 0.0, 0.13, 0.92),
    ]


@family("bowler hat", "hat")
def _bowler(rng: Rng) -> Shells:
    tall = rng.uniform(0.42, 0.5)
    return [brim(0.62, 0.18, 0.9), crown([(0.44, -0.02), (0.44, 0.15), (0.36, tall * 0.85), (0.0, tall)], 0, 0.9), band(0.445, 0, 0.08, 0.9)]


@family("sombrero", "hat")
def _sombrero(rng: Rng) -> Shells:
    wide, tall = rng.uniform(1.1, 1.3), rng.uniform(0.6, 0.75)
    profile = smooth([(0.0, 0.0), (0.5, 0.0), (wide * 0.85, 0.06), (wide, 0.2), (wide, 0.24), (wide * 0.82, 0.11), (0.45, 0.05), (0.0, 0.05)], 24)
    return [lathe(profile, 40), crown([(0.45, 0.0), (0.42, 0.2), (0.3, tall * 0.8), (0.16, tall), (0.0, tall)])]


@family("straw hat", "hat")
def _straw(rng: Rng) -> Shells:
    return [brim(rng.uniform(0.85, 1.0), -0.12), crown([(0.44, -0.02), (0.44, 0.22), (0.38, 0.32), (0.0, 0.34)]), band(0.447, 0, 0.1)]


@family("beanie", "hat")
def _beanie(rng: Rng) -> Shells:
    shells = [crown([(0.47, 0.02), (0.48, 0.2), (0.4, 0.45), (0.2, 0.58), (0.0, 0.6)]), ring(0.46, 0.06, 32, 8, 2.0)]
    shells[1] = moved(shells[1], (0, 0.1, 0))
    if rng.random() < 0.7:
        shells.append(moved(ball(0.12, 14, 8), (0, 0.66, 0)))
    return shells


@family("baseball cap", "hat")
def _cap(rng: Rng) -> Shells:
    dome = crown([(0.47, 0.0), (0.47, 0.15), (0.4, 0.36), (0.2, 0.46), (0.0, 0.47)], 0, 0.92)
    angle = np.linspace(0, np.pi, 16)
    out = rng.uniform(0.8, 0.95)
    v, f = plate(np.stack([0.45 * np.cos(angle), out * np.sin(angle) ** 0.8], 1), 0.035)
    v = np.stack([v[:, 0], 0.03 + v[:, 2] - 0.35 * v[:, 0] ** 2, v[:, 1]], 1)
    return [dome, (v, f[:, ::-1]), moved(ball(0.035, 10, 6), (0, 0.48, 0))]


@family("party hat", "hat")
def _party(rng: Rng) -> Shells:
    return [lathe([(0.36, 0), (0.0, rng.uniform(0.85, 1.1))], 28), moved(ball(0.09, 12, 7), (0, 0.95, 0)), ring(0.355, 0.03, 28, 6)]


@family("witch hat", "hat")
def _witch(rng: Rng) -> Shells:
    bend = rng.uniform(0.1, 0.3)
    line = smooth([(0, 0, 0), (0, 0.4, 0), (bend * 0.3, 0.8, 0), (bend, 1.1, -bend * 0.3)], 12)
    return [brim(rng.uniform(0.85, 1.0), 0.08), sweep(line, np.linspace(0.45, 0.02, 12) ** 1.15 * 1.13, 24), band(0.44, 0.02, 0.14)]


@family("hard hat", "hat")
def _hard(rng: Rng) -> Shells:
    a = np.linspace(0, np.pi, 20)
    ridge = plate(np.stack([0.47 * np.cos(a), 0.5 * np.sin(a)], 1), 0.1)
    return [brim(0.58, -0.05, 0.88), crown([(0.48, 0), (0.47, 0.15), (0.38, 0.37), (0.18, 0.45), (0.0, 0.46)], 0, 0.88), turned(ridge, 1, 90)]


@family("king crown", "hat")
def _king(rng: Rng) -> Shells:
    points, tall = int(rng.integers(5, 9)), rng.uniform(0.35, 0.5)
    angle = 2 * np.pi * np.arange(4 * points) / (4 * points)
    top = np.where(np.arange(4 * points) % 4 == 0, tall, np.where(np.arange(4 * points) % 4 == 2, tall * 0.5, tall * 0.72))
    loop = lambda r, h: np.stack([r * np.cos(angle), h + 0 * angle, r * np.sin(angle)], 1)  # noqa: E731
    around = 4 * points
    loops = np.array([loop(0.42, 0), loop(0.46, 0), loop(0.5, top), loop(0.46, top)])
    n = np.arange(around)
    m = np.roll(n, -1)
    faces = []
    for r in range(4):
        a, b = r * around, (r + 1) % 4 * around
        faces += [np.stack([a + n, a + m, b + m], 1), np.stack([a + n, b + m, b + n], 1)]
    from .forms import outward

    shells = [outward(loops.reshape(-1, 3), np.concatenate(faces))]
    return shells + [moved(ball(0.05, 10, 6), (0.48 * np.cos(a), tall, 0.48 * np.sin(a))) for a in angle[::4]]


# Wheels.


def _tyre(radius: float, width: float) -> Mesh:
    inner = radius * 0.68
    profile = [(inner, -width), (radius * 0.94, -width), (radius, -width * 0.6), (radius, width * 0.6), (radius * 0.94, width), (inner, width)]
    return _hoop(profile)


def _hoop(profile: list[tuple[float, float]], around: int = 36) -> Mesh:
    """A closed profile (radius, x) turned about x."""
    from .forms import outward

    p = np.asarray(profile)
    a = 2 * np.pi * np.arange(around) / around
    v = np.stack([np.tile(p[:, 1], (around, 1)), np.outer(np.cos(a), p[:, 0]), np.outer(np.sin(a), p[:, 0])], 2)
    n = len(p)
    i, j = np.divmod(np.arange(around * n), n)
    at = lambda r, s: (r % around) * n + s % n  # noqa: E731
    q = [at(i, j), at(i, j + 1), at(i + 1, j + 1), at(i + 1, j)]
    return outward(v.reshape(-1, 3), np.concatenate([np.stack([q[0], q[1], q[2]], 1), np.stack([q[0], q[2], q[3]], 1)]))


@family("spoked wheel", "wheel", "side")
def _spoked(rng: Rng) -> Shells:
    width = rng.uniform(0.05, 0.09)
    rim = _hoop([(0.4, -width), (0.5, -width), (0.5, width), (0.4, width)])
    spoke = moved(lathe([(0.03, 0.05), (0.024, 0.25), (0.03, 0.43)], 10), (0, 0, 0))
    hub = turned(lathe([(0.09, -width * 1.7), (0.11, -width), (0.11, width), (0.09, width * 1.7)], 20), 2, 90)
    return [rim, hub, *(turned(spoke, 0, 360 * k / n) for n in [int(rng.integers(6, 13))] for k in range(n))]


@family("alloy wheel", "wheel", "side")
def _alloy(rng: Rng) -> Shells:
    width, spokes = rng.uniform(0.13, 0.19), int(rng.integers(4, 8))
    spoke = moved(block((width * 0.5, 0.34, rng.uniform(0.06, 0.12)), 0.015), (width * 0.35, 0.2, 0))
    hub = turned(lathe([(0.1, -width * 0.7), (0.1, width * 0.7), (0.07, width * 0.85)], 20), 2, -90)
    return [_tyre(0.5, width), _hoop([(0.31, -width * 0.9), (0.36, -width * 0.9), (0.36, width * 0.9), (0.31, width * 0.9)]), hub, *(turned(spoke, 0, 360 * k / spokes) for k in range(spokes))]


@family("tyre", "wheel", "side")
def _plain_tyre(rng: Rng) -> Shells:
    width = rng.uniform(0.12, 0.22)
    studs = int(rng.integers(18, 28))
    stud = moved(block((width * 1.9, 0.04, 0.05)), (0, 0.5, 0))
    return [_tyre(0.5, width), *(turned(stud, 0, 360 * k / studs) for k in range(studs))]


@family("disc wheel", "wheel", "side")
def _disc(rng: Rng) -> Shells:
    width = rng.uniform(0.08, 0.16)
    return [_tyre(0.5, width), turned(lathe([(0.36, -width * 0.6), (0.36, width * 0.5), (0.2, width * 0.3), (0.14, width * 0.8), (0.0, width * 0.85)], 28), 2, -90)]


@family("gear", "wheel", "side")
def _gear(rng: Rng) -> Shells:
    teeth = int(rng.integers(9, 18))
    step = np.arange(4 * teeth)
    angle = 2 * np.pi * (step // 4 + np.array([0.0, 0.18, 0.5, 0.68])[step % 4]) / teeth
    radius = np.where((step % 4 == 1) | (step % 4 == 2), 0.5, 0.4)
    hole = 0.13 * np.stack([np.cos(np.linspace(0, 2 * np.pi, 24, False)), np.sin(np.linspace(0, 2 * np.pi, 24, False))], 1)
    return [turned(plate(radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1), rng.uniform(0.12, 0.22), [hole]), 1, 90)]


@family("propeller", "propeller", "side")
def _propeller(rng: Rng) -> Shells:
    count, twist = int(rng.integers(2, 6)), rng.uniform(15, 35)
    out = smooth([(0.03, 0.0), (0.075, 0.2), (0.07, 0.38), (0.0, 0.5), (-0.05, 0.4), (-0.04, 0.15), (-0.03, 0.0)], 24)
    blade = turned(turned(plate(out[:-1], 0.02), 1, 90), 1, twist)
    hub = turned(lathe([(0.07, -0.06), (0.07, 0.04), (0.045, 0.1), (0.0, 0.13)], 20), 2, -90)
    return [hub, *(turned(blade, 0, 360 * k / count) for k in range(count))]


# Lamps.


def _shade(profile: list[tuple[float, float]], thick: float = 0.012) -> Mesh:
    """An open shade: outside up, inside down."""
    outer = smooth(profile, 8)
    inner = outer[::-1] - [thick, 0]
    return _upright_hoop(np.concatenate([outer, inner]))


def _upright_hoop(profile: Floats, around: int = 36) -> Mesh:
    v, f = _hoop([(float(r), float(h)) for r, h in profile], around)
    return turned((v, f), 2, 90)


@family("cone lamp shade", "lamp shade")
def _cone_shade(rng: Rng) -> Shells:
    top = rng.uniform(0.18, 0.3)
    return [_shade([(0.5, 0), (top, rng.uniform(0.45, 0.7))])]


@family("drum lamp shade", "lamp shade")
def _drum_shade(rng: Rng) -> Shells:
    return [_shade([(0.5, 0), (rng.uniform(0.42, 0.5), rng.uniform(0.45, 0.7))])]


@family("bell lamp shade", "lamp shade")
def _bell_shade(rng: Rng) -> Shells:
    tall = rng.uniform(0.5, 0.65)
    return [_shade([(0.5, 0), (0.38, tall * 0.3), (0.27, tall * 0.7), (0.2, tall)])]


@family("globe lamp shade", "lamp shade")
def _globe_shade(rng: Rng) -> Shells:
    return [ball((0.5, rng.uniform(0.42, 0.5), 0.5), 28, 15), moved(lathe([(0.16, 0), (0.16, 0.1)], 20), (0, -0.52, 0))]


@family("dome lamp shade", "lamp shade")
def _dome_shade(rng: Rng) -> Shells:
    tall = rng.uniform(0.3, 0.42)
    return [_shade([(0.5, 0), (0.46, tall * 0.45), (0.32, tall * 0.82), (0.06, tall)])]


# Legs and feet of furniture, pillars.


@family("turned table leg", "table leg", "top")
def _turned(rng: Rng) -> Shells:
    h = np.concatenate([[0, 0.03, 0.1], np.sort(rng.uniform(0.15, 0.75, 6)), [0.8, 0.82, 1.0]])
    r = np.concatenate([[0.035, 0.045, 0.03], rng.uniform(0.025, 0.06, 6), [0.055, 0.06, 0.06]])
    return [lathe(smooth(np.stack([r, h], 1), 34), 18)]


@family("tapered table leg", "table leg", "top")
def _tapered(rng: Rng) -> Shells:
    low, high = rng.uniform(0.02, 0.035), rng.uniform(0.05, 0.07)
    return [lathe([(low, 0), (high, 1)], 20)]


@family("square table leg", "table leg", "top")
def _square_leg(rng: Rng) -> Shells:
    low, high = rng.uniform(0.025, 0.05), rng.uniform(0.05, 0.06)
    square = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    loops = np.array([[(w * x, h, w * z) for x, z in square] for w, h in ((low, 0), (high, 0.8), (high, 1.0))])
    return [rings(loops)]


@family("cabriole chair leg", "table leg", "top")
def _cabriole(rng: Rng) -> Shells:
    out = rng.uniform(0.06, 0.12)
    line = smooth([(0, 1, 0), (out * 0.7, 0.85, 0), (out * 0.5, 0.5, 0), (-0.02, 0.15, 0), (out * 0.3, 0.03, 0), (out * 0.5, 0, 0)], 22)
    return [sweep(line, smooth([[0.08], [0.085], [0.05], [0.03], [0.045], [0.04]], 22)[:, 0], 14)]


@family("round table leg", "table leg", "top")
def _round_leg(rng: Rng) -> Shells:
    r = rng.uniform(0.03, 0.06)
    return [lathe([(r, 0), (r, 1)], 20)]


@family("bun foot", "table leg", "top")
def _bun(rng: Rng) -> Shells:
    r = rng.uniform(0.45, 0.55)
    return [lathe(smooth([(0.25, 0), (r, 0.3), (0.28, 0.6), (0.3, 0.75)], 18), 24)]


@family("claw foot", "foot", "top")
def _claw(rng: Rng) -> Shells:
    toes = int(rng.integers(3, 5))
    shells = [sweep(smooth([(0, 0.9, -0.1), (0, 0.5, -0.12), (0, 0.2, 0)], 8), [0.13, 0.12, 0.11, 0.11, 0.12, 0.14, 0.15, 0.13], 12)]
    for k in range(toes):
        a = np.radians(-40 + 80 * k / (toes - 1))
        d = np.array([np.sin(a), 0, np.cos(a)])
        line = smooth([(0, 0.18, 0), d * 0.25 + [0, 0.2, 0], d * 0.48 + [0, 0.1, 0], d * 0.58], 9)
        shells.append(sweep(line, np.array([0.1, 0.1, 0.09, 0.09, 0.08, 0.07, 0.05, 0.03, 0.006]), 10))
    return shells


@family("baluster", "pillar")
def _baluster(rng: Rng) -> Shells:
    belly = rng.uniform(0.11, 0.16)
    profile = smooth([(0.08, 0.1), (0.06, 0.16), (belly, 0.35), (0.06, 0.65), (0.05, 0.8), (0.08, 0.9)], 24)
    return [lathe(profile, 20), moved(block((0.24, 0.12, 0.24)), (0, 0.05, 0)), moved(block((0.24, 0.12, 0.24)), (0, 0.95, 0))]


@family("round column", "pillar")
def _column(rng: Rng) -> Shells:
    r = rng.uniform(0.08, 0.13)
    return [lathe([(r, 0.05), (r * 1.05, 0.4), (r * 0.85, 0.95)], 24), moved(block((r * 2.8, 0.06, r * 2.8)), (0, 0.03, 0)), moved(block((r * 2.6, 0.06, r * 2.6)), (0, 0.97, 0)), moved(ring(r * 1.05, r * 0.2), (0, 0.07, 0))]


# Horns, ears, tails, wings, and other parts of creatures.


def _coil(turns: float, radius: float, rise: float, count: int = 30, shrink: float = 0.3) -> Floats:
    t = np.linspace(0, 1, count)
    a = 2 * np.pi * turns * t
    r = radius * (1 - (1 - shrink) * t)
    return np.stack([rise * t, r * np.cos(a) - radius, r * np.sin(a)], 1)


@family("curved horn", "horn")
def _horn(rng: Rng) -> Shells:
    bend = rng.uniform(0.25, 0.5)
    line = smooth([(0, 0, 0), (bend * 0.5, 0.35, 0), (bend * 0.7, 0.7, 0), (bend * 0.5, 1.0, 0.05)], 16)
    return [sweep(line, np.linspace(0.13, 0.004, 16), 14)]


@family("ram horn", "horn", "left")
def _ram(rng: Rng) -> Shells:
    line = _coil(rng.uniform(1.0, 1.3), 0.4, 0.45)
    ridges = 1 + 0.06 * np.sin(np.arange(30) * 2.1)
    return [sweep(line, np.linspace(0.17, 0.02, 30) * ridges, 14)]


@family("unicorn horn", "horn")
def _unicorn(rng: Rng) -> Shells:
    tall, turns = np.linspace(0, 1, 40), rng.uniform(4, 7)
    a = 2 * np.pi * turns * tall
    line = np.stack([0.02 * (1 - tall) * np.cos(a), tall, 0.02 * (1 - tall) * np.sin(a)], 1)
    return [sweep(line, 0.004 + 0.1 * (1 - tall) * (1 + 0.08 * np.cos(2 * a)), 12)]


@family("antler", "horn")
def _antler(rng: Rng) -> Shells:
    main = smooth([(0, 0, 0), (0.25, 0.3, -0.1), (0.4, 0.7, -0.05), (0.3, 1.0, 0.15)], 14)
    shells = [sweep(main, np.linspace(0.075, 0.015, 14), 10)]
    for at in (4, 7, 10):
        p = main[at]
        tip = p + np.array([rng.uniform(-0.05, 0.1), rng.uniform(0.2, 0.3), rng.uniform(0.25, 0.4)])
        shells.append(sweep(smooth([p, (p + tip) / 2 + [0, -0.03, 0.04], tip], 8), np.linspace(0.05, 0.01, 8), 8))
    return shells


@family("devil horn", "horn")
def _devil(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0), (0.12, 0.25, 0), (0.1, 0.5, 0)], 10)
    return [sweep(line, np.linspace(0.15, 0.004, 10) ** 0.8 * 0.7, 14)]


def _ear(points: list[tuple[float, float]], deep: float) -> Shells:
    v, f = plate(smooth(points, 26), 0.1)
    v = v.copy()
    v[:, 2] += deep * (v[:, 0] / 0.3) ** 2 - deep
    return [(v, f)]


@family("pointed ear", "ear")
def _pointed_ear(rng: Rng) -> Shells:
    tall = rng.uniform(0.75, 1.0)
    return _ear([(0.26, 0), (0.28, 0.3), (0.12, tall * 0.8), (0.02, tall), (-0.1, tall * 0.75), (-0.27, 0.3), (-0.26, 0)], 0.12)


@family("rabbit ear", "ear")
def _rabbit_ear(rng: Rng) -> Shells:
    tall = rng.uniform(0.9, 1.2)
    return _ear([(0.1, 0), (0.17, 0.4), (0.15, tall * 0.8), (0.0, tall), (-0.15, tall * 0.8), (-0.17, 0.4), (-0.1, 0)], 0.05)


@family("round ear", "ear")
def _round_ear(rng: Rng) -> Shells:
    return _ear([(0.2, 0), (0.36, 0.25), (0.28, 0.52), (0.0, 0.64), (-0.28, 0.52), (-0.36, 0.25), (-0.2, 0)], 0.08)


@family("elf ear", "ear", "right")
def _elf_ear(rng: Rng) -> Shells:
    return _ear([(0.15, -0.2), (0.17, 0.12), (-0.2, 0.25), (-0.75, 0.55), (-0.3, 0.0), (-0.1, -0.25)], 0.05)


@family("curled tail", "tail", "front")
def _curled(rng: Rng) -> Shells:
    a = np.linspace(0, rng.uniform(1.5, 2.0) * np.pi, 26)
    r = np.linspace(0.35, 0.12, 26)
    line = np.concatenate([[(0, 0, 0.55), (0, 0.0, 0.3)], np.stack([0.05 * a, 0.35 - r * np.cos(a), -r * np.sin(a)], 1)])
    return [sweep(line, np.linspace(0.09, 0.03, 28), 12)]


@family("bushy tail", "tail", "front")
def _bushy(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0.5), (0, 0.02, 0.2), (0, 0.15, -0.15), (0, 0.5, -0.4)], 16)
    return [sweep(line, np.array([0.04, 0.06, 0.09, 0.12, 0.15, 0.18, 0.2, 0.21, 0.21, 0.2, 0.18, 0.16, 0.13, 0.09, 0.05, 0.01]) * rng.uniform(0.85, 1.1), 14)]


@family("arrow tail", "tail", "front")
def _arrow_tail(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0.6), (0, -0.1, 0.2), (0, 0.2, -0.2), (0, 0.6, -0.3)], 20)
    tip = turned(plate([(0.0, 0.22), (-0.13, -0.06), (0, 0.0), (0.13, -0.06)], 0.05), 1, 90)
    return [sweep(line, np.linspace(0.05, 0.025, 20), 10), moved(tip, line[-1])]


@family("thin tail", "tail", "front")
def _thin_tail(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0.5), (0, 0.05, 0.1), (rng.uniform(-0.15, 0.15), -0.05, -0.3), (0, 0.1, -0.6)], 20)
    return [sweep(line, np.linspace(0.06, 0.012, 20), 10)]


def _feathers(rng: Rng, rows: int, long: float) -> Shells:
    shells = [sweep(smooth([(0, 0, 0), (-0.4, 0.18, 0), (-0.85, 0.05, 0)], 12), np.linspace(0.09, 0.03, 12), 10)]
    for k in range(rows):
        t = k / (rows - 1)
        base = np.array([-0.08 - 0.75 * t, 0.1 + 0.13 * np.sin(np.pi * t) - 0.1 * t, 0])
        length = long * (0.45 + 0.55 * t)
        a = np.radians(-82 - 68 * t**1.3)
        v, f = plate(smooth([(0, -0.05), (length * 0.6, -0.075), (length, 0), (length * 0.6, 0.075), (0, 0.05)], 16), 0.025)
        v, f = turned((v, f), 2, np.degrees(a))
        shells.append(moved((v, f), base + [0, 0, 0.012 * (k % 2)]))
    return shells


@family("feathered wing", "wing", "right")
def _feathered(rng: Rng) -> Shells:
    return _feathers(rng, int(rng.integers(9, 13)), rng.uniform(0.6, 0.8))


@family("leather wing", "wing", "right")
def _leather(rng: Rng) -> Shells:
    wrist, tip = np.array([-0.35, 0.42]), np.array([-1.0, 0.35])
    fingers = [tip, np.array([-0.9, -0.15]), np.array([-0.6, -0.32]), np.array([-0.25, -0.3])]
    out: list[np.ndarray] = [np.array([0.0, 0.0]), np.array([0.0, 0.08]), wrist]
    for a, b in zip(fingers, [*fingers[1:], np.array([0.0, -0.15])], strict=True):
        middle = (a + b) / 2 * 0.86 + 0.14 * np.array([-0.25, 0.1])
        out += [a, middle]
    out.append(np.array([0.0, -0.15]))
    shells = [plate(np.array(out), 0.02)]
    at = lambda p: np.array([p[0], p[1], 0.0])  # noqa: E731
    shells.append(sweep(np.stack([at((0, 0.03)), at(wrist)]), [0.05, 0.035], 10))
    return shells + [sweep(np.stack([at(wrist), at(f)]), [0.03, 0.01], 8) for f in fingers]


@family("butterfly wing", "wing", "right")
def _butterfly(rng: Rng) -> Shells:
    upper = smooth([(0, -0.04), (-0.3, 0.02), (-0.75, 0.15), (-0.85, 0.6), (-0.6, 0.72), (-0.2, 0.35), (0, 0.06)], 30)
    lower = smooth([(0, 0.04), (-0.2, 0.0), (-0.55, 0.0), (-0.62, -0.35), (-0.35, -0.5), (-0.1, -0.25), (0, -0.06)], 26)
    return [plate(upper, 0.02), moved(plate(lower, 0.02), (0, 0, 0.008))]


@family("aeroplane wing", "wing", "right")
def _plane_wing(rng: Rng) -> Shells:
    foil = np.array([(0.5, 0.0), (0.35, 0.05), (0.0, 0.06), (-0.5, 0.0), (0.0, -0.025), (0.35, -0.03)])
    sweepback = rng.uniform(0.1, 0.45)
    loops = [[(-x, s * y, s * z - back) for z, y in foil] for x, s, back in ((0, 0.45, 0), (0.6, 0.3, sweepback * 0.6), (1.0, 0.18, sweepback))]
    return [rings(np.array(loops))]


@family("fish fin", "fin", "right")
def _fish_fin(rng: Rng) -> Shells:
    return [plate(smooth([(0, -0.12), (-0.4, -0.35), (-0.62, -0.3), (-0.5, 0.0), (-0.55, 0.25), (-0.3, 0.22), (0, 0.12)], 26), 0.05)]


@family("dorsal fin", "fin")
def _dorsal(rng: Rng) -> Shells:
    return [turned(plate(smooth([(-0.4, 0), (-0.1, 0.25), (0.3, 0.55), (0.25, 0.2), (0.4, 0)], 20), 0.06), 1, 90)]


@family("beak", "nose", "back")
def _beak(rng: Rng) -> Shells:
    hook = rng.uniform(0.0, 0.15)
    upper = sweep(smooth([(0, 0.06, -0.3), (0, 0.08, 0.0), (0, -hook, 0.35)], 12), np.linspace(0.22, 0.01, 12), 14, 0.7)
    return [upper, sweep(smooth([(0, -0.06, -0.3), (0, -0.1, 0.0), (0, -0.09, 0.22)], 10), np.linspace(0.17, 0.01, 10), 12, 0.5)]


@family("elephant trunk", "nose", "back")
def _trunk(rng: Rng) -> Shells:
    line = smooth([(0, 0.5, -0.2), (0, 0.3, 0.1), (0, -0.2, 0.2), (0, -0.5, 0.25), (0, -0.5, 0.45)], 26)
    return [sweep(line, np.linspace(0.17, 0.06, 26) * (1 + 0.04 * np.cos(np.arange(26) * 2.2)), 14)]


@family("carrot nose", "nose", "back")
def _carrot(rng: Rng) -> Shells:
    return [turned(lathe([(0.0, 0.0), (0.16, 0.02), (0.0, 1.0)], 18), 0, 90)]


@family("round nose", "nose", "back")
def _round_nose(rng: Rng) -> Shells:
    return [ball((0.5, rng.uniform(0.4, 0.5), 0.45))]


@family("eye", "eye", "back")
def _eye(rng: Rng) -> Shells:
    return [ball(0.5, 24, 13), moved(ball((0.27, 0.27, 0.16), 20, 9), (0, 0, 0.4))]


@family("tentacle", "arm", "top")
def _tentacle(rng: Rng) -> Shells:
    line = smooth([(0, 1, 0), (0.1, 0.6, 0.1), (-0.08, 0.3, 0.1), (0.1, 0.05, 0), (0.25, 0.1, 0)], 28)
    shells = [sweep(line, np.linspace(0.13, 0.015, 28), 12)]
    return shells + [moved(ball((0.035, 0.035, 0.035), 8, 5), line[k] + [0.02, 0, 0.11 - 0.004 * k]) for k in range(3, 22, 3)]


@family("hook hand", "hand", "top")
def _hook(rng: Rng) -> Shells:
    a = np.linspace(0.5 * np.pi, -1.1 * np.pi, 22)
    line = np.concatenate([[(0, 0.55, 0)], np.stack([0.22 * np.cos(a), 0.22 * np.sin(a), 0 * a], 1)])
    return [sweep(line, np.linspace(0.06, 0.012, 23), 12), moved(lathe([(0.2, 0), (0.16, 0.3), (0.17, 0.32)], 20), (0, 0.45, 0))]


@family("mohawk", "hair")
def _mohawk(rng: Rng) -> Shells:
    a = np.linspace(np.radians(-25), np.radians(205), 26)
    out = np.where(np.arange(26) % 2 == 0, rng.uniform(0.85, 1.0), 0.72)
    outline = np.concatenate([out[:, None] * np.stack([np.cos(a), np.sin(a)], 1), 0.5 * np.stack([np.cos(a), np.sin(a)], 1)[::-1]])
    return [turned(plate(outline, 0.14), 1, 90)]


@family("spiky hair", "hair")
def _spiky(rng: Rng) -> Shells:
    shells = [moved(crown([(0.5, -0.05), (0.5, 0.15), (0.38, 0.4), (0.0, 0.5)]), (0, 0, 0))]
    for k in range(22):
        d = rng.normal(size=3)
        d[1] = abs(d[1]) * 0.9 + 0.15
        d /= np.linalg.norm(d)
        if d[2] > 0.75:
            continue
        base = d * [0.42, 0.42, 0.42]
        shells.append(sweep(np.stack([base, base + d * 0.2, base + d * 0.2 + [0, 0.18, -0.05]]), [0.13, 0.09, 0.005], 8))
    return shells


@family("hair bun", "hair")
def _bun_hair(rng: Rng) -> Shells:
    dome = ball((0.5, 0.45, 0.52), 24, 13)
    return [dome, moved(ball(0.22, 18, 10), (0, 0.35, -0.38)), moved(ring(0.13, 0.04), (0, 0.3, -0.3))]


@family("ponytail", "hair", "front")
def _pony(rng: Rng) -> Shells:
    line = smooth([(0, 0.4, 0.25), (0, 0.45, 0.0), (0, 0.1, -0.25), (0, -0.5, -0.2)], 20)
    return [sweep(line, np.array([0.08, 0.08, 0.09, 0.11, 0.13, 0.15, 0.16, 0.17, 0.17, 0.17, 0.17, 0.16, 0.16, 0.15, 0.14, 0.12, 0.1, 0.08, 0.05, 0.01]), 14)]


@family("beard", "beard", "back")
def _beard(rng: Rng) -> Shells:
    tall = rng.uniform(0.5, 0.9)
    out = smooth([(0.42, 0.2), (0.4, -0.1), (0.2, -tall * 0.8), (0.0, -tall), (-0.2, -tall * 0.8), (-0.4, -0.1), (-0.42, 0.2), (-0.25, 0.05), (0, 0.0), (0.25, 0.05)], 40)[:-1]
    v, f = plate(out, 0.14)
    v = v.copy()
    v[:, 2] -= 0.9 * v[:, 0] ** 2
    return [(v, f)]


@family("moustache", "beard", "back")
def _moustache(rng: Rng) -> Shells:
    half = smooth([(0, 0.0, 0), (0.2, -0.06, 0), (0.4, 0.0, -0.06), (0.5, 0.15, -0.12)], 14)
    width = np.array([0.07, 0.085, 0.09, 0.09, 0.085, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.015, 0.006])
    side = sweep(half, width, 10)
    return [side, moved(side, (0, 0, 0), (-1, 1, 1))]


@family("glasses", "glasses", "back")
def _glasses(rng: Rng) -> Shells:
    frame = turned(ring(0.2, 0.025, 28, 8), 0, 90)
    bow = sweep([(0.44, 0.05, 0), (0.48, 0.06, -0.1), (0.48, 0.05, -0.7), (0.47, -0.08, -0.85)], 0.02, 8)
    bridge = sweep(smooth([(-0.06, 0.03, 0), (0, 0.07, 0), (0.06, 0.03, 0)], 7), 0.022, 8)
    shells = [moved(frame, (0.25, 0, 0)), moved(frame, (-0.25, 0, 0)), bridge, bow, moved(bow, (0, 0, 0), (-1, 1, 1))]
    if rng.random() < 0.5:
        lens = turned(lathe([(0.2, -0.006), (0.2, 0.006)], 28), 0, 90)
        shells += [moved(lens, (0.25, 0, 0)), moved(lens, (-0.25, 0, 0))]
    return shells


# Handles, knobs, spouts.


@family("bar handle", "handle", "back")
def _bar(rng: Rng) -> Shells:
    r = rng.uniform(0.03, 0.05)
    post = turned(lathe([(r, 0), (r, 0.22)], 12), 0, 90)
    return [turned(lathe([(r * 1.2, -0.5), (r * 1.2, 0.5)], 14), 2, 90), moved(post, (0.36, 0, -0.2)), moved(post, (-0.36, 0, -0.2))]


@family("bow handle", "handle", "back")
def _bow_handle(rng: Rng) -> Shells:
    out = rng.uniform(0.25, 0.4)
    return [sweep(smooth([(0, -0.5, 0), (0, -0.45, out * 0.8), (0, 0, out), (0, 0.45, out * 0.8), (0, 0.5, 0)], 22), 0.06, 12, rng.uniform(0.7, 1.3))]


@family("cup handle", "handle", "left")
def _cup_handle(rng: Rng) -> Shells:
    low = rng.uniform(0.25, 0.45)
    return [sweep(smooth([(0, 0.4, 0), (0.3, 0.42, 0), (0.42, 0.1, 0), (0.28, -low, 0), (0, -0.45, 0)], 22), 0.06, 12)]


@family("round knob", "handle", "back")
def _knob(rng: Rng) -> Shells:
    neck = rng.uniform(0.14, 0.22)
    return [turned(lathe(smooth([(0.28, 0), (neck, 0.15), (neck, 0.3), (0.45, 0.5), (0.5, 0.68), (0.3, 0.85), (0.02, 0.88)], 26), 24), 0, 90)]


@family("ring handle", "handle", "back")
def _ring_handle(rng: Rng) -> Shells:
    return [moved(turned(ring(0.38, 0.05), 0, 90), (0, -0.38, 0.05)), turned(lathe([(0.16, -0.06), (0.14, 0.06), (0.08, 0.1)], 18), 0, 90)]


@family("spout", "spout", "back")
def _spout(rng: Rng) -> Shells:
    line = smooth([(0, -0.35, -0.35), (0, -0.2, -0.05), (0, 0.15, 0.1), (0, 0.4, 0.4)], 18)
    return [sweep(line, np.linspace(0.16, 0.07, 18), 16)]


# Roofs and plain shapes.


@family("gable roof", "roof")
def _gable(rng: Rng) -> Shells:
    tall = rng.uniform(0.35, 0.6)
    return [plate([(-0.55, 0), (0.55, 0), (0.55, 0.06), (0, tall), (-0.55, 0.06)], rng.uniform(0.8, 1.2))]


@family("dome", "roof")
def _dome(rng: Rng) -> Shells:
    a = np.linspace(0, np.pi / 2, 12)
    return [lathe(np.stack([0.5 * np.cos(a), rng.uniform(0.4, 0.6) * np.sin(a)], 1), 32), moved(lathe([(0.03, 0), (0.06, 0.08), (0.0, 0.2)], 12), (0, 0.45, 0))]


@family("onion dome", "roof")
def _onion(rng: Rng) -> Shells:
    fat = rng.uniform(0.5, 0.6)
    return [lathe(smooth([(0.38, 0), (fat, 0.25), (0.4, 0.55), (0.1, 0.8), (0.02, 1.1)], 26), 28)]


@family("pyramid roof", "roof")
def _pyramid_roof(rng: Rng) -> Shells:
    square = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    tall = rng.uniform(0.5, 0.9)
    return [rings(np.array([[(w * x, h, w * z) for x, z in square] for w, h in ((0.5, 0), (0.5, 0.05), (0.005, tall))]))]


@family("cone roof", "roof")
def _cone_roof(rng: Rng) -> Shells:
    return [lathe([(0.5, 0), (0.52, 0.03), (0.25, rng.uniform(0.4, 0.5)), (0.0, 1.0)], 28)]


@family("chimney stack", "roof")
def _chimney(rng: Rng) -> Shells:
    return [moved(block((0.3, 0.8, 0.3)), (0, 0.4, 0)), moved(block((0.38, 0.1, 0.38)), (0, 0.78, 0)), moved(lathe([(0.09, 0), (0.07, 0.2)], 14), (0, 0.8, 0))]


@family("cube", "shape")
def _cube(rng: Rng) -> Shells:
    return [block((1, 1, 1), 0.04)]


@family("sphere", "shape")
def _sphere(rng: Rng) -> Shells:
    return [ball(0.5, 32, 17)]


@family("cylinder", "shape")
def _cylinder(rng: Rng) -> Shells:
    return [lathe([(0.38, 0), (0.4, 0.02), (0.4, 0.98), (0.38, 1.0)], 32)]


@family("cone", "shape")
def _cone(rng: Rng) -> Shells:
    return [lathe([(0.45, 0), (0.0, 1.0)], 32)]


@family("pyramid", "shape")
def _pyramid(rng: Rng) -> Shells:
    square = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    return [rings(np.array([[(w * x, h, w * z) for x, z in square] for w, h in ((0.5, 0), (0.003, 0.8))]))]


@family("torus", "shape")
def _torus(rng: Rng) -> Shells:
    return [ring(0.36, 0.14, 36, 16)]


@family("egg", "shape")
def _egg(rng: Rng) -> Shells:
    return [lathe(smooth([(0.0, 0), (0.33, 0.15), (0.38, 0.42), (0.25, 0.85), (0.0, 1.0)], 22), 28)]


@family("star", "shape")
def _star(rng: Rng) -> Shells:
    points = int(rng.integers(5, 7))
    a = np.pi / 2 + np.pi * np.arange(2 * points) / points
    r = np.where(np.arange(2 * points) % 2 == 0, 0.5, 0.22)
    return [plate(r[:, None] * np.stack([np.cos(a), np.sin(a)], 1), 0.14)]


@family("heart shape", "shape")
def _heart(rng: Rng) -> Shells:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [plate(np.stack([x, y], 1)[::-1] / 34, 0.2)]


@family("crescent moon", "shape")
def _moon(rng: Rng) -> Shells:
    a, b = np.linspace(0.3 * np.pi, 1.7 * np.pi, 26), np.linspace(1.62 * np.pi, 0.38 * np.pi, 20)
    outer = 0.5 * np.stack([np.cos(a), np.sin(a)], 1)
    return [plate(np.concatenate([outer, 0.42 * np.stack([np.cos(b), np.sin(b)], 1) + [0.14, 0]]), 0.12)]


@family("spring", "shape")
def _spring(rng: Rng) -> Shells:
    t = np.linspace(0, 1, 110)
    a = 2 * np.pi * int(rng.integers(5, 8)) * t
    return [sweep(np.stack([0.25 * np.cos(a), t, 0.25 * np.sin(a)], 1), 0.035, 7)]


@family("finial ball", "lid")
def _finial(rng: Rng) -> Shells:
    return [lathe(smooth([(0.25, 0), (0.12, 0.12), (0.14, 0.2), (0.34, 0.45), (0.2, 0.75), (0.05, 0.9), (0.0, 1.0)], 28), 24)]
