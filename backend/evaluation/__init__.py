# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics, and the runner behind ``python -m backend evaluate``."""
