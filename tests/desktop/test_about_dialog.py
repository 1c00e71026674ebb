"""About: version, build, device, libraries, and what the program is not."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop import facts
from desktop.state import AppState
from desktop.widgets.about_dialog import AboutDialog
from engine import __version__
from engine.build_info import BuildInfo
from engine.labels import NOTICE
from engine.results import DeviceInfo

BUILD = BuildInfo(
    version=__version__,
    variant="cpu",
    built="2026-11-23",
    commit="abc1234",
    system="Linux x86_64",
    python="3.11.7",
    shim="torchvision's compiled operators are missing.",
)


def test_all_of_it_can_be_read_and_copied(qtbot: QtBot, state: AppState) -> None:
    """The device comes as soon as it is known."""
    dialog = AboutDialog(state)
    qtbot.addWidget(dialog)
    words = dialog.words.text()
    for part in (NOTICE, f"Version {__version__}", "from its source", "torch 2.", "Qt 6.", "Looking for the device"):
        assert part in words
    state.set_device(DeviceInfo(kind="cuda", name="RTX 4060", reason="An NVIDIA card is fastest."))
    assert "Computes on: RTX 4060." in dialog.words.text()
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == dialog.words.text()


def test_no_line_is_cut(qtbot: QtBot, state: AppState, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the sentences of a build are: what does not fit can be scrolled to."""
    monkeypatch.setattr(facts, "read_build_info", lambda: replace(BUILD, shim=200 * "A long story. "))
    dialog = AboutDialog(state)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.words.height() >= dialog.words.heightForWidth(dialog.words.width())


def test_a_packaged_copy_says_how_it_was_built(state: AppState, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what stands in for a part that it lacks."""
    monkeypatch.setattr(facts, "read_build_info", lambda: BUILD)
    text = "\n".join(facts.describe(state))
    assert "Packaged on 2026-11-23 for Linux x86_64, CPU variant, commit abc1234." in text
    assert BUILD.shim in text
    monkeypatch.setattr(facts, "read_build_info", lambda: replace(BUILD, shim="", commit=""))
    assert "commit" not in "\n".join(facts.describe(state))
