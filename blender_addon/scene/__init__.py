# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of objects and parts in the scene."""
