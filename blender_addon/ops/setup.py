# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can do with large models and their engine: get, verify, repair and remove them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ...backend.contract.errors import BadInput, ConsentNeeded, PartwiseError
from ...backend.contract.setup import (
    GetModel,
    InstallEngine,
    RemoveEngine,
    RemoveModel,
    UsePython,
    VerifyModel,
)
from ..engine import jobs, place, setups
from ..engine.setup_task import ENGINE, Step, Task
from .jobs import report
from .poll import SaysWhyNot
from .setup_known import (
    OFFLINE,
    asks_consent,
    engine_bytes,
    in_lines,
    is_installed,
    lacks_packages,
    needs_engine,
    size_text,
)

BUSY = "Something is being got or removed: wait for it, or cancel it"
JOB_RUNS = "A job is running on the engine: wait for it, or cancel it"
DIALOG = 420  # width of a question, in pixels


class SetupOperator(SaysWhyNot):
    """Base of operators that start a task."""

    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return BUSY if setups.busy() else cls.lacks(context)

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        """Why it cannot be run, beside that another task does."""
        return ""

    def run(self, start: Callable[[], Task]) -> set[str]:
        """Start a task; what it is refused for, or fails for at once, is reported."""
        try:
            task = start()
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))  # type: ignore[attr-defined]
            return {"CANCELLED"}
        if task.state == jobs.FAILED:
            self.report({"ERROR"}, str(task.error))  # type: ignore[attr-defined]
            return {"CANCELLED"}
        if task.state == jobs.DONE and task.said:
            self.report({"INFO"}, " ".join(task.said))  # type: ignore[attr-defined]
        return {"FINISHED"}


class ModelOperator(SetupOperator):
    """Base of operators on one model."""

    def row(self) -> dict[str, Any]:
        """What is known of the model. Raises BadInput where nothing is."""
        if setups.told() is None:
            setups.look()
        told, name = setups.told(), self.model  # type: ignore[attr-defined]
        if told is None:
            raise BadInput("It is not known yet what is here.", "Try again in a moment.")
        row = setups.model(name)
        if row is None:
            known = ", ".join(one["name"] for one in told.models)
            raise BadInput(f"There is no large model “{name:.60}”.", f"Choose one of: {known}.")
        return row


def model_property() -> Any:
    """The property that says which model an operator is about."""
    return StringProperty(
        name="Model", description="The name of a large model", options={"SKIP_SAVE"}
    )


class PARTWISE_OT_look_at_setup(SetupOperator, bpy.types.Operator):
    """Look again what is installed, and what could be; nothing is changed"""

    bl_idname = "partwise.look_at_setup"
    bl_label = "Look at Large Models"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.run(setups.look)


class PARTWISE_OT_install_engine(SetupOperator, bpy.types.Operator):
    """Install what large models run on, in a folder of its own: nothing else on this computer is
    touched"""

    bl_idname = "partwise.install_engine"
    bl_label = "Install Engine for Large Models"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return lacks_packages() or (JOB_RUNS if is_installed() and jobs.busy() else "")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.run(lambda: start_engine("Installing the Engine"))


class PARTWISE_OT_repair_engine(SetupOperator, bpy.types.Operator):
    """Make the engine for large models anew; what is whole of it is not downloaded again"""

    bl_idname = "partwise.repair_engine"
    bl_label = "Repair Engine for Large Models"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if not is_installed():
            return "The engine for large models is not installed"
        return lacks_packages() or (JOB_RUNS if jobs.busy() else "")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.run(lambda: start_engine("Repairing the Engine", repair=True))


class PARTWISE_OT_use_python(SetupOperator, bpy.types.Operator):
    """Try the Python of your own, and let large models run on it if it works; what was installed
    before is removed then. Nothing is installed into it"""

    bl_idname = "partwise.use_python"
    bl_label = "Use My Own Python for Large Models"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if not place.sources().python:
            return "Choose a Python in the preferences of Partwise, under Other Sources"
        return JOB_RUNS if is_installed() and jobs.busy() else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        steps = [Step(UsePython(place.sources().python))]
        return self.run(lambda: setups.start("Trying Out", ENGINE, steps, replaces=is_installed()))


class PARTWISE_OT_remove_engine(SetupOperator, bpy.types.Operator):
    """Remove the engine for large models and all that it keeps; the models stay"""

    bl_idname = "partwise.remove_engine"
    bl_label = "Remove Engine for Large Models"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if not is_installed():
            return "The engine for large models is not installed"
        return JOB_RUNS if jobs.busy() else ""

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        told = setups.told()
        if told is not None and told.engine.get("own"):
            message = "Your own Python is used no more. It stays as it is."
            return ask(self, context, event, "Use It No More?", message, "Use No More")
        size = told.engine.get("bytes", 0) if told is not None else 0
        message = f"Frees {size_text(size)}. Models stay, and rest until it is installed again."
        return ask(self, context, event, "Remove the Engine?", message, "Remove")

    def execute(self, context: bpy.types.Context) -> set[str]:
        steps = [Step(RemoveEngine())]
        return self.run(lambda: setups.start("Removing the Engine", ENGINE, steps, replaces=True))


class PARTWISE_OT_get_model(ModelOperator, bpy.types.Operator):
    """Get a large model, and the engine that it runs on where that is missing"""

    bl_idname = "partwise.get_model"
    bl_label = "Get Large Model"

    model: model_property()
    agree: BoolProperty(
        name="I have read the licence and agree to it",
        description="It is remembered for this model, until its licence changes",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if needs_engine():
            if lacks_packages():
                return lacks_packages()
            if is_installed() and jobs.busy():
                return JOB_RUNS
        is_local = bool(place.sources().files)
        return "" if is_local or place.online() else OFFLINE

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        row = setups.model(properties.model)
        if row is None:
            return str(cls.__doc__)
        text = f"Get {row['title']}: {size_text(row['download_bytes'])}"
        if place.sources().files:
            text = f"Take {row['title']} from the folder of Files I Have"
        if needs_engine():
            text += f". The engine that it runs on comes first: {size_text(engine_bytes())}"
        return text

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        row = setups.model(self.model)
        if row is None or not asks_consent(row):
            return self.execute(context)
        asked: set[str] = context.window_manager.invoke_props_dialog(
            self, width=DIALOG, title=f"Licence of {row['title']}", confirm_text="Get"
        )
        return asked

    def draw(self, context: bpy.types.Context) -> None:
        row, layout = setups.model(self.model), self.layout
        if row is None:
            return
        column = layout.column(align=True)
        column.label(text=f"{row['licence']} has limits:", icon="INFO")
        limits = column.column(align=True)
        limits.alert = True
        for limit in row["limits"].split(", "):
            limits.label(text=limit[:1].upper() + limit[1:], icon="BLANK1")
        for line in in_lines(row.get("terms", ""), DIALOG // 7):
            column.label(text=line, icon="BLANK1")
        layout.operator("wm.url_open", text="Read the Licence", icon="URL").url = row[
            "licence_page"
        ]
        layout.prop(self, "agree")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.run(lambda: start_model(self.row(), agreed=self.agree))


class PARTWISE_OT_verify_model(ModelOperator, bpy.types.Operator):
    """Read all files of a large model and compare them with what came"""

    bl_idname = "partwise.verify_model"
    bl_label = "Verify Large Model"

    model: model_property()

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.run(self.begin)

    def begin(self) -> Task:
        row = self.row()
        steps = [Step(VerifyModel(row["name"]))]
        return setups.start(f"Verifying {row['title']}", row["name"], steps, changes=False)


class PARTWISE_OT_remove_model(ModelOperator, bpy.types.Operator):
    """Remove a large model, and what of it was downloaded so far"""

    bl_idname = "partwise.remove_model"
    bl_label = "Remove Large Model"

    model: model_property()

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return JOB_RUNS if jobs.busy() else ""

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        row = setups.model(self.model)
        if row is None:
            return self.execute(context)
        message = f"Frees {size_text(row['bytes'])}. To use it again it has to be downloaded again."
        return ask(self, context, event, f"Remove {row['title']}?", message, "Remove")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.run(self.begin)

    def begin(self) -> Task:
        row = self.row()
        steps = [Step(RemoveModel(row["name"]))]  # files that the engine has open are in its way
        return setups.start(f"Removing {row['title']}", row["name"], steps, replaces=True)


class PARTWISE_OT_cancel_setup(SaysWhyNot, bpy.types.Operator):
    """Stop here. What was downloaded so far is kept, so that it can go on; press again to stop
    without waiting for the last files"""

    bl_idname = "partwise.cancel_setup"
    bl_label = "Stop"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "" if setups.busy() else "Nothing is being got or removed"

    def execute(self, context: bpy.types.Context) -> set[str]:
        setups.cancel()
        return {"FINISHED"}


class PARTWISE_OT_dismiss_setup(bpy.types.Operator):
    """Close this message"""

    bl_idname = "partwise.dismiss_setup"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not setups.busy()

    def execute(self, context: bpy.types.Context) -> set[str]:
        setups.dismiss()
        return {"FINISHED"}


class PARTWISE_OT_copy_setup_report(SaysWhyNot, bpy.types.Operator):
    """Copy what happened to the clipboard, with versions and the log, to send it to us"""

    bl_idname = "partwise.copy_setup_report"
    bl_label = "Copy Report"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "" if setups.failed() is not None else "There is nothing to report"

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = setups.failed()
        if found is not None:
            context.window_manager.clipboard = report(found, setups.log())
            self.report({"INFO"}, "The report is on the clipboard")
        return {"FINISHED"}


# What tasks are made of.


def start_engine(title: str, *, repair: bool = False) -> Task:
    """Start the installation, or the repair, of the engine. Raises BadInput."""
    return setups.start(title, ENGINE, [install_step(repair=repair)], replaces=is_installed())


def start_model(row: dict[str, Any], *, agreed: bool) -> Task:
    """Start to get a model, after the engine where that is missing or damaged.

    Raises BadInput, and ConsentNeeded where the licence has limits that nobody agreed to.
    """
    if asks_consent(row) and not agreed:
        raise ConsentNeeded(
            f"The licence of {row['title']} was not agreed to, so nothing was downloaded.",
            f"It is {row['limits']}.",
        )
    said, name = place.sources(), row["name"]
    hub = "" if said.files else said.hub  # the two exclude each other
    licence = row["licence"] if agreed else ""
    request = GetModel(name, folder=said.files, mirror=hub, licence=licence)
    steps = [Step(request, weight=row["download_bytes"], on_installed=True)]
    replaces = needs_engine() and is_installed()
    if needs_engine():
        steps.insert(0, install_step(repair=is_installed()))
    return setups.start(f"Getting {row['title']}", name, steps, replaces=replaces)


def install_step(*, repair: bool = False) -> Step:
    """The step that installs the engine from where the artist wants it."""
    said = place.sources()
    request = InstallEngine(said.accelerator, said.pack, said.index, repair, place.online())
    return Step(request, weight=engine_bytes() or 1)


def ask(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    event: bpy.types.Event,
    title: str,
    message: str,
    confirm: str,
) -> set[str]:
    """Blender's own question before something destructive."""
    asked: set[str] = context.window_manager.invoke_confirm(
        operator, event, title=title, message=message, confirm_text=confirm, icon="WARNING"
    )
    return asked


CLASSES = (
    PARTWISE_OT_look_at_setup,
    PARTWISE_OT_install_engine,
    PARTWISE_OT_repair_engine,
    PARTWISE_OT_use_python,
    PARTWISE_OT_remove_engine,
    PARTWISE_OT_get_model,
    PARTWISE_OT_verify_model,
    PARTWISE_OT_remove_model,
    PARTWISE_OT_cancel_setup,
    PARTWISE_OT_dismiss_setup,
    PARTWISE_OT_copy_setup_report,
)
