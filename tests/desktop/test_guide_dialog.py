"""The guide in the window: contents, pictures that fit, and a sentence where it is missing."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from desktop.widgets import guide_dialog
from desktop.widgets.guide_dialog import GuideDialog

TEXT = "# The guide\n\nWords.\n\n![Wide](wide.png)\n\n" + "More words.\n\n" * 80 + "## The end\n\nLast words.\n"


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guide with two headings and a wide picture."""
    path = tmp_path / "index.md"
    path.write_text(TEXT)
    image = QImage(3000, 600, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(tmp_path / "wide.png"))
    monkeypatch.setattr(guide_dialog, "guide_file", lambda: path)
    return path


def test_contents_lead_to_their_headings(guide: Path, qtbot: QtBot) -> None:
    """Each heading is listed, and choosing one scrolls to it."""
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert [dialog.contents.item(row).text().strip() for row in range(2)] == ["The guide", "The end"]
    assert dialog.text.verticalScrollBar().value() == 0
    dialog.contents.setCurrentRow(1)
    assert dialog.text.verticalScrollBar().value() > 500
    assert "Last words." in dialog.text.toPlainText()


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
    assert dialog.contents.isHidden()
