"""The Predict page: drop images and read what the model answers for each."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.answer_saver import AnswerSaver
from desktop.jobs import Job, JobRunner
from desktop.model_reader import ModelReader
from desktop.pages.page import Page
from desktop.prediction_queue import PredictionQueue
from desktop.preview_loader import PreviewLoader
from desktop.state import AppState
from desktop.theme import GAP, mark_primary
from desktop.widgets.answer_view import AnswerView
from desktop.widgets.drop_area import DropArea, local_paths
from desktop.widgets.image_view import ImageView
from desktop.widgets.job_view import JobView
from desktop.widgets.model_choice import ModelChoice
from desktop.widgets.predict_welcome import PredictWelcome
from desktop.widgets.prediction_list import PredictionList
from desktop.widgets.prediction_model import Answer
from desktop.widgets.why_bar import WhyBar
from engine import wording
from engine.errors import ConfigError
from engine.labels import NOTICE

_PURPOSE = "Show images to a trained model. They stay on this computer, and nothing is written beside them."
_LIST_WIDTH = 29 * GAP
_MODEL_SUFFIX = ".safetensors"
_IMAGE_FILTER = "Images (*.jpg *.jpeg *.png *.JPG *.JPEG *.PNG)"


class PredictPage(Page):
    """Empty without a model or without images; then a list, the chosen image, and its answer in full."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__("Predict", _PURPOSE, parent)
        self._state, self._runner = state, runner
        self._dialog: QFileDialog | None = None
        self._folder = Path.home()
        self.reader = ModelReader(state, runner, self)
        self.queue = PredictionQueue(state, runner, self)
        self.model_choice = ModelChoice(state)
        self.drop_area = DropArea("Drop images here", "or a folder of them, or paste")
        self.images_button = mark_primary(QPushButton("Choose images…"))
        self.folder_button = QPushButton("Choose folder…")
        self.list = PredictionList()
        self.again_button = QPushButton("Ask again")
        self.clear_button = QPushButton("Clear")
        self.note = QLabel()
        self.image_view = ImageView()
        self.previews = PreviewLoader(runner, self.image_view, self)
        self.answer_view = AnswerView()
        self.job_view = JobView(compact=True)
        self.why_bar = WhyBar(state, runner, self.image_view)
        self.saver = AnswerSaver(runner, self)
        self.copy_button, self.save_button = QPushButton("Copy as text"), QPushButton("Save results…")
        self._empty = PredictWelcome()
        self.train_button, self.file_button = self._empty.train_button, self._empty.file_button
        self._work = self._make_work()
        self.body.addWidget(self._empty)
        self.body.addWidget(self._work, 1)
        self.setAcceptDrops(True)
        self._set_tab_order()
        self._connect()
        self._show_model()
        self._on_answer_selected(None)

    def open_paths(self, paths: tuple[Path, ...]) -> None:
        """Take what was dropped, pasted or chosen: a model file is opened, everything else is asked about."""
        models = [path for path in paths if path.suffix.lower() == _MODEL_SUFFIX]
        images = [path for path in paths if path not in models]
        self.clear_error()
        if models:
            self.reader.open(models[0])
        if images and self._state.model is None and self.reader.job is None:
            hint = "Train a model or open a model file, then drop the images again."
            self.show_error(ConfigError("There is no model to answer.", hint))
        elif images:
            self.queue.ask(images)

    def showEvent(self, event: QShowEvent) -> None:
        """With no model in use, take that of the newest run."""
        super().showEvent(event)
        found = [run for run in self._state.list_runs() if run.fold is None]
        if self._state.model is None and self.reader.job is None and found and found[0].model is not None:
            self.reader.open(found[0].model)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Images and models can be dropped on the whole page."""
        if local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        paths = local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.open_paths(paths)

    @Slot()
    def _show_model(self) -> None:
        card = self._state.model_card
        has_model = self._state.model is not None or self.reader.job is not None or bool(self.list.answers.answers)
        self._empty.setVisible(not has_model)
        self._work.setVisible(has_model)
        self.show_demo_notice(card is not None and card.is_demo)
        self.answer_view.show_answer(self.list.selected, self._state.model)
        if self._state.model is None and self.reader.job is None:
            self.queue.cancel()
        self.queue.set_held(self.reader.job is not None)
        self._show_progress()

    @Slot()
    def _show_progress(self) -> None:
        """Progress and Cancel while there is work, otherwise how many answers there are."""
        job = self.queue.job or self.reader.job
        if job is not self.job_view.job:
            self.job_view.release()
            if job is not None:
                self.job_view.follow(job)
        self.job_view.setVisible(job is not None)
        self.note.setVisible(job is None)
        answers = self.list.answers.answers
        failed = sum(answer.prediction.code is None for answer in answers)
        words = wording.count(len(answers), "image") if answers else ""
        self.note.setText(f"{words}, {failed:,} without an answer" if failed else words)
        self.clear_button.setEnabled(bool(answers))
        is_other = any(answer.model != self._state.model for answer in answers)
        self.again_button.setVisible(is_other and self._state.model_card is not None)
        self.save_button.setEnabled(len({answer.model for answer in answers}) == 1)

    @Slot(object)
    def _on_answered(self, answers: list[Answer]) -> None:
        self.list.add(answers)
        self._show_progress()

    @Slot(object)
    def _on_answer_selected(self, answer: Answer | None) -> None:
        self.answer_view.show_answer(answer, self._state.model)
        self.previews.show(answer.prediction if answer is not None else None)
        self.why_bar.show_answer(answer)
        self.copy_button.setEnabled(answer is not None)

    @Slot()
    def _on_anyway_requested(self) -> None:
        answer = self.list.selected
        if answer is not None:
            self.list.add([replace(answer, prediction=replace(answer.prediction, shown_anyway=True))])

    @Slot()
    def _on_copy_clicked(self) -> None:
        if (answer := self.list.selected) is not None:
            self.saver.copy(answer)

    @Slot()
    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.saver.ask(self.list.answers.answers)

    @Slot()
    def _on_again_clicked(self) -> None:
        self.clear_error()
        every = (answer.prediction for answer in self.list.answers.answers)
        self.queue.ask([one.path for one in every if not one.fused_from])

    @Slot()
    def _on_clear_clicked(self) -> None:
        self.clear_error()
        self.queue.cancel()
        self.list.clear()
        self._show_model()

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        if job is self.queue.job:
            self.queue.cancel()
        else:
            job.cancel()

    @Slot()
    def _on_paste(self) -> None:
        paths = local_paths(QGuiApplication.clipboard().mimeData())
        if paths:
            self.open_paths(paths)
        else:
            hint = "Copy image files in the file manager, then paste them here."
            self.show_error(ConfigError("There are no files on the clipboard.", hint))

    @Slot()
    def _on_images_clicked(self) -> None:
        self._open_dialog("Choose images", QFileDialog.FileMode.ExistingFiles, _IMAGE_FILTER)

    @Slot()
    def _on_folder_clicked(self) -> None:
        self._open_dialog("Choose a folder of images", QFileDialog.FileMode.Directory, "")

    @Slot()
    def _on_file_requested(self) -> None:
        self._open_dialog("Open a model file", QFileDialog.FileMode.ExistingFile, f"Models (*{_MODEL_SUFFIX})")

    def _open_dialog(self, title: str, mode: QFileDialog.FileMode, name_filter: str) -> None:
        self._dialog = QFileDialog(self, title, str(self._folder), name_filter)
        self._dialog.setFileMode(mode)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.filesSelected.connect(self._on_files_selected)
        self._dialog.open()

    @Slot(list)
    def _on_files_selected(self, names: list[str]) -> None:
        paths = tuple(Path(name) for name in names)
        self._folder = paths[0].parent
        self.open_paths(paths)

    @Slot(object)
    def _on_model_chosen(self, model: Path) -> None:
        self.open_paths((model,))

    @Slot()
    def _on_train_clicked(self) -> None:
        self.page_requested.emit("train")

    def _connect(self) -> None:
        self.drop_area.paths_dropped.connect(self.open_paths)
        self.images_button.clicked.connect(self._on_images_clicked)
        self.folder_button.clicked.connect(self._on_folder_clicked)
        self.model_choice.model_chosen.connect(self._on_model_chosen)
        self.model_choice.file_requested.connect(self._on_file_requested)
        self.file_button.clicked.connect(self._on_file_requested)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.again_button.clicked.connect(self._on_again_clicked)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.saver.failed.connect(self.show_error)
        self.answer_view.anyway_requested.connect(self._on_anyway_requested)
        self.list.answer_selected.connect(self._on_answer_selected)
        self.queue.answered.connect(self._on_answered)
        self.queue.changed.connect(self._show_progress)
        self.queue.failed.connect(self.show_error)
        self.reader.changed.connect(self._show_model)
        self.reader.failed.connect(self.show_error)
        self._state.model_changed.connect(self._show_model)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self).activated.connect(self._on_paste)

    def _set_tab_order(self) -> None:
        """As one reads: model, what to ask, the answers, what to do with them."""
        choose = (self.model_choice.button, self.images_button, self.folder_button)
        why = (self.why_bar.why_box, self.why_bar.class_choice, self.why_bar.slider, self.why_bar.hidden_box)
        take = (self.again_button, self.copy_button, self.save_button, self.clear_button)
        order = (*choose, self.list, *why, self.answer_view.anyway_button, self.job_view.cancel_button, *take)
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _make_work(self) -> QWidget:
        columns = QHBoxLayout()
        columns.setSpacing(2 * GAP)
        columns.addWidget(self._make_list_column())
        picture = QVBoxLayout()
        picture.setSpacing(GAP)
        picture.addWidget(self.image_view, 1)
        picture.addWidget(self.why_bar)
        columns.addLayout(picture, 5)
        columns.addWidget(self.answer_view, 6)
        foot = QLabel(NOTICE)
        foot.setWordWrap(True)
        foot.setProperty("role", "small")
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.model_choice)
        column.addLayout(columns, 1)
        column.addWidget(self._make_progress_row())
        column.addWidget(foot)
        return work

    def _make_list_column(self) -> QWidget:
        self.drop_area.content.addWidget(self.images_button)
        self.drop_area.content.addWidget(self.folder_button)
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 4, 1, 4)
        inside.addWidget(self.list)
        column = QWidget()
        column.setFixedWidth(_LIST_WIDTH)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.drop_area)
        layout.addWidget(frame, 1)
        return column

    def _make_progress_row(self) -> QWidget:
        """As tall with progress as without: nothing jumps."""
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.note)
        row.addWidget(self.job_view)
        row.addStretch()
        for button in (self.again_button, self.copy_button, self.save_button, self.clear_button):
            row.addWidget(button)
        bar.setMinimumHeight(self.job_view.sizeHint().height())
        return bar
