# SPDX-License-Identifier: GPL-3.0-or-later
"""How good the results are: metrics, tasks, pages of figures."""
