# SPDX-License-Identifier: GPL-3.0-or-later
"""Run as a program, on a Python with torch: the backend with large networks of tiny random weights.

Their models are made in the folder that is named, those alone whose names follow. While there is a
file "slow" in it, their sampling takes its time.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path
from typing import Any


def main(folder: str, names: list[str]) -> None:
    os.environ["PARTWISE_HOME"] = folder
    home = Path(folder)

    from backend.engines import projected
    from backend.latents import completion, generation
    from backend.service.server import serve
    from backend.service.session import Session
    from tests.backend.latents.tiny_models import LITTLE, little, tiny_model

    for name in names:
        if not (home / "models" / name).is_dir():
            tiny_model(home, name)
    for name in LITTLE:
        module: Any = importlib.import_module(f"backend.engines.{name}")
        real = module.load
        module.load = lambda name=name, real=real: little_of(name, real, little)
    projected.USUAL_FACES = 500
    for module in (completion, generation):
        module.sample = slowly(module.sample, home / "slow")
    serve(Session())


def little_of(name: str, real: Any, little: Any) -> Any:
    """The engine that asks little; `little` loads it by the function that stands there again."""
    module: Any = importlib.import_module(f"backend.engines.{name}")
    standing, module.load = module.load, real
    try:
        return little(name)
    finally:
        module.load = standing


def slowly(sample: Any, slow: Path) -> Any:
    def taking_its_time(*given: Any, **named: Any) -> Any:
        while slow.exists():
            named["progress"].step()
            time.sleep(0.01)
        return sample(*given, **named)

    return taking_its_time


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(sys.argv[1], sys.argv[2:])
