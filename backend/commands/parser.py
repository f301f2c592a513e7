# SPDX-License-Identifier: GPL-3.0-or-later
"""A parser of command lines that says what is wrong as a person would, and how to go on."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn, TypeAlias

from ..contract.errors import BadInput

EPILOG = """\
Results go to stdout (--json for machines), progress and the closing sentence to stderr.
Exit status: 0 all done, 1 a fault of Partwise, 2 an input or option that cannot be used,
130 stopped with Ctrl-C. A file is either written whole or not at all.
"""

# What argparse says, and how a person would say it.
_SENTENCES = (
    (r"^argument (\S+): not allowed with argument (\S+)$", r"\1 and \2 exclude each other"),
    (r"^argument (\S+): it must", r"\1 must"),
    (
        r"^argument COMMAND: .*: ('.*') \(choose from (.*)\)$",
        r"no command is called \1; there are \2",
    ),
    (r"^argument (\S+): .*: ('.*') \(choose from (.*)\)$", r"\1 must be one of \3, not \2"),
    (r"^argument (\S+): expected", r"\1 expects"),
    (r"^the following arguments are required: ", "missing: "),
    (r"^unrecognized arguments: ", "not understood: "),
)


class Parser(argparse.ArgumentParser):
    """Raises BadInput where argparse would print and leave, so that all errors look alike."""

    def error(self, message: str) -> NoReturn:
        for pattern, words in _SENTENCES:
            message = re.sub(pattern, words, message)
        sentence = message[:1].upper() + message[1:].rstrip(".") + "."
        raise BadInput(sentence, f"Run '{self.prog} --help' for the options.")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def command(
    commands: Commands, name: str, text: str, inputs: str = "", *, json: bool = True
) -> Parser:
    """Add a command with the options that all have. inputs : a paragraph on what it reads."""
    parser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=inputs + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if json:
        parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--quiet", "-q", action="store_true", help="only errors on stderr")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser
