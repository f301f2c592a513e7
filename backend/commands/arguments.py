# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line's words: its commands and their options."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import __version__
from ..contract.engines import AUTO
from ..contract.name_templates import TEMPLATES
from ..contract.options import JOINS, VIEWS
from ..files import MESH_SUFFIXES
from ..installation.accelerators import ACCELERATORS
from .parser import EPILOG, Commands, Parser, command
from .shared_options import add_engine, add_faces, add_inputs, add_jobs, add_memory, add_quality
from .sketches import add_previews
from .values import share, strength, whole_number

GENERATOR_TASKS = (
    "parts", "masks", "regenerate", "words", "pictures", "diversity", "ablations", "generator",
)  # fmt: skip
"""Of `evaluate`; the last one is all of them but for ablations."""
FORMATS = " ".join(MESH_SUFFIXES)

MESHES = f"""\
INPUT is a mesh ({FORMATS}), a folder of meshes or a pattern such as 'models/*.glb'.
"""
MODELS = """\
Public models lie in the folder that PARTWISE_HOME names. check measures what is in the files of a
model, in a report that can be sent to us; it writes nothing.
"""
ONE_MESH = f"INPUT is one mesh file ({FORMATS}).\n"
INSTALL = """\
It is installed into the folder that PARTWISE_HOME names, or --into; nothing outside is touched.
What is in use stays until the new one was tried out. Without --mirror or --offline packages are
downloaded from their public index.
"""


def build_parser() -> Parser:
    """The parser of every command. ``options.command`` names the one that was chosen."""
    parser = Parser(
        prog="python -m backend",
        description="Partwise: turns fused meshes into separate, complete, editable parts.",
        epilog=MESHES + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"partwise {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_decompose(commands)
    _add_segment(commands)
    _add_complete(commands)
    _add_generate(commands)
    _add_edit(commands)
    _add_evaluate(commands)
    command(
        commands, "serve", "answer requests in frames on stdin and stdout, for Blender", json=False
    )
    command(commands, "doctor", "say whether this machine can run Partwise, and test it")
    _add_models(commands)
    _add_install(commands)
    return parser


def _add_decompose(commands: Commands) -> None:
    decompose = command(commands, "decompose", "write meshes as GLB files of named parts", MESHES)
    add_inputs(decompose, "OUT", "a .glb file for one INPUT, else a folder for <stem>.glb")
    decompose.add_argument(
        "--complete",
        choices=("none", "cap", "hidden"),
        default="none",
        help="what closes a part where it was cut: nothing, a cap, or the surface others hid",
    )
    decompose.add_argument(
        "--smooth-borders",
        action="store_true",
        help="cut faces where a border would have teeth, so that it is smooth; borders on creases "
        "and edge loops stay",
    )
    decompose.add_argument(
        "--preview",
        metavar="PNG",
        type=Path,
        help="picture of the parts, .png or .jpg (a folder for many)",
    )
    decompose.add_argument(
        "--split-files", action="store_true", help="a folder <stem> with one GLB for each part"
    )
    decompose.add_argument(
        "--names",
        metavar="NAMES",
        default=AUTO,
        help="what parts are called: auto, by what and where they are; numbers; a set of names, "
        f"{', '.join(TEMPLATES)}; or your own with commas, such as Body,Head,Wheel4",
    )


def _add_segment(commands: Commands) -> None:
    text = "write the part of each triangle, and the merge tree, as .npz"
    segment = command(commands, "segment", text, MESHES)
    add_inputs(segment, "DIR", "a folder for <stem>.npz, or an .npz file for one INPUT")
    segment.add_argument(
        "--clicks",
        metavar="FILE",
        type=Path,
        help="JSON with click queries to answer, or a folder with <stem>.json for each INPUT",
    )


def _add_complete(commands: Commands) -> None:
    complete = command(commands, "complete", "write labelled meshes as whole parts", MESHES)
    complete.add_argument("inputs", metavar="INPUT", nargs="+", help="file, folder or pattern")
    complete.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        required=True,
        type=Path,
        help="a folder for <stem>.npz, or an .npz or .glb file for one INPUT",
    )
    complete.add_argument(
        "--labels",
        metavar="FILE",
        type=Path,
        help="a result of segment, an .npy of part numbers, or a folder with <stem>.npz for each "
        "INPUT; without, the labels in an .npz or the objects of a scene",
    )
    complete.add_argument(
        "--complete",
        choices=("cap", "hidden"),
        default="hidden",
        help="cap closes where a part was cut, hidden grows what others hid",
    )
    complete.add_argument(
        "--thicken",
        metavar="SHARE",
        type=share,
        default=0.0,
        help="thickness of open sheets such as cloth, as a share of the object's size",
    )
    complete.add_argument(
        "--variants",
        metavar="N",
        type=whole_number(1, "variants"),
        help="how many completions, of this seed and the next ones, by an engine that makes others "
        "of each: a file each, as they come, <stem>.1.npz and so on",
    )
    complete.add_argument(
        "--preview",
        metavar="PNG",
        type=Path,
        help="picture of the whole parts, pulled apart, .png or .jpg (a folder for many)",
    )
    complete.add_argument(
        "--skip-existing", action="store_true", help="leave inputs whose output is there"
    )
    add_engine(complete, "complete")
    add_quality(complete)
    add_memory(complete)
    add_jobs(complete)


def _add_generate(commands: Commands) -> None:
    generate = command(
        commands, "generate", "make separate, closed parts from pictures, words or boxes"
    )
    generate.add_argument(
        "-o", "--output", metavar="OUT.glb", required=True, type=Path,
        help="the file of parts, or with --variants a folder",
    )  # fmt: skip
    generate.add_argument(
        "--image", metavar="FILE", type=Path, nargs="+", default=[], help="pictures of one object"
    )
    generate.add_argument(
        "--masks",
        metavar="FILE",
        type=Path,
        nargs="+",
        default=[],
        help="for each picture one with each part in a colour of its own, or of one picture a "
        "mask for each part",
    )
    generate.add_argument(
        "--views",
        metavar="SIDES",
        default="",
        help="the side that each picture shows, separated by commas: front, side, back, top",
    )
    generate.add_argument(
        "--rectangle",
        metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"),
        nargs=4,
        type=float,
        help="edges, in pixels, of a rectangle about the figure",
    )
    generate.add_argument(
        "--back", choices=("fill", "mirror"), help="what backs show: plain colours, or the front"
    )
    generate.add_argument(
        "--shape",
        metavar="[NUMBER=]KIND",
        nargs="+",
        default=[],
        help="round, half, turned or flat, for all parts, or for some by their number in the "
        "mask: 0=flat 3=round",
    )
    generate.add_argument(
        "--text",
        metavar="WORDS",
        help="what to make, without a picture: “a round wooden table with four legs”",
    )
    generate.add_argument(
        "--boxes",
        metavar="FILE.json",
        type=Path,
        help="parts with their boxes, words that choose what fills them, and joints",
    )
    generate.add_argument("--parts", metavar="N", type=whole_number(1, "parts"), help="how many")
    generate.add_argument(
        "--variants",
        metavar="N",
        type=whole_number(1, "variants"),
        help="how many objects, of this seed and the next ones: a file each, as they come",
    )
    generate.add_argument(
        "--preview", metavar="PNG", type=Path, help="picture of all sides, .png or .jpg"
    )
    add_previews(generate)
    add_engine(generate, "generate")
    add_quality(generate)
    add_faces(generate)
    add_memory(generate)


def _add_edit(commands: Commands) -> None:
    edit = command(commands, "edit", "put another part in a part's place", ONE_MESH)
    edit.add_argument("input", metavar="INPUT", type=Path, help="a scene, or .npz with labels")
    edit.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        type=Path,
        help="a .glb file, or a folder for one file for each variant",
    )
    edit.add_argument("--part", metavar="NAME", required=True, help="the part to replace")
    edit.add_argument(
        "--title",
        metavar="WORDS",
        help="what the whole object is: 'office chair'; as its file is called, without",
    )
    source = edit.add_mutually_exclusive_group()
    source.add_argument("--text", metavar="WORDS", help="what it should be: 'tall pink top hat'")
    source.add_argument("--image", metavar="FILE", type=Path, help="a picture of what it should be")
    source.add_argument("--with", dest="mesh", metavar="MESH", type=Path, help="a mesh file")
    source.add_argument("--regenerate", action="store_true", help="another part of the same kind")
    edit.add_argument(
        "--variants", metavar="N", type=whole_number(1, "variants"), default=1, help="how many"
    )
    edit.add_argument(
        "--twins", action="store_true", help="replace its mirror image too: both ears, both arms"
    )
    edit.add_argument(
        "--stretch",
        action="store_true",
        help="fit it to the old part's box; without, it keeps its own proportions",
    )
    edit.add_argument(
        "--join",
        choices=JOINS,
        default=AUTO,
        help="how its border meets the seam",
    )
    edit.add_argument(
        "--preview", metavar="PNG", type=Path, help="picture of all variants, .png or .jpg"
    )
    add_previews(edit)
    edit.add_argument(
        "--drawing",
        metavar="FILE",
        type=Path,
        help="a picture of the part in lines, beside words, for an engine that takes one; "
        "otherwise it has the old part's outline",
    )
    edit.add_argument(
        "--drawn-from",
        choices=VIEWS,
        help="the side of the object that the drawing shows; the front without",
    )
    edit.add_argument(
        "--strength-words",
        metavar="0..1",
        type=strength,
        help="how strongly words count, for an engine that weighs them",
    )
    edit.add_argument(
        "--strength-drawing", metavar="0..1", type=strength, help="the same of the drawing"
    )
    add_engine(edit, "replace")
    add_quality(edit)
    add_faces(edit, " of --image")
    add_memory(edit)


def _add_evaluate(commands: Commands) -> None:
    evaluate = command(commands, "evaluate", "measure quality on labelled objects", json=False)
    evaluate.add_argument("data", metavar="DATA.npz", type=Path, nargs="*")
    evaluate.add_argument(
        "--procedural",
        metavar="N",
        type=whole_number(1, "shapes"),
        help="instead of DATA: N smooth shapes, each with several plausible labellings",
    )
    evaluate.add_argument(
        "--task",
        choices=("segment", "click", "stability", "complete", "generate", *GENERATOR_TASKS, "all"),
        required=True,
        help="stability: how far copies with other triangles have the same parts, where DATA may "
        "also be meshes without labels; generate: how N pictures of procedural objects are kept; "
        "all: segments and clicks of the objects of DATA, of fused copies, of exact unions and of "
        "shapes; the objects' solid parts, completed; and the part generator (generator: that "
        "alone)",
    )
    evaluate.add_argument(
        "--json", dest="figures", metavar="FILE", type=Path, help="write each object's figures"
    )
    evaluate.add_argument("--sheet", metavar="PNG", type=Path, help="contact sheet of the results")
    evaluate.add_argument(
        "--worst",
        metavar="N",
        type=whole_number(1, "objects"),
        help="the sheet shows the N worst by Rand error, or IoU at one click or of completed parts",
    )
    evaluate.add_argument(
        "--plot", metavar="PNG", type=Path, help="Rand error by kind, or IoU against clicks"
    )
    evaluate.add_argument(
        "--report", metavar="DIR", type=Path, help="folder for tables, figures, plots and sheets"
    )
    evaluate.add_argument(
        "--write", metavar="FILE.md", type=Path, help="put the tables between a page's markers"
    )
    evaluate.add_argument(
        "--fused", action="store_true", help="on copies fused into one closed surface"
    )
    evaluate.add_argument(
        "--united", action="store_true", help="on the objects' solid parts, united exactly"
    )
    evaluate.add_argument("--limit", metavar="N", type=whole_number(1, "objects"))
    evaluate.add_argument(
        "--methods",
        metavar="NAMES",
        help="how parts are completed, separated by commas; all ways that there are by default",
    )
    evaluate.add_argument(
        "--count",
        metavar="N",
        type=whole_number(1, "cases"),
        help="how many cases the part generator is measured on, of each kind",
    )
    evaluate.add_argument(
        "--weights", metavar="FILE", type=Path, help="of the part generator, not those that ship"
    )
    evaluate.add_argument(
        "--ablations",
        metavar="FOLDER",
        type=Path,
        help="runs without a mechanism, for --task ablations",
    )
    add_engine(evaluate, "segment", "; several, separated by commas, are measured side by side")
    add_jobs(evaluate)


def _add_models(commands: Commands) -> None:
    models = command(
        commands, "models", "list, download, verify, remove or try out checkpoints", MODELS
    )
    models.add_argument("action", choices=("list", "download", "verify", "remove", "check"))
    models.add_argument("names", metavar="NAME", nargs="*")
    models.add_argument(
        "--accept-licence", action="store_true", help="agree to a licence that has limits"
    )
    models.add_argument(
        "--from", dest="folder", metavar="FOLDER", type=Path, help="files that are here already"
    )
    models.add_argument("--mirror", metavar="URL", help="download from there")
    models.add_argument("--offline", action="store_true", help="do not go online")
    models.add_argument(
        "--imagine",
        action="store_true",
        help="check also how shapes are turned: minutes with a graphics card, else an hour",
    )


def _add_install(commands: Commands) -> None:
    install = command(
        commands, "install", "make the private environment of engines with torch", INSTALL
    )
    install.add_argument(
        "--accelerator",
        metavar="NAME",
        choices=(AUTO, *ACCELERATORS),
        default=AUTO,
        help=f"{', '.join(ACCELERATORS)}, or {AUTO}: what fits this computer",
    )
    install.add_argument("--into", metavar="FOLDER", type=Path, help="where it is to lie")
    source = install.add_mutually_exclusive_group()
    source.add_argument(
        "--offline", metavar="PACK", type=Path, help="install an offline pack, without network"
    )
    source.add_argument(
        "--mirror", metavar="URL", default="", help="a simple index, or a folder of wheels"
    )
    action = install.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="only say what speaks for and against")
    action.add_argument("--repair", action="store_true", help="make it anew")
    action.add_argument("--remove", action="store_true", help="remove it; models stay")
    action.add_argument(
        "--use", metavar="PYTHON", type=Path, help="use a Python of your own, after it was tried"
    )
    action.add_argument(
        "--pack", metavar="FILE", type=Path, help="write an offline pack for this system and Python"
    )
