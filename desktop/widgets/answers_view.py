"""The images behind a figure, with truth and answer: as a grid in the order of confidence, and one of them large."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.format import count, count_of
from desktop.jobs import Job, JobRunner
from desktop.theme import GAP, set_role
from desktop.thumbnail_loader import ThumbnailLoader
from desktop.widgets.answer_choice import AnswerChoice, describe_answer
from desktop.widgets.answer_grid import AnsweredRow, AnswerGrid, as_row
from desktop.widgets.image_grid import PICTURE
from desktop.widgets.image_viewer import ImageViewer
from desktop.widgets.save_dialog import ask_where
from engine import calls
from engine.answers_file import save_answers
from engine.comparison_results import AnsweredImage
from engine.data_results import ImageRow
from engine.data_wording import describe_image
from engine.errors import DiskError
from engine.evaluation_results import Evaluation

_READING = "Reading the answers…"
_NO_DATA = "The data set is not where it was, so there are no pictures. The list is whole."
_SORTS = ("Surest first", "Least sure first", "By id")
_ALREADY_SAID = {"Diagnosis", "Findings", "Used"}


class AnswersView(QWidget):
    """Reads the answers of a part when they are first asked for. Escape goes back."""

    left = Signal()
    """The user wants to go back to the figures."""
    failed = Signal(object)
    """The answers could not be read, or the list not be saved: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None
        self._evaluation: Evaluation | None = None
        self._rows: tuple[AnsweredRow, ...] | None = None
        self._lesions: dict[str, list[ImageRow]] = {}
        self._choice: AnswerChoice | None = None
        self._dialog: QFileDialog | None = None
        self._folder = Path.home()
        self._thumbnails = ThumbnailLoader(runner, round(PICTURE.width() * self.devicePixelRatioF()), parent=self)
        self.back_button, self.save_button = QPushButton("Back to the figures"), QPushButton("Save the list…")
        self.sort = QComboBox()
        self.sort.addItems(_SORTS)
        self.sort.setAccessibleName("Order of the images")
        self.title, self.number, self.words = QLabel(), QLabel(), QLabel()
        self.grid = AnswerGrid(self._thumbnails)
        self.viewer = ImageViewer(runner, self._thumbnails, describe=_describe)
        self.viewer.back_button.setText("Back to the list")
        self._gone = QFrame()
        self._gone_words = QLabel()
        self._all, self._stack, self._below = QWidget(), QStackedWidget(), QStackedWidget()
        self._lay_out()
        self._connect()

    @property
    def dialog(self) -> QFileDialog | None:
        """Where the list is to be saved, while that is asked."""
        return self._dialog

    @property
    def notice(self) -> str:
        """What is said about pictures that are missing, empty while all are there."""
        return "" if self._gone.isHidden() else self._gone_words.text()

    def is_about(self, evaluation: Evaluation) -> bool:
        """Whether images of this evaluation are shown."""
        return evaluation is self._evaluation

    def show_choice(self, evaluation: Evaluation, choice: AnswerChoice) -> None:
        """Show those images of the part of `evaluation` that `choice` accepts."""
        self._choice = choice
        self.title.setText(choice.title)
        self._stack.setCurrentWidget(self._all)
        if evaluation is not self._evaluation or (self._rows is None and self._job is None):
            self.forget()
            self._evaluation = evaluation
            self._read(evaluation)
        else:
            self._show_chosen()
        self.back_button.setFocus()

    def forget(self) -> None:
        """Show nothing; another run or another part is looked at."""
        self._let_go()
        self._evaluation, self._rows, self._lesions = None, None, {}
        self._thumbnails.clear()
        self.viewer.clear()
        self._stack.setCurrentWidget(self._all)
        self._say("")

    def _read(self, evaluation: Evaluation) -> None:
        self._say(_READING)
        job = self._runner.start(calls.list_answers(evaluation.run, evaluation.part), "Reading the answers")
        job.succeeded.connect(self._on_read)
        job.failed.connect(self._on_failed)
        self._job = job

    def _let_go(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.succeeded.disconnect(self._on_read)
            job.failed.disconnect(self._on_failed)
            job.cancel()

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self._below.setCurrentWidget(self.words)
        self.number.setText("")
        self._gone.hide()
        for widget in (self.sort, self.save_button):
            widget.setEnabled(False)

    def _show_chosen(self) -> None:
        if self._rows is None or self._choice is None:
            return
        accepts = self._choice.accepts
        chosen = _sorted([row for row in self._rows if accepts(row.answer)], self.sort.currentIndex())
        self.number.setText(count_of(len(chosen), "image"))
        for widget in (self.sort, self.save_button):
            widget.setEnabled(bool(chosen))
        self.grid.set_images(chosen)
        self._below.setCurrentWidget(self.grid)
        missing = sum(one.path is None for one in chosen)
        some = f"{count(missing)} of {count_of(len(chosen), 'image')} have no file any more."
        self._gone_words.setText(_NO_DATA if missing == len(chosen) else some)
        self._gone.setVisible(bool(missing))

    @Slot(object)
    def _on_read(self, answers: tuple[AnsweredImage, ...]) -> None:
        self._job = None
        self._rows = tuple(as_row(answer) for answer in answers)
        self._lesions = {}
        for row in self._rows:
            self._lesions.setdefault(row.lesion_id, []).append(row)
        self._show_chosen()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self._say("The answers could not be read.")
        self.failed.emit(error)

    @Slot()
    def _on_sorted(self) -> None:
        self._show_chosen()

    @Slot(int)
    def _on_image_opened(self, position: int) -> None:
        self._stack.setCurrentWidget(self.viewer)
        self.viewer.show_among(self.grid.images.images, position, self._lesions)

    @Slot()
    def _on_viewer_left(self) -> None:
        self.viewer.clear()
        self._stack.setCurrentWidget(self._all)
        self.grid.setFocus()

    @Slot()
    def _on_escape(self) -> None:
        if self._stack.currentWidget() is self._all:
            self.left.emit()

    @Slot()
    def _on_save_clicked(self) -> None:
        self._dialog = ask_where(self, "Save the list of images", self._folder / "images.csv", "Table")
        self._dialog.fileSelected.connect(self._on_file_selected)

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        evaluation = self._evaluation
        if evaluation is None:
            return
        try:
            save_answers(
                self.grid.answers, Path(name), is_demo=evaluation.is_demo, leaking_split=evaluation.leaking_split
            )
        except DiskError as error:
            self.failed.emit(error)
        else:
            self._folder = Path(name).parent

    def _connect(self) -> None:
        self.back_button.clicked.connect(self.left)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.sort.currentIndexChanged.connect(self._on_sorted)
        self.grid.image_opened.connect(self._on_image_opened)
        self.viewer.left.connect(self._on_viewer_left)
        self.viewer.moved.connect(self.grid.select)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._all)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.setWhatsThis("Back from the images to the figures")
        escape.activated.connect(self._on_escape)

    def _lay_out(self) -> None:
        set_role(self.title, "heading")
        set_role(self.number, "muted")
        set_role(self.words, "muted")
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._gone.setProperty("role", "banner")
        self._gone_words.setWordWrap(True)
        banner = QVBoxLayout(self._gone)
        banner.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        banner.addWidget(self._gone_words)
        bar = QHBoxLayout()
        bar.setSpacing(GAP)
        for widget in (self.back_button, self.title, self.number, self.sort, self.save_button):
            bar.addWidget(widget, 1 if widget is self.title else 0)
        self._below.addWidget(self.grid)
        self._below.addWidget(self.words)
        self._below.setMinimumHeight(PICTURE.height() * 3)
        column = QVBoxLayout(self._all)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(bar)
        column.addWidget(self._gone)
        column.addWidget(self._below, 1)
        self._stack.addWidget(self._all)
        self._stack.addWidget(self.viewer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)


def _sorted(rows: Sequence[AnsweredRow], order: int) -> list[AnsweredRow]:
    if order == len(_SORTS) - 1:
        return sorted(rows, key=lambda row: row.image_id)
    return sorted(rows, key=lambda row: row.answer.probability, reverse=order == 0)


def _describe(image: ImageRow, n_of_lesion: int) -> Sequence[tuple[str, str]]:
    """Truth and answer, then what the table tells."""
    facts = [fact for fact in describe_image(image, n_of_lesion) if fact[0] not in _ALREADY_SAID]
    return (*describe_answer(image.answer), *facts) if isinstance(image, AnsweredRow) else facts
