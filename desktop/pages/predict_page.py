"""The Predict page: drop images and read what the model answers for each."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QMimeData, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.answer_fuser import AnswerFuser, can_fuse
from desktop.answer_saver import AnswerSaver
from desktop.drop_catcher import DropCatcher
from desktop.image_intake import is_weights, sort_paths
from desktop.image_opener import ImageOpener
from desktop.jobs import Job, JobRunner
from desktop.model_reader import ModelReader
from desktop.pages.page import Page
from desktop.prediction_queue import PredictionQueue
from desktop.preview_loader import PreviewLoader
from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.answer_bar import AnswerBar
from desktop.widgets.answer_view import AnswerView, in_scroll_area
from desktop.widgets.model_choice import ModelChoice
from desktop.widgets.model_offer import ModelOffer
from desktop.widgets.models_dialog import ModelsDialog
from desktop.widgets.picture_column import PictureColumn
from desktop.widgets.prediction_model import Answer
from desktop.widgets.results_column import ResultsColumn
from engine import starter
from engine.errors import ConfigError
from engine.labels import NOTICE

_PURPOSE = "Show images to a trained model. They stay on this computer, and nothing is written beside them."
_VIEWS = "Look at 8 flips and rotations, 8 times slower"


class PredictPage(Page):
    """Empty without a model or without images; then a list, the chosen image, and its answer in full."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__("Predict", _PURPOSE, parent)
        self._state, self._runner = state, runner
        self.reader = ModelReader(state, runner, self)
        self.queue = PredictionQueue(state, runner, self)
        self.model_choice = ModelChoice(state)
        self.views_box = QCheckBox(_VIEWS)
        self.views_box.setToolTip("Answers with the mean over the image turned and mirrored: a little steadier.")
        self.results = ResultsColumn()
        self.drop_area, self.list = self.results.drop_area, self.results.list
        self.images_button, self.folder_button = self.results.images_button, self.results.folder_button
        self.lesion_button, self.clear_button = self.results.lesion_button, self.results.clear_button
        self.bar = AnswerBar()
        self.note, self.job_view = self.bar.note, self.bar.job_view
        self.again_button, self.copy_button = self.bar.again_button, self.bar.copy_button
        self.save_button = self.bar.save_button
        self.picture = PictureColumn(state, runner)
        self.image_view, self.why_bar = self.picture.view, self.picture.why
        self.previews = PreviewLoader(runner, self.image_view, self)
        self.answer_view = AnswerView()
        self.saver, self.fuser = AnswerSaver(runner, self), AnswerFuser(runner, self)
        self.opener = ImageOpener(state, self)
        self.drops = DropCatcher(self)
        self._empty = ModelOffer()
        self.train_button, self.file_button = self._empty.train_button, self._empty.file_button
        self._work = self._make_work()
        self.body.addWidget(self._empty)
        self.body.addWidget(self._work, 1)
        self._set_tab_order()
        self._connect()
        self._show_model()
        self._on_answer_selected(None)
        self._on_choice_changed()

    def open_paths(self, paths: tuple[Path, ...]) -> None:
        """Take what the user wants: a model file is opened, everything else is asked about; weights are asked for."""
        self.clear_error()
        if any(map(is_weights, paths)):
            self.opener.take_paths(paths)
        else:
            self._on_opened(paths)

    @Slot(object)
    def _on_opened(self, paths: tuple[Path, ...]) -> None:
        intake = sort_paths(paths)
        self.clear_error()
        if intake.models:
            self.reader.open(intake.models[0])
        images, brought = intake.images, starter.starter_model()
        if images and brought is not None and self._state.model is None and self.reader.job is None:
            self.reader.open(brought)  # better than no answer, and the page says which model it is
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

    def take(self, data: QMimeData) -> None:
        """Take what was dropped elsewhere in the window."""
        self.clear_error()
        self.opener.take(data)

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
        answers = self.list.answers.answers
        is_other = any(answer.model != self._state.model or self._is_other_view(answer) for answer in answers)
        can_ask_again = is_other and self._state.model_card is not None
        self.bar.show_job(self.queue.job or self.reader.job or self.saver.job.job)
        self.bar.show_answers(answers, can_ask_again=can_ask_again, is_saving=self.saver.job.job is not None)
        self.clear_button.setEnabled(bool(answers))
        self.picture.offer_samples(not answers and self.queue.job is None)

    def _is_other_view(self, answer: Answer) -> bool:
        """It was looked at in another number of views than the switch says now."""
        return answer.prediction.code is not None and answer.prediction.views != self.queue.views

    @Slot(object)
    def _on_answered(self, answers: list[Answer]) -> None:
        self.bar.saved_as = ""
        self.list.add(answers)
        self._show_progress()

    @Slot(object)
    def _on_answer_selected(self, answer: Answer | None) -> None:
        self.answer_view.show_answer(answer, self._state.model)
        self.previews.show(answer.prediction if answer is not None else None)
        self.picture.show_answer(answer)
        self.copy_button.setEnabled(answer is not None)

    @Slot()
    def _on_choice_changed(self) -> None:
        self.lesion_button.setEnabled(can_fuse(self.list.chosen))
        self._show_progress()

    @Slot(bool)
    def _on_views_toggled(self, is_on: bool) -> None:
        self.queue.views = 8 if is_on else 1
        self._show_progress()

    @Slot()
    def _on_lesion_clicked(self) -> None:
        self.clear_error()
        self.fuser.fuse(self.list.chosen)

    @Slot(object)
    def _on_fused(self, answer: Answer) -> None:
        self._on_answered([answer])
        self.list.select_answer(answer)

    @Slot()
    def _on_anyway_requested(self) -> None:
        if (answer := self.list.selected) is not None:
            self.list.add([replace(answer, prediction=replace(answer.prediction, shown_anyway=True))])

    @Slot()
    def _on_copy_clicked(self) -> None:
        self.saver.copy(self.list.chosen)

    @Slot()
    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.saver.ask(self.list.answers.answers)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.bar.saved_as = path.name

    @Slot()
    def _on_again_clicked(self) -> None:
        self.clear_error()
        every = (answer.prediction for answer in self.list.answers.answers)
        self.queue.ask([one.path for one in every if not one.fused_from])

    @Slot()
    def _on_clear_clicked(self) -> None:
        self.clear_error()
        self.queue.cancel()
        self.bar.saved_as = ""
        self.list.clear()
        self._show_model()

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        if job is self.queue.job:
            self.queue.cancel()
        else:
            job.cancel()

    @Slot()
    def _on_list_requested(self) -> None:
        dialog = ModelsDialog(self._state, self._runner, self)
        dialog.model_chosen.connect(self._on_model_chosen)
        dialog.open()

    @Slot(object)
    def _on_model_chosen(self, model: Path) -> None:
        self.open_paths((model,))

    @Slot()
    def _on_train_clicked(self) -> None:
        self.page_requested.emit("train")

    def _connect(self) -> None:
        self.drop_area.paths_dropped.connect(self.opener.take_paths)
        self.drops.dropped.connect(self.take)
        self.opener.opened.connect(self._on_opened)
        self.opener.failed.connect(self.show_error)
        self.picture.samples.chosen.connect(self.open_paths)
        self.images_button.clicked.connect(self.opener.choose_images)
        self.add_key(QKeySequence.StandardKey.Open, "Choose images", self.images_button)
        self.add_key(QKeySequence.StandardKey.Save, "Save the answers", self.save_button)
        self.folder_button.clicked.connect(self.opener.choose_folder)
        self.model_choice.model_chosen.connect(self._on_model_chosen)
        self.model_choice.list_requested.connect(self._on_list_requested)
        self.model_choice.file_requested.connect(self.opener.choose_model)
        self.file_button.clicked.connect(self.opener.choose_model)
        self._empty.model_chosen.connect(self._on_model_chosen)
        self.views_box.toggled.connect(self._on_views_toggled)
        self.lesion_button.clicked.connect(self._on_lesion_clicked)
        self.fuser.fused.connect(self._on_fused)
        self.fuser.failed.connect(self.show_error)
        self.list.copy_requested.connect(self._on_copy_clicked)
        self.list.choice_changed.connect(self._on_choice_changed)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.again_button.clicked.connect(self._on_again_clicked)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.saver.failed.connect(self.show_error)
        self.saver.saved.connect(self._on_saved)
        self.saver.job.changed.connect(self._show_progress)
        self.answer_view.anyway_requested.connect(self._on_anyway_requested)
        self.list.answer_selected.connect(self._on_answer_selected)
        self.queue.answered.connect(self._on_answered)
        self.queue.changed.connect(self._show_progress)
        self.queue.failed.connect(self.show_error)
        self.reader.changed.connect(self._show_model)
        self.reader.failed.connect(self.show_error)
        self._state.model_changed.connect(self._show_model)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setWhatsThis("Ask about the image or the files on the clipboard")
        paste.activated.connect(self.opener.paste)

    def _set_tab_order(self) -> None:
        """As one reads: model, what to ask, the answers, what to do with them."""
        choose = (self.model_choice.button, self.views_box, self.images_button, self.folder_button)
        bar = self.results.filter_bar
        listed = (bar.find_field, bar.order_choice, bar.kind_choice, self.list, self.lesion_button, self.clear_button)
        why = (self.why_bar.why_box, self.why_bar.class_choice, self.why_bar.hidden_box, self.why_bar.slider)
        take = (self.job_view.cancel_button, self.again_button, self.copy_button, self.save_button)
        order = (*choose, *listed, *why, *self.picture.similar.tab_order, self.answer_view.anyway_button, *take)
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _make_work(self) -> QWidget:
        columns = QHBoxLayout()
        columns.setSpacing(2 * GAP)
        columns.addWidget(self.results)
        columns.addWidget(self.picture, 5)
        columns.addWidget(in_scroll_area(self.answer_view), 6)
        head = QHBoxLayout()
        head.setSpacing(2 * GAP)
        head.addWidget(self.model_choice, 1)
        head.addWidget(self.views_box)
        foot = QLabel(NOTICE)
        foot.setWordWrap(True)
        foot.setProperty("role", "small")
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addLayout(columns, 1)
        column.addWidget(self.bar)
        column.addWidget(foot)
        return work
