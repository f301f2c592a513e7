# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes and arrays in and out."""

MESH_SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl", ".off", ".3mf", ".dae", ".npz")
