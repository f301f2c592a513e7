# SPDX-License-Identifier: GPL-3.0-or-later
"""ops_assemble: being written."""
