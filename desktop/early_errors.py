"""Says in a native box why the window could not open, and keeps the whole story in a file that the box names."""

import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from desktop import display
from engine import places
from engine.errors import EngineError

_TITLE = "Lesion Lab"
_NOBODY_LOOKS = ("offscreen", "minimal")  # a box there would wait for ever


def log_file() -> Path:
    """Where the story is kept: with the other logs, or among the temporary files where that cannot be written."""
    return places.log_dir() / "start.log"


def tell(error: BaseException) -> int:
    """Log `error` and say it; the exit code: 2 where the user can mend it, 3 for a fault of the program."""
    path = _write_down(error)
    if isinstance(error, EngineError):
        words = f"{error.message}\n\n{error.hint}"
    else:
        words = f"Lesion Lab could not start.\n\n{type(error).__name__}: {error}"
    where = f"More is in {path}." if path is not None else "Not even a log could be written."
    _show(f"{words}\n\n{where}")
    return 2 if isinstance(error, EngineError) else 3


def _write_down(error: BaseException) -> Path | None:
    """The file that holds `error` with its traceback now, None where there can be none."""
    story = f"{datetime.now():%Y-%m-%d %H:%M:%S}\n{''.join(traceback.format_exception(error))}\n"
    for path in (log_file(), Path(tempfile.gettempdir()) / "lesion-lab-start.log"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(story)
        except OSError:
            continue
        return path
    return None


def _show(text: str) -> None:
    """In a box of Qt; without Qt in one of Windows; on stderr in any case."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
    try:
        shown = display.why_no_window() is None and show_box(text)
    except Exception:  # noqa: BLE001 - Qt itself may be what is broken
        shown = False
    if not shown and sys.platform == "win32":
        import ctypes

        is_error = 0x10
        ctypes.windll.user32.MessageBoxW(None, text, _TITLE, is_error)


def show_box(text: str) -> bool:
    """Show `text` until somebody closes the box; False where nobody could see it."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication, QMessageBox

    app = QApplication.instance() or QApplication(sys.argv[:1])
    if QGuiApplication.platformName() in _NOBODY_LOOKS:
        return False
    box = QMessageBox(QMessageBox.Icon.Critical, _TITLE, text)
    box.exec()
    return app is not None  # which has to live as long as the box
