# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says that it needs is what a run takes, operation by operation, in full size."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.machine.plan import HELD  # noqa: E402
from tests.backend.latents.full_size import MODELS, counting, table  # noqa: E402


@pytest.mark.parametrize("name", MODELS)
def test_rungs_hold_what_a_run_takes_and_not_much_more(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MODELS[name].shallow()
    plans = model.ladder()
    assert len(plans) > 3
    for plan in plans[:-1:2] + plans[-1:]:
        with counting(monkeypatch) as card:
            model.run(plan, card)
        assert 1.0 <= (plan.needs - HELD) / card.most < 1.4, plan
        assert card.held == 0


@pytest.mark.parametrize(("name", "rung"), [("holopart", 1), ("scribble", -1)])
def test_in_full_depth_too(name: str, rung: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = MODELS[name].ladder()[rung]
    with counting(monkeypatch) as card:
        MODELS[name].run(plan, card)
    assert 1.02 <= (plan.needs - HELD) / card.most < 1.2


def test_the_guide_tells_what_is_planned(checkout: Path) -> None:
    told = (checkout / "docs/models.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in told if " GB | " in row and row.startswith("| `")][-16:] == table()
