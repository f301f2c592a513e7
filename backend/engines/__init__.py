# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers the verbs of the product, one engine a file."""
