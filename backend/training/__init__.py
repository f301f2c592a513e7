# SPDX-License-Identifier: GPL-3.0-or-later
"""Data and trainers of what ships in ``weights``."""
