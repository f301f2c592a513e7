# SPDX-License-Identifier: GPL-3.0-or-later
"""glTF 2.0 in and out."""
