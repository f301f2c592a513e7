# SPDX-License-Identifier: GPL-3.0-or-later
"""The velocity that a transformer gives to latents under guidance, for each step of a sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..models.dit import Context, DiT
from .levels import guided

WARM_UPS = 2  # of a network before its work is recorded


class Velocity:
    """A guided velocity, for `flow.sample`.

    All branches of guidance go through the network at once, or `apart`, one after the other, which
    takes less memory. On CUDA the work of a step is recorded
    at the first and replayed at the others (CUDA graphs), so that the processor need not tell it
    again, kernel by kernel; it is never more than a step ahead, so that a cancel is heard.

    contexts : see `DiT.context`; `first` of each is the number of the branch from which on it is
    there. scales : of guidance, of each branch but the first; without any there is one branch.
    codes : (N, P) see `DiT`. replay : None records where that can be done.
    """

    def __init__(
        self,
        network: DiT,
        contexts: Sequence[Context],
        scales: Sequence[float] = (),
        *,
        codes: Tensor | None = None,
        replay: bool | None = None,
        apart: bool = False,
    ) -> None:
        self.network, self.contexts, self.scales, self.codes = network, contexts, scales, codes
        self.dtype = network.enter.weight.dtype
        self.device = network.enter.weight.device
        self._replay = self.device.type == "cuda" if replay is None else replay
        self._apart = apart and bool(scales)
        self._graph: torch.cuda.CUDAGraph | None = None
        self._before: torch.cuda.Event | None = None  # the end of the last step
        self._x = self._time = self._answer = torch.empty(0)

    def __call__(self, x: Tensor, time: float) -> Tensor:
        """Velocity (G, P, T, C) of latents of that shape at a time in 0..1000, in float32."""
        with torch.inference_mode():
            if not self._replay:
                moment = torch.full((), time, device=self.device)
                return self._asked(x.to(self.device), moment)
            if self._graph is None:
                self._record(x, time)
            self._x.copy_(x)
            self._time.fill_(time)
            assert self._graph is not None
            self._graph.replay()
            answer = self._answer.clone()
            self._keep_pace()
            return answer

    @property
    def passes(self) -> int:
        """How often the network is asked in a step."""
        return 1 + len(self.scales) if self._apart else 1

    def _asked(self, x: Tensor, moment: Tensor) -> Tensor:
        count = 1 + len(self.scales)
        rows = x.to(self.dtype).expand(count, *x.shape)
        if self._apart:
            alone = [self._branch(number, rows[:1], moment) for number in range(count)]
            said = torch.cat(alone)
        else:
            said = self.network(rows, moment, self.contexts, self.codes)
        return guided(said.float(), self.scales)

    def _branch(self, number: int, row: Tensor, moment: Tensor) -> Tensor:
        """What one branch says (1, G, P, T, C)."""
        contexts = [replace(one, first=int(one.first > number)) for one in self.contexts]
        codes = None if self.codes is None else self.codes[number : number + 1]
        return self.network(row, moment, contexts, codes)

    def _keep_pace(self) -> None:
        """Wait for the step before the one that was just told: the card has work meanwhile."""
        if self._before is not None:
            self._before.synchronize()
        self._before = torch.cuda.Event()
        self._before.record()

    def _record(self, x: Tensor, time: float) -> None:
        self._x, self._time = x.to(self.device).clone(), torch.full((), time, device=self.device)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                self._asked(self._x, self._time)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._answer = self._asked(self._x, self._time)
