# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on many parts beside each other."""

import time

import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import SILENT, Progress
from backend.images.beside import beside


def test_results_come_in_the_order_of_the_items():
    def slow(item):
        time.sleep(0.01 * (3 - item))
        return item * 10

    assert beside(slow, [0, 1, 2, 3], SILENT) == [0, 10, 20, 30]
    assert beside(slow, [], SILENT) == []


def test_after_a_cancel_no_item_is_begun():
    begun = []

    def cancel(*_):
        raise Cancelled

    def work(item):
        begun.append(item)
        time.sleep(0.02)

    with pytest.raises(Cancelled):
        beside(work, list(range(50)), Progress(cancel))
    assert len(begun) < 10
