# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled parts, their index and their thumbnails, and the words that find them."""
