"""What the tests of the window share: a runner that is shut down, and the state and settings of a fresh home."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.garbage import collect_due
from desktop.jobs import JobRunner
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme
from engine import starter


@pytest.fixture(autouse=True)
def _without_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window's program came without a starter model, unless a test asks for one."""
    monkeypatch.setattr(starter, "starter_model", lambda: None)


@pytest.fixture
def starter_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a starter model that the program came with; its content is no model."""
    path = tmp_path / "starter" / "model.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"no model")
    monkeypatch.setattr(starter, "starter_model", lambda: path)
    return path


@pytest.fixture(autouse=True, scope="package")
def _no_garbage_in_threads() -> Iterator[None]:
    """Nothing is collected in a thread, as in the program: Qt's objects die in the window's thread."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _garbage_waits(_no_garbage_in_threads: None) -> Iterator[None]:
    """Until the test is over."""
    yield
    collect_due()


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    """A runner with its own children; none is left when the test ends."""
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def state(qtbot: QtBot) -> AppState:
    return AppState()


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    return Settings()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """A theme that leaves the application as it found it."""
    palette, name = qapp.palette(), qapp.style().objectName()
    theme = Theme(qapp)
    yield theme
    theme.set_scheme(Qt.ColorScheme.Unknown)
    qapp.styleHints().colorSchemeChanged.disconnect(theme._on_scheme_changed)
    theme.setParent(None)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setStyle(name)
