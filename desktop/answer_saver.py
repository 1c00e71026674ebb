"""Takes answers away: as text on the clipboard, or as a table, JSON lines or a page that the engine writes."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.widgets.prediction_model import Answer
from engine import calls, wording
from engine.labels import DEMO_NOTICE, NOTICE

_KINDS = {"Table (*.csv)": "csv", "Page with heat maps (*.html)": "html", "JSON lines (*.jsonl)": "jsonl"}


class AnswerSaver(QObject):
    """Asks where, and lets the engine write; each answer says which model gave it."""

    saved = Signal(object)
    """The `Path` of the file that was written."""
    failed = Signal(object)

    def __init__(self, runner: JobRunner, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._folder = Path.home()
        self._answers: tuple[Answer, ...] = ()
        self.dialog: QFileDialog | None = None
        """Where the answers are to be saved, while that is asked."""
        self.job = SingleJob(runner, self)
        self.job.succeeded.connect(self.saved)
        self.job.failed.connect(self.failed)

    def copy(self, answers: Sequence[Answer]) -> None:
        """Put whole answers on the clipboard as text, each with the notice."""
        texts = [wording.as_text(answer.prediction) for answer in answers]
        if any(answer.is_demo for answer in answers):
            texts.append(DEMO_NOTICE)
        if texts and not any(NOTICE in text for text in texts):
            texts.append(NOTICE)
        if texts:
            QGuiApplication.clipboard().setText("\n\n".join(texts))

    def ask(self, answers: Sequence[Answer]) -> None:
        """Ask where to save `answers`, then save them there."""
        self._answers = tuple(answers)
        self.dialog = QFileDialog(self._owner, "Save the answers", str(self._folder / "answers.csv"))
        self.dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.dialog.setNameFilters(list(_KINDS))
        self.dialog.setDefaultSuffix("csv")
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.filterSelected.connect(self._on_filter_selected)
        self.dialog.fileSelected.connect(self._on_file_selected)
        self.dialog.open()

    @Slot(str)
    def _on_filter_selected(self, name_filter: str) -> None:
        if self.dialog is not None:
            self.dialog.setDefaultSuffix(_KINDS[name_filter])

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        path = Path(name)
        self._folder = path.parent
        predictions = [answer.prediction for answer in self._answers]
        models = tuple(dict.fromkeys(answer.model for answer in self._answers))
        self.job.start(calls.save_answers(models, predictions, path), "Saving the answers")
