# SPDX-License-Identifier: GPL-3.0-or-later
"""The hidden surface of a part: from a field of the whole part to faces on its visible border."""
