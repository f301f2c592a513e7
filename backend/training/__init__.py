# SPDX-License-Identifier: GPL-3.0-or-later
"""How the weights came about: data and trainers."""
