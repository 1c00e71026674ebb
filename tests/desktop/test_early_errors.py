"""What goes wrong before there is a window is said in a box and kept in a file that the box names."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from desktop import early_errors
from engine.errors import DiskError

ROOT = Path(__file__).parents[2]


def test_a_fault_is_said_and_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence names the file, the file holds the traceback; the exit code says whose fault it is."""
    with pytest.raises(ImportError) as raised:
        raise ImportError("libEGL is missing")
    assert early_errors.tell(raised.value) == 3
    said = capsys.readouterr().err
    assert "Lesion Lab could not start." in said
    assert "libEGL is missing" in said
    assert str(home / "logs" / "start.log") in said
    assert "Traceback" not in said
    assert "Traceback" in (home / "logs" / "start.log").read_text()


def test_what_the_user_can_mend_is_a_sentence_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk is no fault of the program."""
    assert early_errors.tell(DiskError("The disk is full.", "Free some space.")) == 2
    said = capsys.readouterr().err
    assert "The disk is full.\n\nFree some space." in said
    assert "could not start" not in said


def test_without_a_log_folder_the_story_lies_among_temporary_files(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A read-only home does not silence it."""
    (home / "logs").write_text("in the way")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    early_errors.tell(RuntimeError("boom"))
    assert str(tmp_path / "lesion-lab-start.log") in capsys.readouterr().err
    assert "boom" in (tmp_path / "lesion-lab-start.log").read_text()


def test_the_box_shows_the_words_until_it_is_closed(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the only thing that somebody sees who double-clicked."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    seen: list[str] = []

    def close() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(box.text())
        box.reject()

    QTimer.singleShot(200, close)
    assert early_errors.show_box("It could not start.")
    assert seen == ["It could not start."]


def test_a_window_that_cannot_open_ends_with_words(home: Path) -> None:
    """The whole program: no traceback on the screen, exit code 2, for a home that cannot be used."""
    (home / "file").write_text("in the way")
    code = (
        "import os, sys; os.environ['QT_QPA_PLATFORM'] = 'offscreen'; "
        f"os.environ['LESION_LAB_HOME'] = {str(home / 'file' / 'home')!r}; import main; sys.exit(main.main([]))"
    )
    environment = {**os.environ, "TMPDIR": str(home)}  # there its story is kept
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "cannot keep anything in its folder" in done.stderr
    assert "Traceback" not in done.stderr
