# SPDX-License-Identifier: GPL-3.0-or-later
"""In which numbers devices compute."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="precision is a matter of torch")

from backend.machine import precision as numbers  # noqa: E402
from backend.machine.device import Device  # noqa: E402
from backend.machine.precision import precision  # noqa: E402

measure = numbers.halves_are_faster  # before tests pin it


@pytest.mark.parametrize(
    ("kind", "generation", "wanted"),
    [
        ("cpu", 0, torch.float32), ("mps", 0, torch.float16), ("rocm", 0, torch.bfloat16),
        ("xpu", 0, torch.bfloat16), ("cuda", 7, torch.float16), ("cuda", 8, torch.bfloat16),
        ("cuda", 12, torch.bfloat16),
    ],
)  # fmt: skip
def test_numbers_are_those_that_a_device_is_made_for(
    monkeypatch: pytest.MonkeyPatch, kind: str, generation: int, wanted: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (generation, 5))
    assert precision(Device(kind, "card")) is wanted


@pytest.mark.parametrize(("times", "wanted"), [(1.2, torch.float32), (4.0, torch.bfloat16)])
def test_a_processor_is_measured(
    monkeypatch: pytest.MonkeyPatch, times: float, wanted: torch.dtype
) -> None:
    took = {torch.float32: 1.0, torch.bfloat16: 1.0 / times}
    monkeypatch.setattr(numbers, "_seconds", lambda kind, most=1.0: took[kind])
    monkeypatch.setattr(numbers, "halves_are_faster", measure.__wrapped__)
    assert precision(Device("cpu", "processor")) is wanted


def test_a_measurement_is_short_and_of_some_time() -> None:
    assert 0 < numbers._seconds(torch.float32) < 1
