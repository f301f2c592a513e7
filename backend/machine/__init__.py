# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine is, and how much of it is used."""
