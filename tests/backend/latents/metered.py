# SPDX-License-Identifier: GPL-3.0-or-later
"""A graphics card that is not there: what tensors take is counted, and above a cap there is none.

Storages are counted from the operation that makes or first uses one until the last tensor on it is
gone. What a kernel takes inside of an operation is not seen; fused attention takes next to nothing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from backend.checkpoints.shards import Shards
from backend.machine.device import Device


class Simulated(Device):
    """A card whose work the processor does."""

    @property
    def torch_name(self) -> str:
        return "cpu"


def simulated(memory: int | None = None) -> Device:
    """A card of so many bytes."""
    return Simulated("xpu", "simulated card", memory)


class Card(TorchDispatchMode):
    """Counts bytes while it is entered, but for what is only mapped from files.

    cap : bytes that there are. fails : heard before each operation with its number; may raise.
    """

    def __init__(
        self, cap: float = float("inf"), fails: Callable[[int], None] = lambda number: None
    ) -> None:
        super().__init__()
        self.cap, self.fails = cap, fails
        self.held = self.most = self.operations = self.refusals = 0
        self._counts = True
        self._files = patch.object(Shards, "tensor", self._mapped(Shards.tensor))
        self._known: dict[int, weakref.ref[Any]] = {}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if not self._counts:
            return func(*args, **(kwargs or {}))
        self.operations += 1
        self.fails(self.operations)
        self._count((args, kwargs or {}))
        made = func(*args, **(kwargs or {}))
        self._count(made)
        if self.held > self.cap:
            self.refusals += 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate more than there is")
        return made

    def __enter__(self) -> Any:
        self._files.start()
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._files.stop()

    def _mapped(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def tensor(files: Shards, name: str) -> Any:
            with self.elsewhere():
                return read(files, name)

        return tensor

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """What is made meanwhile is not on the card, as long as no operation there uses it."""
        self._counts = False
        try:
            yield
        finally:
            self._counts = True

    def _count(self, tree: Any) -> None:
        for one in tree_leaves(tree):
            if not isinstance(one, Tensor):
                continue
            storage = one.untyped_storage()
            key = id(storage)
            if key in self._known:
                continue
            size = storage.nbytes()

            def gone(_: object, key: int = key, size: int = size) -> None:
                self._known.pop(key, None)
                self.held -= size

            self._known[key] = weakref.ref(storage, gone)
            self.held += size
            self.most = max(self.most, self.held)


@contextmanager
def fused_attention(patching: Any) -> Iterator[None]:
    """Attention as a card's fused kernel makes it, for tensors without memory: of these torch would
    take the plain one, which keeps each token's weight for each other.
    """

    def attention(q: Tensor, k: Tensor, v: Tensor, is_causal: bool = False) -> Tensor:
        q.new_empty(q.shape[:-1], dtype=torch.float32)  # logarithms of sums
        return torch.empty_like(q)

    with patching.context() as patched:
        patched.setattr(torch.nn.functional, "scaled_dot_product_attention", attention)
        yield
