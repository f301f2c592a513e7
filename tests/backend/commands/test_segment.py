# SPDX-License-Identifier: GPL-3.0-or-later
"""Click files: one for all, or a folder of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backend.commands.segment import read_clicks
from backend.contract.errors import BadInput


def save(path: Path, *queries: object) -> Path:
    path.write_text(json.dumps({"queries": list(queries)}))
    return path


def test_queries_in_their_order(tmp_path: Path):
    first = {"points": [[0, 0, 1], [1, 2, 3]], "labels": [1, 0]}
    second = {"points": [[4, 5, 6]], "labels": [True]}
    (points, include), (_, also) = read_clicks(save(tmp_path / "a.json", first, second))
    np.testing.assert_array_equal(points, [[0, 0, 1], [1, 2, 3]])
    assert include.tolist() == [True, False]
    assert also.tolist() == [True]


def test_a_folder_holds_the_file_of_the_first_name_that_is_there(tmp_path: Path):
    save(tmp_path / "chair.json", {"points": [[1, 1, 1]], "labels": [1]})
    ((points, _),) = read_clicks(tmp_path, "chair.obj", "chair")
    assert points.tolist() == [[1, 1, 1]]
    with pytest.raises(BadInput, match="no click file"):
        read_clicks(tmp_path, "table")


def test_a_bad_query_is_named_with_what_is_wrong_with_it(tmp_path: Path):
    good = {"points": [[0, 0, 0]], "labels": [1]}
    path = save(tmp_path / "a.json", good, {"points": [[0, 0, 0]], "labels": [0]})
    with pytest.raises(BadInput, match=r"Query 1 in .*a\.json .*includes anything"):
        read_clicks(path)
