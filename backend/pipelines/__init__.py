# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of the product over arrays."""
