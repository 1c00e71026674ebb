"""Takes an evaluation out of the program: its report as one file for the browser, and the folder with all files."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.outside import open_outside
from desktop.theme import GAP
from desktop.widgets.save_dialog import ask_where
from desktop.widgets.section import make_label
from engine.atomic import disk_error, write_bytes
from engine.errors import DataError, DiskError
from engine.evaluation_results import Evaluation

_WHAT = (
    "The report is one file that needs no network, to print or to mail: figures, intervals, settings, limits. "
    "Its tables (CSV) and pictures (PNG) lie in the folder."
)


class ReportBar(QFrame):
    """What the report is, and two buttons."""

    failed = Signal(object)
    """The report could not be saved: an error for the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._dialog: QFileDialog | None = None
        self._folder = Path.home()
        self.save_button, self.folder_button = QPushButton("Save report…"), QPushButton("Show the files")
        self.save_button.clicked.connect(self._on_save_clicked)
        self.folder_button.clicked.connect(self._on_folder_clicked)
        words: QLabel = make_label("small", _WHAT)
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        row.setSpacing(2 * GAP)
        row.addWidget(words, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.folder_button)

    @property
    def dialog(self) -> QFileDialog | None:
        """Where the report is to be saved, while that is asked."""
        return self._dialog

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Offer what was written about `evaluation`."""
        self._evaluation = evaluation
        self.save_button.setVisible(_report(evaluation) is not None)

    @Slot()
    def _on_save_clicked(self) -> None:
        evaluation = self._evaluation
        if evaluation is None:
            return
        name = f"{evaluation.run.name} {evaluation.part} report.html"
        self._dialog = ask_where(self, "Save the report", self._folder / name, "Web page")
        self._dialog.fileSelected.connect(self._on_file_selected)

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        """Write it there, and open it in the system's browser."""
        source = _report(self._evaluation) if self._evaluation is not None else None
        if source is None:
            return
        target = Path(name)
        try:
            write_bytes(target, _read(source))
        except (DiskError, DataError) as error:
            self.failed.emit(error)
            return
        self._folder = target.parent
        open_outside(target)

    @Slot()
    def _on_folder_clicked(self) -> None:
        if self._evaluation is not None:
            folder = next((path.parent for path in self._evaluation.files), self._evaluation.run)
            is_there = folder.is_dir()
            open_outside(folder if is_there else self._evaluation.run)


def _report(evaluation: Evaluation) -> Path | None:
    return next((path for path in evaluation.files if path.suffix == ".html"), None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError("The report is not in the folder of the run any more.", "Evaluate the run again.") from error
    except OSError as error:
        raise disk_error(error, path) from error
