"""Other programs are started with the user's environment, not with that of the packaged program."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop.outside import open_outside

VARIABLES = {
    "LD_LIBRARY_PATH": "/bundle",
    "LD_LIBRARY_PATH_ORIG": "/users/own",
    "QT_PLUGIN_PATH": "/bundle/plugins",
    "_PYI_ARCHIVE_FILE": "/bundle/lesion-lab",
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What was opened, and the environment at that moment."""
    found: list[tuple[str, dict[str, str]]] = []

    def take(url: QUrl) -> bool:
        found.append((url.toString(), {name: os.environ[name] for name in VARIABLES if name in os.environ}))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", take)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return found


def test_packaged(opened: list[tuple[str, dict[str, str]]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own paths are back for the other program, and gone again for this one and its children."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert open_outside(Path("/folder/a b"))
    assert opened == [("file:///folder/a b", {"LD_LIBRARY_PATH": "/users/own"})]
    assert {name: os.environ[name] for name in VARIABLES} == VARIABLES


def test_from_source(opened: list[tuple[str, dict[str, str]]]) -> None:
    """Nothing is changed: what is set there, the user set."""
    assert open_outside(QUrl("http://127.0.0.1:7860/"))
    assert opened == [("http://127.0.0.1:7860/", VARIABLES)]
