"""Shows the licences of everything that the program brings along, once they have been gathered."""

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.errors import describe_error
from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.theme import GAP
from desktop.widgets.help_dialog import HelpDialog
from engine import calls

_READING = "Gathering the licences…"


class LicencesDialog(HelpDialog):
    """One long text: a table of what is inside, then each licence."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__("Licences", QSize(100 * GAP, 72 * GAP), parent)
        self.text = QPlainTextEdit(_READING)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Licences of everything that the program is made with")
        self.body.addWidget(self.text, 1)
        self._job = SingleJob(runner, self)
        self._job.succeeded.connect(self._on_read)
        self._job.failed.connect(self._on_failed)
        self.finished.connect(self._job.let_go)
        self._job.start(calls.read_licences(), "Gathering the licences")

    @Slot(object)
    def _on_read(self, text: str) -> None:
        self.text.setPlainText(text)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        sentence, hint, _ = describe_error(error)
        self.text.setPlainText(f"{sentence}\n\n{hint}")
