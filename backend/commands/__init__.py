# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of ``python -m backend``: one module a verb, each with ``run(options, console)``."""
