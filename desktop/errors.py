"""Says errors in the window: a sentence, a hint, and for faults of the program a report to copy; all go to the log."""

import contextlib
import logging
import sys
import time
import traceback
from logging.handlers import RotatingFileHandler
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP
from engine import places
from engine.errors import EngineError, UnexpectedError

_LOG = logging.getLogger("desktop")
_KEPT_SECONDS = 7 * 24 * 3600
_LAST_WORDS = "\n\nIts last words:\n"  # as `engine.process` adds them to a hint


def describe_error(error: object) -> tuple[str, str, str | None]:
    """The sentence, the hint and, where there is more to report, the details to copy."""
    if isinstance(error, EngineError):
        hint, _, words = error.hint.partition(_LAST_WORDS)
        return error.message, hint, f"{error.message}\n{error.hint}" if words else None
    if isinstance(error, UnexpectedError):
        details = f"{error}\n\n{error.traceback}"
    elif isinstance(error, BaseException):
        details = "".join(traceback.format_exception(error))
    else:
        details = str(error)
    hint = "Nothing that was saved before is lost. Try again; if it happens again, copy the details and report them."
    return "Something went wrong that the program did not expect.", hint, details


def log_to_file() -> None:
    """Write warnings and errors to a file in the log folder; where there can be none, do without."""
    try:
        places.log_dir().mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            places.log_dir() / "window.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True
        )
    except OSError:
        return
    _remove_old_logs()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)


def _remove_old_logs() -> None:
    """Children of a window that was killed leave their logs behind."""
    for path in places.log_dir().glob("engine-*.log"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                path.unlink()


class UncaughtReporter(QObject):
    """An exception hook: what nobody caught goes to the log and, through `caught`, into the window."""

    caught = Signal(object)

    def report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """For `sys.excepthook`; may be called in any thread."""
        _LOG.critical("uncaught", exc_info=(kind, error, trace))
        if sys.stderr is not None:  # a windowed executable on Windows has none
            sys.__excepthook__(kind, error, trace)
        self.caught.emit(error)


class ErrorPanel(QFrame):
    """An error in its place on the page: what happened, what to do, Copy details, Dismiss. Hidden while all is well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "error")
        self._sentence = _text("heading")
        self._hint = _text("")
        self._details = ""
        self._copy = QPushButton("Copy details")
        self._copy.setAccessibleName("Copy the error's details")
        self._copy.clicked.connect(self._on_copy)
        self._dismiss = QPushButton("Dismiss")
        self._dismiss.setAccessibleName("Dismiss the error")
        self._dismiss.clicked.connect(self.clear)
        words = QVBoxLayout()
        words.setSpacing(GAP // 2)
        words.addWidget(self._sentence)
        words.addWidget(self._hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        layout.setSpacing(GAP)
        layout.addLayout(words, 1)
        layout.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_error(self, error: object) -> None:
        """Show `error` in place of an earlier one."""
        sentence, hint, details = describe_error(error)
        self._sentence.setText(sentence)
        self._hint.setText(hint)
        self._details = details or ""
        self._copy.setText("Copy details")
        self._copy.setVisible(details is not None)
        self.setAccessibleName(f"Error: {sentence} {hint}")
        self.show()

    @property
    def sentence(self) -> str:
        """What is shown now, empty while all is well."""
        return "" if self.isHidden() else self._sentence.text()

    @property
    def hint(self) -> str:
        """What to do, as shown now."""
        return "" if self.isHidden() else self._hint.text()

    @Slot()
    def clear(self) -> None:
        """All is well again."""
        self.hide()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self._copy.setText("Copied")


def _text(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
