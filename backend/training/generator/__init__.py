# SPDX-License-Identifier: GPL-3.0-or-later
"""The generator of whole parts: its training data and its training."""
