# SPDX-License-Identifier: GPL-3.0-or-later
"""The private environment of engines with torch: made, tried, repaired, packed, removed.

It runs on Blender's own Python and imports the standard library alone. Packages come by uv, whose
program does the downloading; everything that it and they keep lies below one folder.
"""
