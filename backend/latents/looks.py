# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for a cancel inside of a network, of which one pass takes seconds on a processor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from torch import nn

from ..contract.progress import Progress


@contextmanager
def counted(network: nn.Module, progress: Progress, passes: int = 1) -> Iterator[bool]:
    """While it lasts, blocks of a network on the processor step a progress before they work.

    passes : how often the network will be asked. Yields whether it does: a graphics card is told
    its work long before it is done, so that steps between blocks would say nothing there. What the
    progress raises goes through the network.
    """
    weight = next(network.parameters(), None)
    if weight is None or weight.device.type != "cpu":
        yield False
        return
    blocks = [
        block
        for name, some in network.named_modules()
        if isinstance(some, nn.ModuleList) and name.rpartition(".")[2] == "blocks"
        for block in some
    ]
    done = 0

    def look(*_: object) -> None:
        nonlocal done
        progress.step(min(done / (passes * len(blocks)), 1.0))
        done += 1

    with ExitStack() as stack:
        for block in blocks:
            stack.callback(block.register_forward_pre_hook(look).remove)
        yield True
