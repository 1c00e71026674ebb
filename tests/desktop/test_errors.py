"""Errors in the window: sentence, hint, report, log."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.errors import ErrorPanel, UncaughtReporter, describe_error, log_to_file
from engine import places
from engine.errors import ChildDiedError, DataError, UnexpectedError

FAULT = UnexpectedError("ZeroDivisionError", "division by zero", "Traceback: line 1")


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, left as it was found."""
    logger = logging.getLogger()
    handlers = list(logger.handlers)
    yield logger
    for handler in set(logger.handlers) - set(handlers):
        logger.removeHandler(handler)
        handler.close()


def test_what_the_user_can_mend_is_a_sentence_and_a_hint() -> None:
    """No details to report: nothing is wrong with the program."""
    error = DataError("There is no table.", "Choose another folder.")
    assert describe_error(error) == ("There is no table.", "Choose another folder.", None)


def test_a_fault_of_the_program_brings_its_traceback() -> None:
    """From a child as text, or from the window itself."""
    sentence, hint, details = describe_error(FAULT)
    assert "did not expect" in sentence
    assert "copy the details" in hint
    assert details is not None
    assert "Traceback: line 1" in details
    assert "ValueError: boom" in str(describe_error(ValueError("boom"))[2])


def test_last_words_of_a_child_are_details() -> None:
    """The hint stays short; what the child printed can be copied."""
    error = ChildDiedError("It ended.", "Start it again.\n\nIts last words:\nout of memory")
    sentence, hint, details = describe_error(error)
    assert (sentence, hint) == ("It ended.", "Start it again.")
    assert details is not None
    assert details.endswith("out of memory")


def test_the_panel_shows_copies_and_goes_away(qtbot: QtBot) -> None:
    """Copy is there only where there is something to copy."""
    panel = ErrorPanel()
    qtbot.addWidget(panel)
    copy, dismiss = panel.findChildren(QPushButton)
    assert panel.isHidden()
    panel.show_error(FAULT)
    assert panel.sentence
    assert panel.isVisible()
    copy.click()
    assert "division by zero" in QGuiApplication.clipboard().text()
    panel.show_error(DataError("There is no table.", "Choose another folder."))
    assert (panel.sentence, panel.hint) == ("There is no table.", "Choose another folder.")
    assert copy.isHidden()
    assert "There is no table." in panel.accessibleName()
    dismiss.click()
    assert panel.isHidden()
    assert panel.sentence == panel.hint == ""


def test_text_of_others_is_shown_as_text(qtbot: QtBot) -> None:
    """A file name with tags in it is no markup."""
    panel = ErrorPanel()
    qtbot.addWidget(panel)
    panel.show_error(DataError("<b>x</b>.csv has no column.", "Look."))
    assert panel.sentence == "<b>x</b>.csv has no column."


def test_errors_go_to_the_log_file(root_logger: logging.Logger) -> None:
    """What was shown can be found later."""
    log_to_file()
    logging.getLogger("desktop.jobs").error("Training: it ended")
    logging.getLogger("desktop.jobs").info("not this")
    text = (places.log_dir() / "window.log").read_text(encoding="utf-8")
    assert "Training: it ended" in text
    assert "not this" not in text


def test_old_logs_of_children_are_removed(root_logger: logging.Logger) -> None:
    """After a week; what is newer may still explain something."""
    places.log_dir().mkdir(parents=True)
    old, new = places.log_dir() / "engine-work-1.log", places.log_dir() / "engine-work-2.log"
    for path in (old, new):
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    log_to_file()
    assert not old.exists()
    assert new.exists()


def test_without_a_log_folder_the_window_opens_all_the_same(
    home: Path, root_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file where the folder should be is no reason to die."""
    (home / "logs").write_bytes(b"")
    before = list(root_logger.handlers)
    log_to_file()
    assert root_logger.handlers == before


def test_what_nobody_caught_is_logged_and_reported(
    qtbot: QtBot, root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hook of last resort: log, terminal, and the window by a signal."""
    log_to_file()
    reporter = UncaughtReporter()
    error = ValueError("boom")
    with qtbot.waitSignal(reporter.caught) as caught:
        reporter.report(ValueError, error, None)
    assert caught.args == [error]
    assert "boom" in (places.log_dir() / "window.log").read_text(encoding="utf-8")
    assert "boom" in capsys.readouterr().err
    assert sys.excepthook != reporter.report  # only the application puts it in place
