# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of weights: which there are, and whether they are as published."""
