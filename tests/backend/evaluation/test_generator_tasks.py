# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of the part generator and their tables."""

from __future__ import annotations

import pytest

from backend.commands.arguments import GENERATOR_TASKS
from backend.contract.errors import BadInput
from backend.evaluation.generator_tasks import ABLATED, TASKS, task_of
from backend.evaluation.page import generator_lines
from backend.evaluation.runner import Measured, by_part, columns_of, means, table
from backend.evaluation.suite import of_generator


def test_the_command_line_knows_all_tasks():
    assert (*TASKS, "ablations", "generator") == GENERATOR_TASKS
    with pytest.raises(BadInput, match="runs"):
        task_of("ablations")
    assert set(TASKS["regenerate"].columns) < set(ABLATED)


def test_so_many_cases_are_measured_as_are_asked_for(labelled_file):
    sections = of_generator("parts", [labelled_file], 2)
    assert [one.title for one in sections] == [
        "parts encoded and decoded, unseen seeds", "parts encoded and decoded, artists' objects",
    ]  # fmt: skip
    assert [len(one.sources) for one in sections] == [2, 2]
    assert len(of_generator("generator", [], 1)) == len(TASKS)
    assert len(of_generator("masks", [], None)[0].sources) == TASKS["masks"].count


def test_a_table_has_all_methods_and_the_best_in_bold():
    block = {"chamfer": 0.4, "iou": 0.2, "answered": 1.0, "seconds": 0.0}
    flow = {"chamfer": 0.1, "iou": 0.6, "answered": 1.0, "seconds": 2.0}
    parts = {0: {"block": block, "flow": flow}}
    section = of_generator("regenerate", [], 1)[0]
    section.keep([Measured("stool", "stool", {}, parts=parts)])
    assert [one.name for one in section.measured] == ["stool#0"]
    summary = means(section.measured)
    lines = generator_lines({section.title: summary})
    assert lines[0].startswith("| parts made anew in context | n | method | Chamfer | IoU |")
    assert lines[3] == "| unseen seeds | 1 | flow | **0.100** | **0.600** | 1.00 | 2.00 |"
    plain = table("regenerate", summary).splitlines()
    assert plain[2].startswith("| all | block | 1 | 0.400 |")
    assert set(columns_of("ablations")) == set(ABLATED)
    assert by_part([Measured("none", "stool", {}, "broken")])[0].trouble == "broken"
