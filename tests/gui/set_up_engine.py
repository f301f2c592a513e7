# SPDX-License-Identifier: GPL-3.0-or-later
"""Run as a program, the installed backend in the place of its bootstrap; what it can install are
the wheels of the walk-through, and a model more, whose licence has limits.

PARTWISE_TEST_SETUP names a file of JSON: the folder of the backend, and the list of packages.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

LIMITED = {
    "name": "limited",
    "title": "With Limits",
    "repository": "someone/Limited",
    "unlocks": "Shows how a licence with limits is agreed to.",
    "licence": "CC-BY-NC-4.0",
    "licence_page": "https://creativecommons.org/licenses/by-nc/4.0/",
    "terms": "May be shared and changed by who names its authors.",
    "commercial": False,
}


def main(folders: list[str]) -> None:
    said = json.loads(Path(os.environ["PARTWISE_TEST_SETUP"]).read_text())
    sys.path += [said["backend"], *folders]
    from backend.checkpoints import hub, public
    from backend.installation import child, environment, lists, trial, uv
    from backend.service import server, setup

    pins = lists.parse(said["packages"], "of the walk-through")
    lists.of = lambda *_, **__: pins  # type: ignore[assignment]

    def try_out(folder: Path, _accelerator: str, home: Path, progress: Any) -> str:
        """What stands for torch: whether the packages can be imported."""
        words = [str(environment.python_in(folder)), "-I", "-c", "import huggingface_hub, numpy"]
        ended = child.run(words, environment.variables(home), progress)
        assert ended.status == 0, ended.said
        time.sleep(0.5)
        return "It works."

    trial.try_out = try_out
    limited = replace(public.public_model("holopart"), **LIMITED)
    public.MODELS = setup.MODELS = (*public.MODELS, limited)
    hub.PAUSE, uv.TRIES = 0.05, 0
    server.serve()


if __name__ == "__main__":
    main(sys.argv[2:])
