# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/guide as HTML that needs no network: ``python build_guide.py [-o build/guide]``.

A package holds what this makes: a page for each of docs/guide and for the two documents that it
leads to, the pictures that they show, one style sheet and no script. Links to what does not come
along become plain words. Equal sources give equal bytes.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from backend.contract.errors import BadInput, PartwiseError
from blender_addon.core import guide as places

ROOT = Path(__file__).resolve().parent
GUIDE = "docs/guide"
ALONG = ("docs/installation.md", "docs/models.md")  # what artists look up besides
STYLE = "style.css"
MEND = "Mend the link."
PNG = b"\x89PNG\r\n\x1a\n"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<nav aria-label="Pages"><strong><a href="index.html">Partwise</a></strong>
<ul>
{menu}
</ul></nav>
<main>
{body}
<footer>{beside}</footer>
</main>
</body>
</html>
"""
WAY = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={to}">
<title>Partwise</title></head><body><p><a href="{to}">{to}</a></p></body></html>
"""


@dataclass(frozen=True)
class Page:
    """A document: its path below the checkout, the name of its page, and what stands in it."""

    path: str
    name: str
    tokens: list[Token]

    @property
    def title(self) -> str:
        """Its first heading, as HTML."""
        return next(escape(words) for _, words in headings(self.tokens))

    @property
    def anchors(self) -> list[str]:
        """What can stand behind # in links to it."""
        return anchors_of(self.tokens)


def build(root: Path = ROOT) -> dict[str, bytes]:
    """The guide of a checkout: path below its folder -> content.

    Raises BadInput for a link to a heading that is not there, or a picture that is none.
    """
    pages = read(root)
    listed = ordered(pages)
    files = {STYLE: (root / GUIDE / STYLE).read_bytes()}
    for page in pages.values():
        body, pictures = render(page, pages, root)
        files |= {f"images/{Path(name).name}": (root / name).read_bytes() for name in pictures}
        text = PAGE.format(
            title=page.title if page.name == places.INDEX else f"{page.title} - Partwise",
            style=STYLE,
            menu="\n".join(_entry(each, page) for each in listed),
            body=body,
            beside=_beside(page, listed),
        )
        files[f"{page.name}.html"] = text.encode()
    for _, place in places.MANUAL:
        name, _, heading = place.partition("#")
        if heading:
            to = f"../{name}.html#{heading}"
            files[places.file_of(place)] = WAY.format(to=to).encode()
    return dict(sorted(files.items()))


def sources(root: Path = ROOT) -> list[str]:
    """All files of a checkout that the guide is made of."""
    pages = read(root)
    shown = {name for page in pages.values() for name in render(page, pages, root)[1]}
    return sorted({f"{GUIDE}/{STYLE}", *pages, *shown})


def read(root: Path) -> dict[str, Page]:
    """Path below the checkout -> page, of all documents that come along."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    paths = sorted(path.relative_to(root).as_posix() for path in (root / GUIDE).glob("*.md"))
    return {
        path: Page(path, Path(path).stem, parser.parse((root / path).read_text(encoding="utf-8")))
        for path in (*paths, *ALONG)
    }


def ordered(pages: dict[str, Page]) -> list[Page]:
    """The pages in the order in which the first one leads to them; those beside the guide last."""
    first = pages[f"{GUIDE}/{places.INDEX}.md"]
    found = dict.fromkeys([first.path])
    for token in _inner(first.tokens):
        if token.type == "link_open":
            found[_target(first, str(token.attrs["href"]))[0]] = None
    return [pages[path] for path in (*found, *ALONG) if path in pages]


def render(page: Page, pages: dict[str, Page], root: Path) -> tuple[str, list[str]]:
    """What stands in the page as HTML, and the pictures that it shows, below the checkout."""
    parser, pictures = MarkdownIt("commonmark", {"html": True}).enable("table"), []
    tokens = _without_empty_heads(page.tokens)
    for token, anchor in zip(_headings(tokens), page.anchors, strict=True):
        token.attrSet("id", anchor)
    shown: list[Token] = []
    for token in tokens:
        children = token.children or []
        if [child.type for child in children] == ["image"]:
            name = _target(page, str(children[0].attrs["src"]))[0]
            pictures.append(name)
            shown[-1:] = [_html(_figure(name, children[0].content, root))]  # not in a paragraph
            continue
        if shown and shown[-1].type == "html_block" and token.type == "paragraph_close":
            continue
        if children:
            token = token.copy(children=list(_linked(page, children, pages)))
        shown.append(token)
    return parser.renderer.render(shown, parser.options, {}), pictures


def headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Each heading and its words."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            children = tokens[place + 1].children or []
            yield token, "".join(child.content for child in children)


def anchors_of(tokens: Sequence[Token]) -> list[str]:
    """The anchor of each heading, as GitHub makes them of its words."""
    return [
        re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for _, words in headings(tokens)
    ]


def _headings(tokens: Sequence[Token]) -> list[Token]:
    return [token for token, _ in headings(tokens)]


def _inner(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def _linked(page: Page, children: Sequence[Token], pages: dict[str, Page]) -> Iterator[Token]:
    """The same with links to the built pages; without those to what does not come along."""
    dropped = False
    for token in children:
        if token.type == "link_open":
            link = str(token.attrs["href"])
            if re.match(r"https?:", link):
                yield token
                continue
            path, anchor = _target(page, link)
            dropped = path not in pages
            if dropped:
                continue
            if anchor and anchor not in pages[path].anchors:
                raise BadInput(f"{page.path} leads to {link}: no such heading.", MEND)
            yield token.copy(attrs={"href": f"{pages[path].name}.html{'#' * bool(anchor)}{anchor}"})
        elif token.type == "link_close" and dropped:
            dropped = False
        else:
            yield token


def _target(page: Page, link: str) -> tuple[str, str]:
    """What a link of a page leads to: a path below the checkout, and an anchor or nothing."""
    path, _, anchor = link.partition("#")
    folder = posixpath.dirname(page.path)
    return (posixpath.normpath(posixpath.join(folder, path)) if path else page.path), anchor


def _figure(name: str, words: str, root: Path) -> str:
    """A picture with its words below; a click shows it in its own size."""
    data = (root / name).read_bytes() if (root / name).is_file() else b""
    if not data.startswith(PNG):
        raise BadInput(f"The guide shows {name}, which is no PNG.", "Make it, or mend the link.")
    width, height = struct.unpack(">II", data[16:24])
    file = f"images/{Path(name).name}"
    picture = f'<img src="{file}" width="{width}" height="{height}" alt="">'
    return (
        f'<figure><a href="{file}" title="In its own size">{picture}</a>\n'
        f"<figcaption>{escape(words)}</figcaption></figure>\n"
    )


def _html(text: str) -> Token:
    return Token("html_block", "", 0, content=text)


def _without_empty_heads(tokens: Sequence[Token]) -> list[Token]:
    """The same without heads of tables that only Markdown needs."""
    kept: list[Token] = []
    begin = 0
    for token in tokens:
        kept.append(token)
        if token.type == "thead_open":
            begin = len(kept) - 1
        elif token.type == "thead_close" and not any(each.content for each in kept[begin:]):
            del kept[begin:]
    return kept


def _entry(page: Page, shown: Page) -> str:
    here = ' aria-current="page"' if page is shown else ""
    return f'<li><a href="{page.name}.html"{here}>{page.title}</a></li>'


def _beside(page: Page, listed: list[Page]) -> str:
    """Links to the page before and the one after."""
    place = listed.index(page)
    before, after = listed[max(place - 1, 0) : place], listed[place + 1 : place + 2]
    links = [f'<a href="{each.name}.html" rel="prev">← {each.title}</a>' for each in before]
    links += [f'<a href="{each.name}.html" rel="next">{each.title} →</a>' for each in after]
    return "\n".join(links)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the guide into a folder. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="build_guide.py", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build/guide", metavar="DIR")
    folder = parser.parse_args(arguments).output
    try:
        files = build()
    except PartwiseError as error:
        print(error, file=sys.stderr)
        return 2
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    print(f"{sum(map(len, files.values())) / 1e6:5.1f} MB  {folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
