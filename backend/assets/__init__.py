# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file holds, in arrays: meshes, nodes, materials."""
