# SPDX-License-Identifier: GPL-3.0-or-later
"""``serve``: the backend process that Blender talks to, in frames on stdin and stdout."""

from __future__ import annotations

from argparse import Namespace
from typing import NoReturn

from .console import Console


def run(_options: Namespace, _console: Console) -> NoReturn:
    """Serve until stdin ends; the server ends the process itself."""
    from ..service.server import serve

    serve()
