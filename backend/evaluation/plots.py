# SPDX-License-Identifier: GPL-3.0-or-later
"""Plots of what was measured: Rand error by kind of label, and IoU against clicks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..files.readers import replace_on_success
from .clicks import CLICKS
from .runner import Measured, groups

# Okabe and Ito's colours, which people tell apart whatever their eyes; with different markers.
STYLES = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"))
PROTOCOLS = {"corrective": "-", "random": ":"}
CONFIDENCE = 1.96  # standard errors on both sides of a mean, for 95 %


def need_matplotlib() -> None:
    """Raises BadInput where matplotlib, which only training and measuring use, is missing."""
    if find_spec("matplotlib") is None:
        raise BadInput(
            "Plots need matplotlib, which is not installed.",
            "Run python -m pip install --require-hashes -r requirements/train.lock, or leave them.",
        )


def write_plot(path: Path, task_name: str, sections: Mapping[str, Sequence[Measured]]) -> None:
    """Write the plot of ``segment`` or ``click``, with a panel or a row for each section."""
    need_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained", dpi=110)
    {"segment": _rand_errors, "click": _clicks}[task_name](figure, sections)
    with replace_on_success(path) as temporary:
        figure.savefig(temporary, format="png")


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % interval; NaN where there is nothing to spread."""
    known = np.array(values)[np.isfinite(values)]
    if len(known) < 2:
        return float(known.mean()) if len(known) else np.nan, np.nan
    return float(known.mean()), CONFIDENCE * float(known.std(ddof=1)) / len(known) ** 0.5


def _rand_errors(figure: Any, sections: Mapping[str, Sequence[Measured]]) -> None:
    """A dot for each object, and the mean of each kind with its interval."""
    panels = {title: groups(measured) for title, measured in sections.items()}
    figure.set_size_inches(4 + 1.1 * sum(map(len, panels.values())), 5)
    ratios = [max(len(kinds), 1) for kinds in panels.values()]
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False, width_ratios=ratios)[0]
    for axis, (title, kinds) in zip(axes, panels.items(), strict=True):
        for place, group in enumerate(kinds.values()):
            engines = list(group[0].figures)
            for k, engine in enumerate(engines):
                colour, marker = STYLES[k % len(STYLES)]
                x = place + 0.8 * ((k + 0.5) / len(engines) - 0.5)
                values = [one.figures[engine]["rand"] for one in group]
                beside = x + _jitter(len(values)) / len(engines)
                axis.scatter(beside, values, s=12, c=colour, alpha=0.4, linewidths=0)
                mean, error = mean_and_error(values)
                look = {"color": colour, "marker": marker, "ms": 8, "mec": "white", "capsize": 5}
                axis.errorbar(x, mean, error, **look, label=engine if place == 0 else None)
        labels = [f"{kind}\n{len(group)}" for kind, group in kinds.items()]
        axis.set_xticks(range(len(kinds)), labels, fontsize=8)
        axis.set_title(title, fontsize=10)
        axis.grid(axis="y", alpha=0.3)
    axes[0].set_ylabel("Rand error (lower is better)")
    axes[0].set_ylim(bottom=0)
    axes[0].legend(frameon=False)
    figure.suptitle("Each object, and the mean of each kind with its 95 % interval", fontsize=11)


def _jitter(count: int) -> NDArray[np.float64]:
    """Offsets (count,) that keep dots apart: golden ratio steps over -0.25..0.25."""
    return (np.arange(count) * 0.618034 % 1 - 0.5) / 2


def _clicks(figure: Any, sections: Mapping[str, Sequence[Measured]]) -> None:
    """Mean IoU against the number of clicks: a row for each section, a panel for each kind."""
    rows = {title: groups(measured) for title, measured in sections.items()}
    width = max(len(kinds) for kinds in rows.values())
    figure.set_size_inches(3 * max(width, 2), 2.9 * len(rows) + 0.6)
    axes = figure.subplots(len(rows), width, sharex=True, sharey=True, squeeze=False)
    handles: dict[str, Any] = {}
    for line, (title, kinds) in zip(axes, rows.items(), strict=True):
        for axis in line[len(kinds) :]:
            axis.set_axis_off()
        for axis, (kind, group) in zip(line, kinds.items(), strict=False):
            for k, engine in enumerate(group[0].figures):
                for protocol, dash in PROTOCOLS.items():
                    points = [
                        mean_and_error([one.figures[engine][f"{protocol}_{n}"] for one in group])
                        for n in CLICKS
                    ]
                    mean, error = np.array(points).T
                    colour, marker = STYLES[k % len(STYLES)]
                    handle = axis.plot(CLICKS, mean, dash, c=colour, marker=marker, ms=4)[0]
                    low, high = np.clip([mean - error, mean + error], 0, 1)
                    axis.fill_between(CLICKS, low, high, fc=colour, alpha=0.12)
                    handles.setdefault(f"{engine}, {protocol}", handle)
            axis.set_title(f"{title}: {kind}, {len(group)}", fontsize=9)
            axis.grid(alpha=0.3)
            axis.set_xticks(CLICKS)
            axis.set_ylim(0, 1)
        line[0].set_ylabel("IoU")
    for axis in axes[-1]:
        axis.set_xlabel("clicks")
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=4, frameon=False)
    figure.suptitle("Mean IoU with its 95 % interval", fontsize=11)
