# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's process: asked, looked at now and then, never waited for."""
