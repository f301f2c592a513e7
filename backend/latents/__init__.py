# SPDX-License-Identifier: GPL-3.0-or-later
"""From meshes, pictures and words to latent sets, and back to meshes. Needs torch."""
