# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, one a file, with their configs."""
