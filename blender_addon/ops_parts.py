# SPDX-License-Identifier: GPL-3.0-or-later
"""ops_parts: being written."""
