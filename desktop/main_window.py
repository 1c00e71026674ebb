"""The window: sidebar, pages, status bar; what it remembers, and what it asks before it closes."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.drop_catcher import DropCatcher
from desktop.first_start import FirstStart
from desktop.help_menu import HelpMenu
from desktop.jobs import Job, JobRunner
from desktop.notifier import Notifier
from desktop.pages.data_page import DataPage, is_table_or_zip
from desktop.pages.evaluate_page import EvaluatePage
from desktop.pages.page import Page
from desktop.pages.predict_page import PredictPage
from desktop.pages.train_page import TrainPage
from desktop.pages.web_page import WebPage
from desktop.settings import Settings
from desktop.state import AppState
from desktop.widgets.closing_notice import make_closing_notice
from desktop.widgets.device_dialog import DeviceDialog
from desktop.widgets.sidebar import Sidebar
from desktop.widgets.status_strip import StatusStrip
from desktop.widgets.training_question import TrainingQuestion
from engine import calls
from engine.results import DeviceInfo

NAME = "Lesion Lab"
SIZE = QSize(1200, 780)
SMALLEST = QSize(960, 640)


class MainWindow(QMainWindow):
    """Holds the pages and leads from one to the other. Call `begin()` after it is shown."""

    painted = Signal()
    """It was painted for the first time: from now on there is time for anything heavy."""

    def __init__(self, state: AppState, runner: JobRunner, settings: Settings) -> None:
        super().__init__()
        self._state, self._runner, self._settings = state, runner, settings
        self._is_painted = self._is_closed = False
        self._closes_after_training = False
        self._question: TrainingQuestion | None = None
        self.data_page = DataPage(state, runner, settings)
        self.predict_page = PredictPage(state, runner)
        self.pages: dict[str, Page] = {
            "data": self.data_page,
            "train": TrainPage(state, runner),
            "evaluate": EvaluatePage(state, runner),
            "predict": self.predict_page,
            "web": WebPage(state, runner, self.predict_page.reader),
        }
        self.first_start = FirstStart(settings, self.data_page, self.predict_page, self)
        self.sidebar = Sidebar(NAME, [page.title for page in self.pages.values()])
        self.help_menu = HelpMenu(self, self.sidebar.help_button, state, runner)
        self.status = StatusStrip(state, runner)
        self._stack = QStackedWidget()
        self.closing_notice, self.stay_button = make_closing_notice()
        self.setWindowTitle(NAME)
        self.setMinimumSize(SMALLEST)
        self._lay_out()
        self._connect()
        self.sidebar.choose(0)
        if settings.geometry is None or not self.restoreGeometry(settings.geometry):
            self.resize(SIZE)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Page) else self.data_page

    @property
    def question(self) -> TrainingQuestion | None:
        """What is asked about the running training now, if anything."""
        return self._question

    def begin(self, paths: Sequence[Path] = ()) -> None:
        """Take up what was in use last, open `paths` (a folder, a model, images), and wake the engine."""
        if self.first_start.take_turn(has_paths=bool(paths)):
            self.show_welcome()
        if (model := self._settings.last_model) is not None:
            self._state.set_model(model)
        if (run := self._settings.last_run) is not None:
            self._state.set_run(run)
        has_data = any(path.is_dir() or is_table_or_zip(path) for path in paths)
        if not has_data and (folder := self._settings.last_folder) is not None:
            self.data_page.open_folder(folder)
        self.open_paths(paths)
        job = self._runner.start(calls.describe_device(), "Looking for the device")
        job.succeeded.connect(self._on_device_described)
        job.failed.connect(self.show_error)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open a folder of data, its archive or table, a model file, or images, on the page that it belongs to."""
        data = [path for path in paths if path.is_dir() or is_table_or_zip(path)]
        others = tuple(path for path in paths if path not in data)
        if data:
            self.show_page("data")
            self.data_page.open_folder(data[0])
        if others:
            self.show_page("predict")
            self.predict_page.open_paths(others)

    @Slot(QMimeData)
    def _on_dropped(self, data: QMimeData) -> None:
        """What no page takes itself is for Predict."""
        self.show_page("predict")
        self.predict_page.take(data)

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Turn to "data", "train", "evaluate", "predict" or "web"."""
        self.sidebar.choose(list(self.pages).index(name))

    @Slot()
    def show_welcome(self) -> None:
        """Show the welcome of the first start; choosing any page leaves it."""
        self.sidebar.choose(-1)
        self._stack.setCurrentWidget(self.first_start.welcome)

    @Slot(object)
    def show_error(self, error: object) -> None:
        """Show an error that belongs to no page on the present one."""
        self.page.show_error(error)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and say so the first time."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless a training runs whose fate is open."""
        job = self._training()
        if job is not None and not job.is_cancelling:
            event.ignore()
            if job.is_pausing or (job.is_finishing_early and not job.is_of_folds):
                self._wait_to_close()
            else:
                self._ask(job, is_closing=True)
            return
        event.accept()
        if self._is_closed:
            return
        self._is_closed = True
        self._settings.geometry = self.saveGeometry()
        self._settings.save()
        self.hide()
        self._runner.shutdown()

    def _training(self) -> Job | None:
        job = self._runner.running("work")
        return job if job is not None and job.is_training and not job.is_over else None

    def _ask(self, job: Job, *, is_closing: bool) -> None:
        if self._question is not None:
            self._question.raise_()
            return
        question = self._question = TrainingQuestion(
            is_closing=is_closing, is_of_folds=job.is_of_folds, is_resumed=job.is_resumed, parent=self
        )
        self._closes_after_training = is_closing
        question.pause_chosen.connect(self._on_pause_chosen)
        question.finish_early_chosen.connect(self._on_finish_early_chosen)
        question.discard_chosen.connect(self._on_discard_chosen)
        question.finished.connect(self._on_question_finished)
        question.open()

    def _wait_to_close(self) -> None:
        self._closes_after_training = True
        self.closing_notice.show()

    @Slot()
    def _on_pause_chosen(self) -> None:
        job = self._training()
        if job is not None:
            job.pause()
            self.closing_notice.setVisible(self._closes_after_training)

    @Slot()
    def _on_finish_early_chosen(self) -> None:
        job = self._training()
        if job is not None:
            job.finish_early()
            self.closing_notice.setVisible(self._closes_after_training)

    @Slot()
    def _on_discard_chosen(self) -> None:
        job = self._training()
        if job is not None:
            job.cancel()
        if self._closes_after_training:
            self.close()

    @Slot(int)
    def _on_question_finished(self, _: int) -> None:
        """The question is answered, or was withdrawn because the training ended."""
        question, self._question = self._question, None
        if question is not None:
            question.deleteLater()
        if self.closing_notice.isHidden():
            self._closes_after_training = False

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        if not job.is_training:
            return
        closes = self._closes_after_training and (job.has_succeeded or job.has_paused)  # a failure is shown first
        self._closes_after_training = False
        self.closing_notice.hide()
        if self._question is not None:
            self._question.reject()
        if closes:
            self.close()

    @Slot()
    def _on_stay_clicked(self) -> None:
        self._closes_after_training = False
        self.closing_notice.hide()

    @Slot()
    def _on_check_requested(self) -> None:
        DeviceDialog(self._runner, self._state, self).open()

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        if job.is_training:
            self._ask(job, is_closing=False)
        else:
            job.cancel()

    @Slot(object)
    def _on_device_described(self, device: DeviceInfo) -> None:
        self._state.set_device(device)

    @Slot(int)
    def _on_page_chosen(self, index: int) -> None:
        self._stack.setCurrentIndex(index)

    @Slot()
    def _on_page_action(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.show_page(action.data())

    @Slot()
    def _on_model_changed(self) -> None:
        if not self._is_closed:  # what is cancelled on the way out is not forgotten
            self._settings.last_model = self._state.model

    @Slot()
    def _on_runs_changed(self) -> None:
        if not self._is_closed:
            self._settings.last_run = self._state.run

    def _connect(self) -> None:
        self._state.follow(self._runner)
        Notifier(self, self._runner)
        DropCatcher(self).dropped.connect(self._on_dropped)
        self._state.model_changed.connect(self._on_model_changed)
        self._state.runs_changed.connect(self._on_runs_changed)
        self._runner.job_ended.connect(self._on_job_ended)
        self.status.cancel_requested.connect(self._on_cancel_requested)
        self.status.check_requested.connect(self._on_check_requested)
        self.stay_button.clicked.connect(self._on_stay_clicked)
        self.sidebar.page_chosen.connect(self._on_page_chosen)
        self.first_start.page_requested.connect(self.show_page)
        self.help_menu.welcome_requested.connect(self.show_welcome)
        for number, (name, page) in enumerate(self.pages.items(), start=1):
            page.page_requested.connect(self.show_page)
            action = QAction(page.title, self)
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.setData(name)
            action.triggered.connect(self._on_page_action)
            self.addAction(action)
        self.addAction("Quit", QKeySequence(QKeySequence.StandardKey.Quit), self.close)

    def _lay_out(self) -> None:
        for page in (*self.pages.values(), self.first_start.welcome):
            self._stack.addWidget(page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(self.closing_notice)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(right, 1)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)
