# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests in the window of a real Blender: ``python tests/gui/run.py [STEP...]``.

GUI_BLENDER is a program, with options if it needs some, that starts Blender in a window with the
arguments it is given. The package for that Blender is built, installed through Blender's own
installer, and used as an artist would; pictures go to out/gui. Exit status 0 also when there is no
such Blender: it then says why.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "out/gui"
NOT_SET_UP = 125  # what the starter says when it cannot start anything
EXPRESSION = "import sys; print('python', *sys.version_info[:2])"

sys.path.insert(0, str(ROOT))
import build_addon  # noqa: E402
from tests.gui.local_wheels import wheel_of_the_hub  # noqa: E402


def main() -> int:
    program, *options = shlex.split(os.environ.get("GUI_BLENDER", "blender"))
    found = shutil.which(program)
    if found is None:
        return skip("there is no Blender; set GUI_BLENDER to a program that starts one in a window")
    starter = [found, *options]
    probe = subprocess.run(
        [*starter, "--background", "--factory-startup", "--python-expr", EXPRESSION],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    version = re.search(r"^python (\d+) (\d+)", probe.stdout, re.M)
    if probe.returncode == NOT_SET_UP or version is None:
        return skip(f"Blender does not start here: {probe.stderr.strip()[-300:]}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    if "large_networks" in sys.argv:
        make_models(PICTURES)
        trust_what_is_trusted_here(PICTURES / "certificates.pem")
    target = build_addon.Target("linux-x64", ".".join(version.groups()))
    package = build_addon.build(target, PICTURES, build_addon.find_tool())
    wheel_of_the_hub(PICTURES / "wheels")
    arguments = ["--factory-startup", "--enable-event-simulate", "--python-exit-code", "1"]
    script = ["--python", ROOT / "tests/gui/drive.py", "--", package, PICTURES, *sys.argv[1:]]
    return subprocess.run([*starter, *arguments, *script], cwd=ROOT).returncode


def make_models(folder: Path) -> None:
    """The models of the step `large_networks`, with tiny random weights."""
    from tests.backend.latents.tiny_models import CONFIGS, tiny_model

    for name in CONFIGS:
        if not (folder / "models" / name).is_dir():
            tiny_model(folder, name)


def trust_what_is_trusted_here(copy: Path) -> None:
    """Let a system of its own, in which Blender runs, trust the certificates of this one."""
    known = ssl.get_default_verify_paths().cafile
    if known is not None:
        shutil.copy(known, copy)
        os.environ["SSL_CERT_FILE"] = str(copy)


def skip(reason: str) -> int:
    print(f"Skipped: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
