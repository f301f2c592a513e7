# SPDX-License-Identifier: GPL-3.0-or-later
"""``serve``: the backend process that Blender talks to, in frames on stdin and stdout."""

from __future__ import annotations

from argparse import Namespace

from .console import Console


def run(_options: Namespace, _console: Console) -> int:
    """Serve until stdin ends. Returns the exit status."""
    from ..server import serve

    return serve()
