# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects to arrays and back, nothing lost."""
