"""The licences in the window are gathered by a child; meanwhile and in trouble there are words."""

from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.widgets.licences_dialog import LicencesDialog


def test_all_licences_arrive(qtbot: QtBot, runner: JobRunner) -> None:
    """Those of Python, Qt and the libraries, and that of the data."""
    dialog = LicencesDialog(runner)
    qtbot.addWidget(dialog)
    assert "Gathering" in dialog.text.toPlainText()
    qtbot.waitUntil(lambda: "Gathering" not in dialog.text.toPlainText(), timeout=120_000)
    text = dialog.text.toPlainText()
    for part in ("Python 3.", "GNU LESSER GENERAL PUBLIC LICENSE", "torch", "CC BY-NC 4.0"):
        assert part in text
    assert dialog.text.isReadOnly()
