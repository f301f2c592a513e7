# SPDX-License-Identifier: GPL-3.0-or-later
"""Measurements that need Blender; those of the engine are in ``backend.evaluation.bench``."""
