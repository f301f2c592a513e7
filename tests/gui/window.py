# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at a Blender window: moves the mouse, clicks what it finds, looks at the result.

Runs inside Blender. Every method that takes time is a generator of seconds to wait, so that
Blender draws and handles events in between.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import bpy
from mathutils import Euler

T = TypeVar("T")
Waits = Generator[float, None, T]

BEAT = 0.15  # seconds in which an event is handled and drawn, by software
LINE = 9  # pixels: less than the height of a button
MODIFIERS = {"ctrl": "LEFT_CTRL", "shift": "LEFT_SHIFT"}
MARGIN = 40  # pixels of the sidebar's tabs
SENSOR = 72.0  # millimetres that a 3D view shows at a lens of as many


class Window:
    """Blender's only window, with its 3D view."""

    def __init__(self, pictures: Path) -> None:
        self.pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)

    @property
    def area(self) -> bpy.types.Area:
        areas = bpy.context.window_manager.windows[0].screen.areas
        return max((a for a in areas if a.type == "VIEW_3D"), key=lambda a: a.width * a.height)

    def region(self, kind: str = "WINDOW") -> bpy.types.Region:
        return next(region for region in self.area.regions if region.type == kind)

    def here(self, kind: str = "WINDOW") -> object:
        """The context that operators have in a region of the 3D view."""
        window = bpy.context.window_manager.windows[0]
        return bpy.context.temp_override(window=window, area=self.area, region=self.region(kind))

    def event(self, type: str, value: str, x: int, y: int, **held: bool) -> Waits[None]:
        window = bpy.context.window_manager.windows[0]
        window.event_simulate(type=type, value=value, x=x, y=y, **held)
        yield BEAT

    def move(self, x: int, y: int) -> Waits[None]:
        yield from self.event("MOUSEMOVE", "NOTHING", x, y)

    def click(self, x: int, y: int, **held: bool) -> Waits[None]:
        yield from self.move(x, y)
        yield from self.tap("LEFTMOUSE", x, y, **held)

    def tap(self, type: str, x: int, y: int, **held: bool) -> Waits[None]:
        """Press and release a button or key; Blender takes modifiers as held until let go."""
        keys = [MODIFIERS[name] for name in held]
        for key in keys:
            yield from self.event(key, "PRESS", x, y)
        yield from self.event(type, "PRESS", x, y, **held)
        yield from self.event(type, "RELEASE", x, y, **held)
        for key in keys:
            yield from self.event(key, "RELEASE", x, y)
        yield 2 * BEAT

    def hit(self, type: str, x: int, y: int) -> None:
        """Press and release a button or key at once, without waiting for what comes of it."""
        window = bpy.context.window_manager.windows[0]
        window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
        window.event_simulate(type=type, value="PRESS", x=x, y=y)
        window.event_simulate(type=type, value="RELEASE", x=x, y=y)

    def drag(self, x: int, y: int, by: int, steps: int = 8) -> Waits[None]:
        """Press, move to the side in some steps, and release."""
        yield from self.move(x, y)
        yield from self.event("LEFTMOUSE", "PRESS", x, y)
        for step in range(1, steps + 1):
            yield from self.move(x + by * step // steps, y)
        yield from self.event("LEFTMOUSE", "RELEASE", x + by, y)

    def key(self, type: str, *, moves: bool = True, **held: bool) -> Waits[None]:
        """Press a key over the middle of the 3D view; moves : the mouse goes there first."""
        region = self.region()
        x, y = region.x + region.width // 3, region.y + region.height // 2
        if moves:
            yield from self.move(x, y)
        yield from self.tap(type, x, y, **held)

    def type(self, text: str) -> Waits[None]:
        """Type lower-case letters and spaces, wherever the keys go."""
        window = bpy.context.window_manager.windows[0]
        region = self.region()
        x, y = region.x + region.width // 3, region.y + region.height // 2
        for letter in text:
            for value in ("PRESS", "RELEASE"):
                given = {"unicode": letter} if value == "PRESS" else {}
                key = "SPACE" if letter == " " else letter.upper()
                window.event_simulate(type=key, value=value, x=x, y=y, **given)
                yield BEAT / 3
        yield 4 * BEAT

    def undo(self) -> Waits[None]:
        yield from self.key("Z", ctrl=True)

    def redo(self) -> Waits[None]:
        yield from self.key("Z", ctrl=True, shift=True)

    def open_tab(self, name: str) -> Waits[None]:
        self.area.spaces.active.show_region_ui = True
        yield 4 * BEAT
        self.region("UI").active_panel_category = name
        self.area.tag_redraw()
        yield 4 * BEAT

    def look(self, turn: tuple[float, float, float]) -> Waits[None]:
        """Look at the selected objects, from a direction, beside the sidebar."""
        view = self.area.spaces.active.region_3d
        with self.here():
            view.view_perspective = "PERSP"
            view.view_rotation = Euler(turn).to_quaternion()
            bpy.ops.view3d.view_selected()
            yield 2 * BEAT
        yield from self._beside_sidebar(0.75)

    def frame(
        self,
        centre: tuple[float, float, float],
        size: float,
        turn: tuple[float, float, float] | None = None,
    ) -> Waits[None]:
        """Look at what is seen of a preview: a ball of this diameter; from where one looks, or
        from another direction."""
        view = self.area.spaces.active.region_3d
        view.view_perspective = "PERSP"
        if turn is not None:
            view.view_rotation = Euler(turn).to_quaternion()
        view.view_location = centre
        region, lens = self.region(), self.area.spaces.active.lens
        narrow = min(region.width, region.height) / max(region.width, region.height)
        view.view_distance = size * lens / (SENSOR * narrow)
        view.update()
        yield from self._beside_sidebar(1.0)

    def _beside_sidebar(self, share: float) -> Waits[None]:
        """Move the middle of the view to that of what the sidebar leaves of it."""
        view, region = self.area.spaces.active.region_3d, self.region()
        shown = self.area.spaces.active.show_region_ui
        covered = self.region("UI").width / region.width if shown else 0.0
        view.view_distance *= share / (1.0 - covered / 2)
        view.update()
        right = view.view_matrix.to_3x3()[0]
        view.view_location += right * view.view_distance * covered / 2
        yield 2 * BEAT

    def under_mouse(self) -> str:
        """What the button under the mouse does: a call of an operator, or a property's path."""
        manager = bpy.context.window_manager
        manager.clipboard = ""
        with self.here("UI"):
            for copy in (bpy.ops.ui.copy_python_command_button, bpy.ops.ui.copy_data_path_button):
                if copy.poll():
                    copy()
                    break
        return str(manager.clipboard)

    def find(self, what: str, across: float = 0.4, below: int = 0) -> Waits[tuple[int, int]]:
        """Where in the sidebar a button is, searched from above with the mouse.

        what : what the button does begins with; across : in which column, 0..1 of the panel's
        width; below : pixels from the top of the sidebar.
        """
        region = self.region("UI")
        x = region.x + int(across * (region.width - MARGIN))
        for y in range(region.y + region.height - 5 - below, region.y, -LINE):
            yield from self.move(x, y)
            if self.under_mouse().startswith(what):
                yield from self.move(x, y - LINE // 2)
                yield 2 * BEAT  # the mouse may have left the button, and Blender not yet seen it
                if self.under_mouse().startswith(what):
                    return x, y - LINE // 2
        raise AssertionError(f"there is no button for {what}")

    def press(self, what: str, across: float = 0.4, **held: bool) -> Waits[None]:
        """Find a button and click it."""
        x, y = yield from self.find(what, across)
        yield from self.tap("LEFTMOUSE", x, y, **held)

    def until(
        self, condition: Callable[[], bool], what: str, seconds: float = 240.0
    ) -> Waits[None]:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"after {seconds:g} s: {what}"
            yield 0.02

    def point_at_nothing(self) -> Waits[None]:
        """The mouse goes to the foot of the 3D view, so that no button explains itself."""
        region = self.region()
        yield from self.move(region.x + region.width // 3, region.y + LINE)

    def picture(self, name: str) -> Waits[None]:
        """Keep a picture of the screen, when everything is drawn, and panels are where they go."""
        for _ in range(2):
            self.area.tag_redraw()
            yield 5 * BEAT
        self.snap(name)

    def snap(self, name: str) -> None:
        """Keep a picture of the screen as it is at this moment."""
        program = os.environ.get("PARTWISE_SCREENSHOT", "screenshot")
        subprocess.run([program, str(self.pictures / f"{name}.png")], check=True)
