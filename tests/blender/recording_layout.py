# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout that records what is drawn on it, and refuses what Blender does not know."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

FUNCTIONS = bpy.types.UILayout.bl_rna.functions
ICONS = set(FUNCTIONS["label"].parameters["icon"].enum_items.keys())


class OperatorOptions:
    """What `layout.operator` returns: takes only options that the operator has."""

    def __init__(self, rna: Any) -> None:
        object.__setattr__(self, "_rna", rna)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self._rna.properties, f"{self._rna.identifier} has no option {name}"
        object.__setattr__(self, name, value)


class RecordingLayout:
    """Stands in for `bpy.types.UILayout`; its children record into the same lists.

    texts : of labels, buttons and bars; icons, operators, menus and properties : by their names.
    """

    def __init__(self, parent: RecordingLayout | None = None) -> None:
        names = ("texts", "icons", "operators", "menus", "properties", "bars")
        for name in names:
            object.__setattr__(self, name, getattr(parent, name) if parent else [])

    def __setattr__(self, name: str, value: Any) -> None:
        properties = bpy.types.UILayout.bl_rna.properties
        assert name in properties, f"layouts have no {name}"
        items = properties[name].enum_items if properties[name].type == "ENUM" else None
        assert items is None or value in items, f"{name} cannot be {value}"
        object.__setattr__(self, name, value)

    def _child(self, function: str, arguments: dict[str, Any]) -> RecordingLayout:
        self._check(function, arguments)
        return RecordingLayout(self)

    def _check(self, function: str, arguments: dict[str, Any]) -> None:
        for name, value in arguments.items():
            assert name in FUNCTIONS[function].parameters, f"{function} has no argument {name}"
            assert name != "icon" or value in ICONS, f"there is no icon {value}"
        if arguments.get("text"):
            self.texts.append(arguments["text"])
        if "icon" in arguments:
            self.icons.append(arguments["icon"])

    def row(self, **arguments: Any) -> RecordingLayout:
        return self._child("row", arguments)

    def column(self, **arguments: Any) -> RecordingLayout:
        return self._child("column", arguments)

    def grid_flow(self, **arguments: Any) -> RecordingLayout:
        return self._child("grid_flow", arguments)

    def menu_pie(self) -> RecordingLayout:
        return self._child("menu_pie", {})

    def context_pointer_set(self, name: str, data: Any) -> None:
        self._check("context_pointer_set", {"name": name, "data": data})

    def box(self) -> RecordingLayout:
        return self._child("box", {})

    def split(self, **arguments: Any) -> RecordingLayout:
        return self._child("split", arguments)

    def panel(self, idname: str, **arguments: Any) -> tuple[RecordingLayout, RecordingLayout]:
        """A sub-panel, open."""
        self._check("panel", arguments)
        return RecordingLayout(self), RecordingLayout(self)

    def separator(self, **arguments: Any) -> None:
        self._check("separator", arguments)

    def label(self, **arguments: Any) -> None:
        self._check("label", arguments)

    def progress(self, **arguments: Any) -> None:
        self._check("progress", arguments)
        assert 0 <= arguments["factor"] <= 1
        self.bars.append(arguments["factor"])

    def prop(self, data: Any, name: str, **arguments: Any) -> None:
        self._check("prop", arguments)
        assert name in data.bl_rna.properties, f"{data} has no property {name}"
        self.properties.append(name)

    def operator(self, idname: str, **arguments: Any) -> OperatorOptions:
        rna = operator_type(idname)
        self._check("operator", {"text": rna.name} | arguments)
        self.operators.append(idname)
        return OperatorOptions(rna)

    def operator_enum(self, idname: str, name: str, **arguments: Any) -> None:
        self._check("operator_enum", arguments)
        assert operator_type(idname).properties[name].type == "ENUM"
        self.operators.append(idname)

    def operator_menu_enum(self, idname: str, name: str, **arguments: Any) -> OperatorOptions:
        rna = operator_type(idname)
        self._check("operator_menu_enum", arguments)
        assert rna.properties[name].type == "ENUM"
        self.operators.append(idname)
        return OperatorOptions(rna)

    def template_ID(self, data: Any, name: str, **arguments: Any) -> None:
        self._check("template_ID", arguments)
        assert data.bl_rna.properties[name].type == "POINTER"
        assert operator_type(arguments["open"])
        self.properties.append(name)

    def template_icon(self, **arguments: Any) -> None:
        self._check("template_icon", arguments)
        self.icons.append(arguments["icon_value"])  # 0 without a window

    def menu(self, name: str, **arguments: Any) -> None:
        self._check("menu", arguments)
        assert issubclass(getattr(bpy.types, name), bpy.types.Menu)
        self.menus.append(name)

    def popover(self, panel: str, **arguments: Any) -> None:
        self._check("popover", arguments)
        assert issubclass(getattr(bpy.types, panel), bpy.types.Panel)
        self.menus.append(panel)

    def template_list(
        self, kind: str, _id: str, data: Any, items: str, active: Any, index: str, **arguments: Any
    ) -> None:
        """Draws the first rows, as Blender would."""
        self._check("template_list", arguments)
        list_type = getattr(bpy.types, kind)
        assert index in active.bl_rna.properties
        self.properties.append(items)
        instance = SimpleNamespace(layout_type="DEFAULT")
        for number, item in enumerate(getattr(data, items)[:20]):
            list_type.draw_item(
                instance, bpy.context, RecordingLayout(self), data, item, 0, active, index, number
            )


def operator_type(idname: str) -> Any:
    """The RNA of an operator. Fails when there is none of this name."""
    module, _, name = idname.partition(".")
    return getattr(getattr(bpy.ops, module), name).get_rna_type()


def draw(cls: Any, method: str = "draw") -> RecordingLayout | None:
    """What a panel or a menu draws in the context as it is; None when it is not shown."""
    if hasattr(cls, "poll") and not cls.poll(bpy.context):
        return None
    layout = RecordingLayout()
    own = {name: getattr(cls, name) for name in ("applies",) if hasattr(cls, name)}
    getattr(cls, method)(SimpleNamespace(layout=layout, **own), bpy.context)
    return layout
