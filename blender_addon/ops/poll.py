# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators that are grey say why in their tooltip."""

from __future__ import annotations

import bpy


class SaysWhyNot:
    """Base of operators that can be run only sometimes."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = cls.objection(context)
        if reason:
            cls.poll_message_set(reason)  # type: ignore[attr-defined]
        return not reason

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        """Why it cannot be run right now, in words for a tooltip; empty when it can."""
        return ""
