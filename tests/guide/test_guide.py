"""The user guide is whole and true to the program: no link or picture is missing, no sentence out of date."""

import re
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from engine.labels import NOTICE
from tests.guide.make_pictures import IN_GUIDE, PICTURES
from tests.guide.make_words import GUIDE, make_numbers, make_words

PAGES = sorted(GUIDE.glob("*.md"))
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def links(page: Path) -> list[tuple[bool, str, str]]:
    """(whether it is a picture, its words, where it leads) of each link of a page."""
    return [(mark == "!", words, target) for mark, words, target in _LINK.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a page or a picture beside it: the guide needs no network. Each picture says in words what it shows."""
    for is_picture, words, target in links(page):
        assert (GUIDE / target).is_file(), target
        assert not is_picture or len(words.split()) >= 3, target


def test_every_page_can_be_reached() -> None:
    """From the first one, and leads back to it."""
    reached, waiting = set(), ["index.md"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [target for is_picture, _, target in links(GUIDE / name) if not is_picture]
    assert reached == {page.name for page in PAGES}
    assert all("index.md" in page.read_text(encoding="utf-8") for page in PAGES if page.name != "index.md")


def test_the_pictures_are_those_that_the_script_makes() -> None:
    """None is missing, none left over; together they are small."""
    shown = {target for page in PAGES for is_picture, _, target in links(page) if is_picture}
    assert shown == {f"pictures/{name}.png" for name in IN_GUIDE}
    files = sorted(PICTURES.iterdir())
    assert {f"pictures/{path.name}" for path in files} == shown
    assert sum(path.stat().st_size for path in files) < 2_000_000
    for path in files:
        with Image.open(path) as picture:
            assert picture.width > 1000


def test_the_words_are_those_of_the_program(qtbot: QtBot, tmp_path: Path) -> None:
    """Classes, figures and settings are explained as the window does; `python -m tests.guide.make_words` mends it."""
    assert (GUIDE / "numbers.md").read_text(encoding="utf-8") == make_numbers()
    assert (GUIDE / "words.md").read_text(encoding="utf-8") == make_words(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_window_can_show_it(qtbot: QtBot, page: Path) -> None:
    """Headings, lists, tables and pictures become such: no mark of Markdown is left over."""
    browser = QTextBrowser()
    qtbot.addWidget(browser)
    browser.setSource(QUrl.fromLocalFile(str(page)), QTextDocument.ResourceType.MarkdownResource)
    text = browser.toPlainText()
    assert text.startswith(page.read_text(encoding="utf-8").split("\n")[0].removeprefix("# "))
    assert [mark for mark in ("**", "](", "|---", "## ") if mark in text] == []


def test_the_readme_shows_what_is_there() -> None:
    """Its links within the repository, pictures included, lead somewhere."""
    readme = Path(__file__).parents[2] / "README.md"
    targets = [target for _, _, target in links(readme) if "://" not in target]
    assert len(targets) > 5
    assert [target for target in targets if not (readme.parent / target).exists()] == []


def test_it_says_what_it_is_not() -> None:
    """On its first page and on one of its own."""
    for name in ("index.md", "limits.md"):
        assert NOTICE in (GUIDE / name).read_text(encoding="utf-8")
