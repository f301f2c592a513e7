# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that Blender talks to starts with nothing heavy, greets, and ends with its stdin."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

from backend import __version__
from backend.contract.protocol import read_message


def test_nothing_heavy_is_imported_to_serve(checkout: Path) -> None:
    program = "import backend.__main__, backend.commands.serve, backend.service.server, sys, json\n"
    program += "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    output = subprocess.run([sys.executable, "-c", program], cwd=checkout, capture_output=True)
    loaded = set(json.loads(output.stdout))
    assert not loaded & {"scipy", "trimesh", "embreex", "PIL", "torch", "safetensors", "tqdm"}


def test_it_greets_and_ends_when_nobody_talks_to_it(checkout: Path) -> None:
    command = [sys.executable, "-m", "backend", "serve"]
    done = subprocess.run(command, cwd=checkout, input=b"", capture_output=True, timeout=60)
    hello = read_message(io.BytesIO(done.stdout))
    assert hello is not None
    assert hello.type == "hello"
    assert hello.body["version"] == __version__
    assert done.returncode == 0
