# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist presses: operators, one topic a file."""
