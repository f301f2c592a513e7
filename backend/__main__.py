# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: ``python -m backend COMMAND``. What is heavy is imported where needed."""

from __future__ import annotations

import gc
import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from .commands.arguments import build_parser
from .commands.console import Console, hush, speak_utf8
from .commands.failures import STOPPED, in_words, status
from .machine.threads import one_for_algebra


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit status; see ``--help`` for their meaning."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = Console()
    debug = "--debug" in arguments
    try:
        options = build_parser().parse_args(arguments)
        console.quiet = options.quiet
        console.as_json = getattr(options, "json", False)
        command = importlib.import_module(f".commands.{options.command}", __package__)
        return int(command.run(options, console))
    except SystemExit as leave:  # --help and --version
        return int(leave.code or 0)
    except KeyboardInterrupt:
        console.warn("Stopped; no half-written file was left.")
        return STOPPED
    except BrokenPipeError:
        hush(sys.stdout)
        return 0
    except Exception as error:
        known = in_words(error)
        if debug:
            console.warn(known.detail)
        console.warn(str(known))
        return status(known)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    # Libraries make many objects and no garbage: to look through them again and again, at last on
    # leaving, would take a tenth of the time of a small mesh. Arrays are freed without that.
    gc.set_threshold(100_000)
    one_for_algebra()
    speak_utf8()
    signal.signal(signal.SIGTERM, _stop)  # leave through the clean-up, as with Ctrl-C
    exit_status = main()
    gc.freeze()
    sys.exit(exit_status)
