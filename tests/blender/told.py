# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look may have found: an engine, findings and models, as the set-up card gets them."""

from __future__ import annotations

from typing import Any

from partwise.backend.contract.setup import SetupTold

FREE = {
    "name": "holopart",
    "title": "HoloPart",
    "state": "missing",
    "trouble": "",
    "download_bytes": 3_830_000_000,
    "kept_bytes": 3_830_000_000,
    "bytes": 0,
    "memory_bytes": 3_230_000_000,
    "unlocks": "Completes what is hidden of parts by what it learned from many objects.",
    "licence": "MIT",
    "licence_page": "https://opensource.org/license/mit",
    "terms": "Free for every use, also a commercial one.",
    "page": "https://huggingface.co/VAST-AI/HoloPart",
    "limits": "",
    "consent": True,
}
LIMITED = {
    **FREE,
    "name": "limited",
    "title": "Limited",
    "licence": "CC-BY-NC-4.0",
    "licence_page": "https://creativecommons.org/licenses/by-nc/4.0",
    "terms": "May be shared and changed by who names its authors.",
    "limits": "not for commercial use, not in the EU",
    "consent": False,
}
ENGINE = {
    "state": "missing",
    "accelerator": "",
    "label": "",
    "python": "",
    "own": "",
    "trouble": "",
    "bytes": 0,
    "left": 0,
}
INSTALLED = {
    **ENGINE,
    "state": "here",
    "accelerator": "cuda13",
    "label": "NVIDIA, CUDA 13",
    "python": "3.11.9",
    "bytes": 7_100_000_000,
}
OWN = {
    **INSTALLED,
    "accelerator": "rocm",
    "label": "AMD, ROCm",
    "own": "/opt/torch/bin/python",
    "bytes": 0,
}
CHOICE = {
    "accelerator": "cuda13",
    "label": "NVIDIA, CUDA 13",
    "download_bytes": 3_000_000_000,
    "installed_bytes": 7_000_000_000,
}
ACCELERATORS = [
    {"name": "cuda13", "label": "NVIDIA, CUDA 13"},
    {"name": "cpu", "label": "processor"},
]
FINDINGS = [
    {"about": "disk", "level": "ok", "text": "7.5 GB are needed, 90 GB are free.", "advice": ""},
    {
        "about": "graphics",
        "level": "warning",
        "text": "NVIDIA's driver 560.1 is for CUDA 12.",
        "advice": "From 580 on it would be CUDA 13.",
    },
]
NO_ROOM = {
    "about": "disk",
    "level": "stop",
    "text": "8.0 GB are needed, and there are 2.0 GB.",
    "advice": "Free some space, or choose a folder on another disk.",
}
OFFLINE = {
    "about": "network",
    "level": "stop",
    "text": "Going online is not allowed.",
    "advice": "Allow Online Access in Blender's preferences (System), or use an offline pack.",
}


def told(
    engine: dict[str, Any] = ENGINE,
    *models: dict[str, Any],
    findings: list[dict[str, Any]] | None = None,
    choice: dict[str, Any] = CHOICE,
) -> SetupTold:
    """What a look found."""
    rows = list(models or (FREE, LIMITED))
    found = FINDINGS if findings is None else findings
    return SetupTold("/home/ann/large", dict(engine), dict(choice), ACCELERATORS, found, rows)
