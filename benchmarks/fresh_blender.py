# SPDX-License-Identifier: GPL-3.0-or-later
"""A Blender that nobody used before, as a process of its own: for benchmarks and install tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODULE = "bl_ext.user_default.partwise"

INSTALL = """
bpy.ops.extensions.package_install_files(
    filepath=argument["package"], repo="user_default", enable_on_install=argument["enable"]
)
bpy.ops.wm.save_userpref()
answer = "bl_ext.user_default.partwise" in bpy.context.preferences.addons
"""

# The module loads NumPy for its sounds as it is imported, which a start of Blender does not.
IMPORT = """
import sys
sys.modules["numpy"] = None
import bpy
del sys.modules["numpy"]
"""


class FreshBlender:
    """Settings and extensions in `home`, which is made; Blender is the bpy module of `python`."""

    def __init__(self, home: Path, python: str | Path = sys.executable) -> None:
        self.home = home
        self.python = python
        home.mkdir(parents=True, exist_ok=True)

    @property
    def extensions(self) -> Path:
        """Where Blender keeps what was installed. Raises IndexError before the first run."""
        return next(self.home.glob(".config/blender/*/extensions"))

    def install(self, package: Path, *, enable: bool = True) -> bool:
        """Install a package as an artist would; returns whether it is enabled now."""
        return bool(self.run(INSTALL, {"package": str(package), "enable": enable}))

    def run(self, code: str, argument: Any = None, before: Callable[[], None] | None = None) -> Any:
        """Start Blender, run `code` in it, end it; returns what the code left in `answer`.

        `argument` (what JSON can hold) is there under that name; `before` runs in the process
        before Python. Raises RuntimeError with Blender's output when the code fails.
        """
        file = self.home / "answer.json"  # Blender itself writes to stdout, at its end too
        file.unlink(missing_ok=True)
        head = f"{IMPORT}import json\nargument = json.loads({json.dumps(argument)!r})\n"
        tail = f"\nwith open({str(file)!r}, 'w') as file:\n    json.dump(answer, file)\n"
        keep = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR", "LD_LIBRARY_PATH")
        done = subprocess.run(
            [self.python, "-I", "-c", f"{head}{code}{tail}"],
            env={
                **{name: os.environ[name] for name in keep if name in os.environ},
                "HOME": str(self.home),
                "USERPROFILE": str(self.home),
            },
            cwd=self.home,
            preexec_fn=before,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=300,
        )
        if done.returncode != 0:
            raise RuntimeError(f"Blender ended with status {done.returncode}:\n{done.stdout}")
        return json.loads(file.read_text())
