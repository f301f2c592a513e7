# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine with large networks costs here, in words: how long, where, in how much memory.

Estimates from what its networks have to compute and what processors and cards of today do of that;
drivers are asked, torch is not loaded.
"""

from __future__ import annotations

from math import ceil

from ..checkpoints.public import MODELS
from ..contract.engines import About
from ..machine import cpu
from ..machine.device import usable

CARD = 25e12  # operations a second of a graphics card, most of which wait for its memory
CORE = 25e9  # of a core of a processor, in numbers of 32 bits
BESIDE = 0.7e9  # bytes of a card that a sampling takes beside the largest network
EACH = {"complete": "part", "generate": "picture", "replace": "variant"}


def cost(about: About) -> str:
    """A sentence for people; empty for an engine without work that is worth one."""
    if not about.work:
        return ""
    largest = max((model.memory for model in MODELS if model.name in about.weights), default=0)
    on_card = f"about {duration(about.work * 1e15 / CARD)}"
    room = f"{ceil((largest + BESIDE) / 1e9)} GB"
    each = next((f" for each {EACH[verb]}" for verb in about.verbs if verb in EACH), "")
    device = usable()
    if device.kind != "cpu":
        return f"Takes {on_card}{each}, on {device.name}, in {room} of its memory."
    here = f"about {duration(about.work * 1e15 / CORE / cpu.cores())}"
    main = f"{ceil((2 * largest + BESIDE) / 1e9)} GB"  # its numbers have twice the bits there
    return (
        f"Takes {on_card}{each} on a graphics card with {room}, "
        f"{here} on this processor, in {main} of memory."
    )


def duration(seconds: float) -> str:
    """A rough time in words."""
    for size, name in ((1, "second"), (60, "minute"), (3600, "hour")):
        count = rounded(seconds / size)
        if count < 60 or name == "hour":
            break
    return f"{count} {name}{'s' * (count != 1)}"


def rounded(number: float) -> int:
    """A number of which one digit counts, and at least 1."""
    whole = max(round(number), 1)
    step = 10 ** (len(str(whole)) - 1)
    return round(number / step) * step if whole >= 10 else whole
