# SPDX-License-Identifier: GPL-3.0-or-later
"""explode: being written."""
