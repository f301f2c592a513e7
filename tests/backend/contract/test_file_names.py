# SPDX-License-Identifier: GPL-3.0-or-later
"""File names that every system takes."""

from backend.contract.file_names import file_names


def test_names_are_allowed_everywhere_and_differ_where_case_does_not():
    names = ["Leg", "leg", "a/b:c", "con", "NUL.x", " . ", "脚", "Wheel.01"]
    assert file_names(names, "glb") == [
        "Leg.glb", "leg_2.glb", "a_b_c.glb", "_con.glb", "_NUL.x.glb", "part.glb", "脚.glb",
        "Wheel.01.glb",
    ]  # fmt: skip
