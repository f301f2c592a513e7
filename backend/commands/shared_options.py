# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several commands share: engine, quality, memory, processes, inputs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..contract.engines import AUTO
from ..contract.options import OPTIONS, QUALITIES
from ..engines import registry
from .parser import Parser
from .values import granularity, size_in_bytes, whole_number


def add_engine(parser: Parser, verb: str, more: str = "") -> None:
    """Which engine answers a verb, and the seed. more : words for the help."""
    parser.add_argument(
        "--engine",
        metavar="NAME",
        default=AUTO,
        help=f"{registry.names(verb)}, or {AUTO}: the first of them that can run{more}",
    )
    parser.add_argument("--seed", metavar="N", type=whole_number(0, "seed"), default=0)


def add_quality(parser: Parser) -> None:
    """How finely large networks work."""
    parser.add_argument(
        "--quality",
        choices=QUALITIES,
        help="how finely, and how long, a large network works; normal without",
    )


def add_faces(parser: Parser, more: str = "") -> None:
    """How many triangles large networks make of what they imagine. more : words for the help."""
    parser.add_argument(
        "--faces",
        metavar="N",
        type=int,
        help=f"most triangles of an object that a large network imagines{more}; 30000 without it",
    )


def add_memory(parser: Parser) -> None:
    """How much memory large networks may take."""
    parser.add_argument(
        "--memory",
        metavar="GB",
        type=size_in_bytes,
        help="what large networks may take of the graphics card or of main memory; all without it",
    )


def add_jobs(parser: Parser) -> None:
    """How many processes work on many inputs."""
    parser.add_argument(
        "--jobs", metavar="N", type=whole_number(1, "processes"), default=1, help="processes"
    )


def add_inputs(parser: Parser, out: str, text: str) -> None:
    """What is segmented, how finely, and where it is written. out, text : of the output."""
    parser.add_argument("inputs", metavar="INPUT", nargs="+", help="file, folder or pattern")
    parser.add_argument("-o", "--output", metavar=out, required=True, type=Path, help=text)
    count = parser.add_mutually_exclusive_group()
    count.add_argument(
        "--granularity", metavar="0..1", type=granularity, help="0 coarsest, 1 finest"
    )
    count.add_argument("--parts", metavar="N", type=whole_number(1, "parts"), help="exactly N")
    parser.add_argument(
        "--variant",
        metavar="N",
        type=whole_number(0, "variant"),
        default=0,
        help="another plausible segmentation; 0 is the best",
    )
    parser.add_argument(
        "--no-symmetry",
        dest="symmetric",
        action="store_false",
        help="cut each half of an object that mirrors itself by itself",
    )
    parser.add_argument(
        "--colours",
        action="store_true",
        help="parts may end where the file's colours change: materials, vertex colours, textures",
    )
    parser.add_argument(
        "--skip-existing", action="store_true", help="leave inputs whose output is there"
    )
    add_engine(parser, "segment")
    add_jobs(parser)


def engine_options(options: argparse.Namespace) -> dict[str, Any]:
    """What of the command line is for the engine (`contract.options`)."""
    given = {name: getattr(options, name, None) for name in OPTIONS}
    return {name: value for name, value in given.items() if value is not None}
