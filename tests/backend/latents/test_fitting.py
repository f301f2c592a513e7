# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a folder are looked at only where PyTorch can read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.checkpoints.public import public_model
from backend.contract.errors import PartwiseError
from backend.latents import fitting


def test_without_torch_nothing_is_said_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "find_spec", lambda _name: None)
    fitting.fits(public_model("holopart"), tmp_path)


def test_with_torch_a_folder_without_networks_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="latent networks need torch")
    with pytest.raises(PartwiseError):
        fitting.fits(public_model("holopart"), tmp_path)
