"""The guide in the window: its pages, pictures that fit, and a sentence where it is missing."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from desktop.widgets import guide_dialog
from desktop.widgets.guide_dialog import GuideDialog, list_pages

INDEX = "# The guide\n\nSee [the end](end.md), [again](end.md), [gone](gone.md).\n\n![Wide](wide.png)\n"


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guide of two pages, with a wide picture and a broken link."""
    (tmp_path / "index.md").write_text(INDEX)
    (tmp_path / "end.md").write_text("# The end\n\nLast words.\n")
    image = QImage(3000, 600, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(tmp_path / "wide.png"))
    monkeypatch.setattr(guide_dialog, "guide_file", lambda: tmp_path / "index.md")
    return tmp_path


def test_pages_are_listed_and_lead_there(guide: Path, qtbot: QtBot) -> None:
    """Each once, by its title, in the order of the links; Back leads back, and the list follows."""
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert [dialog.pages.item(row).text() for row in range(dialog.pages.count())] == ["The guide", "The end"]
    assert not dialog.back_button.isEnabled()
    dialog.pages.setCurrentRow(1)
    assert "Last words." in dialog.text.toPlainText()
    dialog.back_button.click()
    assert dialog.text.toPlainText().startswith("The guide")
    assert dialog.pages.currentRow() == 0


def test_a_link_is_followed(guide: Path, qtbot: QtBot) -> None:
    """As Markdown, and the list marks where it led."""
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    dialog.text.setSource(QUrl("end.md"))
    assert dialog.text.toPlainText().splitlines() == ["The end", "Last words."]
    assert dialog.pages.currentRow() == 1


def test_the_guide_of_the_program_is_whole() -> None:
    """Its pages are all in the list, so that each can be found."""
    index = guide_dialog.guide_file()
    listed = {path for _, path in list_pages(index)}
    assert listed == set(index.parent.glob("*.md"))


def test_pictures_are_no_wider_than_the_text(guide: Path, qtbot: QtBot) -> None:
    """Also when the window is made smaller."""
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    for width in (1000, 700):
        dialog.resize(width, 600)
        qtbot.waitUntil(lambda width=width: dialog.width() == width)
        picture = dialog.text.loadResource(QTextDocument.ResourceType.ImageResource.value, "wide.png")
        assert 0 < picture.width() <= dialog.text.viewport().width()
        assert dialog.text.horizontalScrollBar().maximum() == 0


def test_a_missing_guide_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    """A copy of the program without it says so."""
    monkeypatch.setattr(guide_dialog, "guide_file", lambda: tmp_path / "index.md")
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    assert "missing from this copy" in dialog.text.toPlainText()
    assert dialog.pages.isHidden()
