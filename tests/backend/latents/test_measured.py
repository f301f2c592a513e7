# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says that it needs is what a run takes, operation by operation, in full size."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.machine.plan import HELD  # noqa: E402
from tests.backend.latents.full_size import MODELS, counting, table  # noqa: E402


@pytest.mark.parametrize("name", MODELS)
def test_every_rung_holds_what_a_run_takes_and_not_much_more(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = MODELS[name].ladder(None)
    for plan in plans:
        with counting(monkeypatch) as card:
            MODELS[name].run(plan, card)
        assert 1.02 <= (plan.needs - HELD) / card.most < 1.25, plan
        assert card.held == 0


def test_the_guide_tells_what_is_planned(checkout: Path) -> None:
    told = (checkout / "docs/models.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in told if " GB | " in row and row.startswith("| `")][-16:] == table()
