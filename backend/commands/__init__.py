# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: a module for each verb, with ``run(options, console)``."""
