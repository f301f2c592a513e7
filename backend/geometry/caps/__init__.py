# SPDX-License-Identifier: GPL-3.0-or-later
"""Closing what a cut opened."""
