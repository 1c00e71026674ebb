"""News of long jobs for somebody who works elsewhere, and none for somebody who looks on."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.notifier import LONG_S, Notifier
from tests.desktop.scripted_runner import ScriptedRunner


@pytest.fixture
def runner() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def window(qtbot: QtBot, runner: ScriptedRunner, monkeypatch: pytest.MonkeyPatch) -> QWidget:
    """A window that is open and not active."""
    window = QWidget()
    window.setWindowTitle("Lesion Lab")
    qtbot.addWidget(window)
    Notifier(window, runner)  # type: ignore[arg-type]
    window.show()
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    return window


def ended(seconds: float = LONG_S + 1, **changes: Any) -> Any:
    """A job that has just ended, as the notifier sees it."""
    values = {"has_succeeded": True, "has_paused": False, "is_cancelling": False, "title": "Training"}
    return SimpleNamespace(started_at=time.monotonic() - seconds, **{**values, **changes})


def test_a_long_job_is_told_until_the_window_is_looked_at(window: QWidget, runner: ScriptedRunner) -> None:
    """In the title, which task bars show; the next look takes it away."""
    runner.job_ended.emit(ended())
    assert window.windowTitle() == "Training: done - Lesion Lab"
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert window.windowTitle() == "Lesion Lab"


def test_it_says_how_it_ended(window: QWidget, runner: ScriptedRunner) -> None:
    """A failure is no success, and a pause is neither."""
    runner.job_ended.emit(ended(has_succeeded=False))
    assert "ended with an error" in window.windowTitle()
    runner.job_ended.emit(ended(has_succeeded=False, has_paused=True))
    assert "paused" in window.windowTitle()


@pytest.mark.parametrize("changes", [{"seconds": 1}, {"is_cancelling": True}], ids=["short", "cancelled"])
def test_what_is_short_or_was_cancelled_is_no_news(
    window: QWidget, runner: ScriptedRunner, changes: dict[str, Any]
) -> None:
    """Nobody waits for it."""
    runner.job_ended.emit(ended(**changes))
    assert window.windowTitle() == "Lesion Lab"


def test_who_looks_on_is_not_told(window: QWidget, runner: ScriptedRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page shows it anyway."""
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    runner.job_ended.emit(ended())
    assert window.windowTitle() == "Lesion Lab"
