# SPDX-License-Identifier: GPL-3.0-or-later
"""Licences with limits wait for consent, which is remembered with the licence's name and date."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.checkpoints import licences
from backend.checkpoints.public import MODELS
from backend.contract.errors import ConsentNeeded
from tests.backend.checkpoints.toy_model import toy

LIMITED = toy(licence="CC-BY-NC-4.0", commercial=False, licence_page="https://example.org/nc")


def test_free_models_need_no_consent(tmp_path: Path) -> None:
    for model in (toy(), *(model for model in MODELS if model.licence == "MIT")):
        licences.require(model, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"commercial": False}, "not for commercial use"),
        ({"territories": "the EU, the UK"}, "not in the EU, the UK"),
        ({"gated": True}, "only for those to whom its authors give it"),
    ],
)
def test_limits_are_said_with_where_to_read_them(
    limits: dict[str, object], words: str, tmp_path: Path
) -> None:
    model = toy(licence="Own", licence_page="https://example.org/own", **limits)
    with pytest.raises(ConsentNeeded, match=f"Toy, Own, has limits: {words}") as caught:
        licences.require(model, tmp_path)
    assert "https://example.org/own" in caught.value.hint
    assert "models download toy --accept-licence" in caught.value.hint


def test_consent_is_remembered_with_name_and_date(tmp_path: Path) -> None:
    home = tmp_path / "not there yet"
    licences.consent(LIMITED, home)
    licences.consent(toy(name="other", commercial=False), home)
    licences.require(LIMITED, home)
    said = json.loads((home / licences.FILE).read_text(encoding="utf-8"))
    assert set(said) == {"toy", "other"}
    assert said["toy"]["licence"] == "CC-BY-NC-4.0"
    assert said["toy"]["page"] == "https://example.org/nc"
    given = datetime.fromisoformat(said["toy"]["date"])
    assert abs(datetime.now(UTC) - given) < timedelta(minutes=1)


def test_another_licence_is_asked_for_again(tmp_path: Path) -> None:
    licences.consent(LIMITED, tmp_path)
    with pytest.raises(ConsentNeeded):
        licences.require(toy(licence="CC-BY-NC-5.0", commercial=False), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"toy": 3}',
        '{"toy": {}}',
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_what_cannot_be_read_is_no_consent(text: str, tmp_path: Path) -> None:
    (tmp_path / licences.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConsentNeeded):
        licences.require(LIMITED, tmp_path)
