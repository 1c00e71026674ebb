"""Shows the training images that the network finds most like the chosen one, and where they cannot be shown, why."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.prediction_queue import answering_device
from desktop.single_job import SingleJob
from desktop.state import AppState
from desktop.theme import GAP, set_role
from desktop.widgets.job_line import JobLine
from desktop.widgets.prediction_model import Answer
from desktop.widgets.similar_dialog import NO_DIAGNOSIS, SimilarDialog
from desktop.widgets.similar_list import SimilarList
from engine import calls, wording
from engine.prediction_results import SimilarImages

_DELAY_MS = 150  # long enough to run down the list without asking for every image
_BOX_TIP = "Those of the model's training images that the network finds most like this one, with their diagnoses."


class SimilarStrip(QWidget):
    """Asks the engine only while its box is ticked; what was asked for another image never arrives.

    Where the training images have to be looked at first, that waits for a click: it can take minutes. It is work like
    a training, so that answers and heat maps go on meanwhile.
    """

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._runner = state, runner
        self._answer: Answer | None = None
        self._found: SimilarImages | None = None
        self._fault = ""
        self._model = Path()  # whose training images are looked at
        self.job, self.looking = SingleJob(runner, self), SingleJob(runner, self)
        self.box = QCheckBox("Similar training images")
        self.list = SimilarList()
        self.words = QLabel()
        self.look_button = QPushButton("Look at them now")
        self.line = JobLine(self.looking)
        self.dialog: SimilarDialog | None = None
        """One of them, large, while it is looked at."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._lay_out()
        self._connect()
        self.show_answer(None)

    @property
    def tab_order(self) -> tuple[QWidget, ...]:
        """What the Tab key goes through, as one reads."""
        return (self.box, self.list, self.line.cancel_button, self.look_button)

    def show_answer(self, answer: Answer | None) -> None:
        """Look for what is similar to the image of `answer` from now on, if that is wanted."""
        can = answer is not None and answer.prediction.is_named and not answer.prediction.fused_from
        is_same = can and _key(answer) == _key(self._answer)
        self._answer = answer if can else None
        self.box.setEnabled(can)
        if not is_same:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        """Soon, if there is an image and the box is ticked; what was found before is no longer shown."""
        self._found, self._fault = None, ""
        self.job.let_go()
        self._timer.stop()
        if self._answer is not None and self.box.isChecked():
            self._timer.start()
        self._show()

    @Slot()
    def _on_due(self) -> None:
        if self._answer is not None:
            call = calls.find_similar(self._answer.model, self._answer.prediction.path, answering_device(self._state))
            self.job.start(call, "Looking for similar training images")

    @Slot(object)
    def _on_found(self, found: SimilarImages) -> None:
        self._found = found
        self._show()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._fault = f"{error} {getattr(error, 'hint', '')}".strip()
        self._show()

    @Slot()
    def _on_look_clicked(self) -> None:
        if self._answer is not None:
            self._fault = ""
            self._model = self._answer.model
            self.looking.start(calls.index_training_images(self._model), "Looking at the training images")

    @Slot()
    def _on_looked(self) -> None:
        if self._answer is not None and self._answer.model == self._model:
            self._ask()

    @Slot(int)
    def _on_image_opened(self, position: int) -> None:
        if self._found is None or self.dialog is not None:  # a double click is a click before
            return
        self.dialog = SimilarDialog(self._found.images, position, self._runner, self.window())
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None
        self.list.setFocus()

    @Slot()
    def _show(self) -> None:
        is_wanted = self.box.isChecked() and self._answer is not None
        found = self._found if is_wanted else None
        self.list.show_images(found.images if found is not None else ())
        self.list.setVisible(found is not None and bool(found.images))
        self.look_button.setVisible(found is not None and bool(found.n_to_look_at) and self.looking.job is None)
        self.words.setVisible(is_wanted)
        self.words.setText(self._describe(found) if is_wanted else "")

    def _describe(self, found: SimilarImages | None) -> str:
        if self._fault:
            return self._fault
        if found is None:
            return "Looking for similar training images\N{HORIZONTAL ELLIPSIS}"
        if found.images:
            return f"{wording.describe_similar(found.images)}. {NO_DIAGNOSIS}"
        if found.n_to_look_at and self.looking.job is not None:
            is_first = not self._state.is_training
            when = "You can go on working." if is_first else "That waits until the training has ended."
            return f"The model looks at its training images. {when}"
        if found.n_to_look_at:
            images = wording.count(found.n_to_look_at, "training image")
            return f"First the model has to look at its {images}, once. That can take some minutes."
        return found.reason

    def _connect(self) -> None:
        self._timer.timeout.connect(self._on_due)
        self.box.toggled.connect(self._ask)
        self.job.succeeded.connect(self._on_found)
        self.job.failed.connect(self._on_failed)
        self.look_button.clicked.connect(self._on_look_clicked)
        self.looking.changed.connect(self._show)
        self.looking.succeeded.connect(self._on_looked)
        self.looking.failed.connect(self._on_failed)
        self.list.image_opened.connect(self._on_image_opened)

    def _lay_out(self) -> None:
        self.box.setToolTip(_BOX_TIP)
        self.box.setAccessibleDescription(_BOX_TIP)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.words, "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        for widget in (self.box, self.list, self.words, self.line):
            column.addWidget(widget)
        column.addWidget(self.look_button, 0, Qt.AlignmentFlag.AlignLeft)


def _key(answer: Answer | None) -> tuple[Path, Path] | None:
    return None if answer is None else (answer.model, answer.prediction.path)
