# SPDX-License-Identifier: GPL-3.0-or-later
"""From pictures to the shapes of parts: pure functions over arrays."""
