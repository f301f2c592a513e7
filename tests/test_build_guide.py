# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide as HTML: whole, without network and scripts, and told where something lacks."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import build_guide
from backend.contract.errors import BadInput
from blender_addon.core import guide

ROOT = build_guide.ROOT
DOT = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02"


class Reader(HTMLParser):
    """What a page leads to and shows, its place in the menu, its anchors, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.here: list[str] = []
        self.shows: list[str] = []
        self.anchors: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag not in ("meta", "link", "img", "br", "hr"):
            self.open.append(tag)
        self.anchors += [given["id"]] if "id" in given else []
        self.leads += [given["href"]] if tag == "a" else []
        self.here += [given["href"]] if "aria-current" in given else []
        self.shows += [given[name] for name in ("src", "href") if name in given and tag != "a"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} ends what it did not begin"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return build_guide.build()


@pytest.fixture(scope="module")
def read(files: dict[str, bytes]) -> dict[str, Reader]:
    """The pages, by their names."""
    return {
        name: Reader(data.decode())
        for name, data in files.items()
        if name.endswith(".html") and "/" not in name
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A guide of one page, which each test adds to."""
    for name in build_guide.ALONG:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# Beside\n", encoding="utf-8")
    folder = tmp_path / build_guide.GUIDE
    folder.mkdir()
    (folder / build_guide.STYLE).write_text("p {}\n", encoding="utf-8")
    (folder / "dot.png").write_bytes(DOT)
    return tmp_path


def page_of(checkout: Path, text: str) -> str:
    """The page that is built of a text."""
    path = checkout / build_guide.GUIDE / "index.md"
    path.write_text(text, encoding="utf-8")
    return build_guide.build(checkout)["index.html"].decode()


def test_every_page_is_in_the_guide_and_in_the_menu_of_each(read):
    names = {f"{path.stem}.html" for path in (ROOT / build_guide.GUIDE).glob("*.md")}
    assert names == read.keys() - {f"{Path(name).stem}.html" for name in build_guide.ALONG}
    assert len(names) > 8
    for name, page in read.items():
        assert read.keys() <= set(page.leads), f"the menu of {name} lacks pages"
        assert page.here == [name], "it is marked where one is"


def test_every_link_and_picture_is_in_the_folder(files, read):
    for name, page in read.items():
        for link in page.leads:
            if link.startswith("https:"):
                continue
            target, _, anchor = link.partition("#")
            assert target in files, f"{name} leads to {link}"
            assert not anchor or anchor in read[target].anchors, f"{name} leads to {link}"
        assert set(page.shows) <= files.keys(), name
    shown = {link for page in read.values() for link in page.shows}
    assert shown == {name for name in files if not name.endswith(".html")}, "what no page shows"


def test_every_page_of_the_guide_has_a_picture_and_one_title(files, read):
    for name in read.keys() - {"installation.html", "models.html"}:
        assert any(link.startswith("images/") for link in read[name].shows), name
        assert files[name].count(b"<h1") == 1, name


def test_pages_are_whole_and_need_neither_scripts_nor_network(files, read):
    for name, page in read.items():
        assert page.open == [], name
        assert len(page.anchors) == len(set(page.anchors)), name
        assert not page.tags & {"script", "iframe", "object", "embed", "form"}, name
        assert not [link for link in page.shows if ":" in link], name
    assert not re.search(rb"url\(|@import|:\s*//", files[build_guide.STYLE])


def test_ways_lead_to_their_headings(files, read):
    ways = [name for name in files if name.startswith("go/")]
    assert len(ways) > 20
    for name in ways:
        found = re.findall(r'(?:url=|href=")\.\./([^#"]+)#([^"]+)"', files[name].decode())
        assert len(found) == 2, "at once, and for a browser that asks before"
        assert found[0] == found[1]
        assert found[0][1] in read[found[0][0]].anchors, name


def test_two_builds_are_equal(files):
    assert build_guide.build() == files


def test_sources_are_all_that_it_is_made_of(tmp_path, files):
    for name in build_guide.sources():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    assert build_guide.build(tmp_path) == files


def test_a_picture_alone_is_a_figure_of_its_size_with_its_words(checkout):
    page = page_of(checkout, "# A\n\nBefore\n\n![A <dot>](dot.png)\n\nAfter\n")
    assert '<img src="images/dot.png" width="3" height="2"' in page
    assert "<figcaption>A &lt;dot&gt;</figcaption>" in page
    assert "<p>Before</p>" in page
    assert "<p>After</p>" in page
    assert page.count("<p>") == page.count("</p>") == 2


def test_a_head_of_a_table_is_shown_if_it_says_something(checkout):
    page = page_of(
        checkout, "# A\n\n| | |\n| - | - |\n| one | two |\n\n| b | |\n| - | - |\n| c | d |\n"
    )
    assert page.count("<thead>") == 1
    assert page.count("<tbody>") == 2


def test_links_to_what_stays_at_home_become_words(checkout):
    text = "# A\n\n[the *readme*](../../README.md#b), [beside](../models.md), [it](https://a.example)\n"
    page = page_of(checkout, text)
    assert "the <em>readme</em>, " in page
    assert '<a href="models.html">beside</a>' in page
    assert '<a href="https://a.example">it</a>' in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](../models.md#away)", "leads to ../models.md#away: no such heading"),
        ("![a](away.png)", "shows docs/guide/away.png, which is no PNG"),
        ("![a](style.css)", "shows docs/guide/style.css, which is no PNG"),
    ],
)
def test_what_leads_nowhere_is_told(checkout, text, said):
    with pytest.raises(BadInput, match=re.escape(said)):
        page_of(checkout, f"# A\n\n{text}\n")


def test_the_program_writes_it(tmp_path, capsys, monkeypatch):
    assert build_guide.main(["-o", str(tmp_path)]) == 0
    assert (tmp_path / "index.html").is_file()
    assert (tmp_path / guide.file_of("index#previews")).is_file()
    assert str(tmp_path / "index.html") in capsys.readouterr().out

    def fails() -> None:
        raise BadInput("A link leads nowhere.", "Mend it.")

    monkeypatch.setattr(build_guide, "build", fails)
    assert build_guide.main(["-o", str(tmp_path)]) == 2
    assert "A link leads nowhere" in capsys.readouterr().err
