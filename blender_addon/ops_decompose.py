# SPDX-License-Identifier: GPL-3.0-or-later
"""ops_decompose: being written."""
