"""The Data page: choose the folder of a data set, see what is in it and what is wrong with it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.pages.page import Page
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import GAP, mark_primary
from desktop.widgets.data_welcome import DataWelcome
from desktop.widgets.dataset_view import DatasetView
from desktop.widgets.download_question import DownloadQuestion
from desktop.widgets.drop_area import local_paths
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.job_view import JobView
from desktop.widgets.recent_menu import DEMO_NAME, RecentMenu
from engine import calls, places
from engine.calls import Call
from engine.errors import DataError
from engine.licences import HAM10000
from engine.results import DatasetSummary

_PURPOSE = "Choose the images to learn from. They are only read, never changed, and never leave this computer."
_SUFFIXES = (".zip", ".csv", ".tab", ".tsv", ".txt")
"""Of files that may be or hold a data set."""


class DataPage(Page):
    """Empty, busy, or showing the data set that `AppState` holds; an error leaves what was there before."""

    def __init__(self, state: AppState, runner: JobRunner, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("Data", _PURPOSE, parent)
        self._state, self._runner, self._settings = state, runner, settings
        self._job: Job | None = None
        self._dialog: QFileDialog | None = None
        self._question: DownloadQuestion | None = None
        self.welcome = DataWelcome()
        self.choose_button, self.demo_button = self.welcome.choose_button, self.welcome.demo_button
        self.choose_other_button = QPushButton("Choose another folder…")
        self.recent_button = QPushButton("Recent")
        self.recent_menu = RecentMenu(self)
        self.train_button = mark_primary(QPushButton("Go to training"))
        self.job_view = JobView()
        self.dataset_view = DatasetView(runner)
        self._folder = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._busy, self._result = _column(self.job_view), self._make_result()
        self._stack = QStackedWidget()
        for widget in (self.welcome, self._busy, self._result):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        self.footer.addWidget(self.train_button)
        self.footer.addStretch()
        self.setAcceptDrops(True)
        self._connect()
        self._show_settled()

    def open_folder(self, folder: Path) -> None:
        """Check the data set in `folder`, which may also be a zip archive or a table, and show it.

        An earlier check that still runs is given up.
        """
        if not _may_hold_data(folder):
            what = "is neither a folder nor a zip archive nor a table" if folder.exists() else "does not exist"
            hint = "Choose the folder that holds the table and the images. Images for an answer go to the Predict page."
            self.show_error(DataError(f"{folder.name or folder} {what}.", hint))
            return
        title = "Checking the demo data" if folder == places.demo_dir() else "Checking the images"
        self._start(calls.inspect_dataset(folder), title).succeeded.connect(self._on_inspected)

    @Slot()
    def open_demo(self) -> None:
        """Draw the demo data where it is not there yet, and show it."""
        job = self._start(calls.create_demo_data(places.demo_dir()), "Drawing the demo data")
        job.succeeded.connect(self._on_demo_drawn)

    @property
    def question(self) -> DownloadQuestion | None:
        """What is asked before a download, while it is."""
        return self._question

    @Slot()
    def ask_for_download(self) -> None:
        """Show the licence of HAM10000; it is downloaded once that is accepted."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        folder = self._settings.download_folder or Path(documents or Path.home()) / HAM10000.data_set
        self._question = DownloadQuestion(HAM10000, folder, self)
        self._question.accepted.connect(self._on_download_accepted)
        self._question.finished.connect(self._on_question_finished)
        self._question.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders can be dropped on the whole page."""
        if local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._on_paths_dropped(paths)

    def _start(self, call: Call[Any], title: str) -> Job:
        self.clear_error()
        self._let_go()
        job = self._runner.start(call, title)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job
        self.job_view.follow(job)
        self._show_busy()
        return job

    def _let_go(self) -> None:
        """Cancel the present job, if any, and hear no more of it."""
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            self.job_view.release()
            job.failed.disconnect(self._on_failed)
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    def _show_busy(self) -> None:
        self._stack.setCurrentWidget(self._busy)
        self.train_button.setEnabled(False)
        self.train_button.show()

    @Slot()
    def _show_settled(self) -> None:
        """The data set that is in use, or how to get one."""
        dataset = self._state.dataset
        self.show_demo_notice(dataset is not None and dataset.is_demo)
        self.train_button.setEnabled(dataset is not None)
        self.train_button.setVisible(dataset is not None)
        current = dataset.path if dataset is not None else None
        others = [one for one in self._settings.recent_folders if one not in (current, places.demo_dir())]
        self.welcome.show_offers(others, has_begun_download=self._settings.download_folder is not None)
        self.recent_menu.show_choices(others, offers_demo=dataset is None or not dataset.is_demo)
        if dataset is None:
            self._stack.setCurrentWidget(self.welcome)
            return
        self._folder.setText(DEMO_NAME if dataset.is_demo else str(dataset.path))
        self._folder.setAccessibleName(f"Folder: {dataset.path}")
        self.dataset_view.show_summary(dataset)
        self._stack.setCurrentWidget(self._result)

    @Slot()
    def _on_choose_clicked(self) -> None:
        self._ask_for_path("Choose the folder of your data set", QFileDialog.FileMode.Directory)

    @Slot()
    def _on_choose_file_clicked(self) -> None:
        self._ask_for_path("Choose a zip archive or the table of your data set", QFileDialog.FileMode.ExistingFile)

    def _ask_for_path(self, title: str, mode: QFileDialog.FileMode) -> None:
        recent = self._settings.recent_folders
        self._dialog = QFileDialog(self, title, str(recent[0].parent if recent else Path.home()))
        self._dialog.setFileMode(mode)
        if mode == QFileDialog.FileMode.Directory:
            self._dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            self._dialog.setNameFilter(f"Data sets ({' '.join(f'*{suffix}' for suffix in _SUFFIXES)})")
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self._on_folder_selected)
        self._dialog.open()

    @Slot(str)
    def _on_folder_selected(self, folder: str) -> None:
        self.open_folder(Path(folder))

    @Slot(object)
    def _on_folder_chosen(self, folder: Path) -> None:
        self.open_folder(folder)

    @Slot(object)
    def _on_paths_dropped(self, paths: tuple[Path, ...]) -> None:
        self.open_folder(next((one for one in paths if _may_hold_data(one)), paths[0]))

    @Slot(object)
    def _on_demo_drawn(self, folder: Path) -> None:
        self.open_folder(folder)

    @Slot()
    def _on_download_accepted(self) -> None:
        if self._question is not None:
            folder = self._question.folder
            self._settings.download_folder = folder
            job = self._start(calls.download_ham10000(folder, accept_licence=True), "Downloading HAM10000")
            job.succeeded.connect(self._on_downloaded)

    @Slot()
    def _on_question_finished(self) -> None:
        self._question = None  # it deletes itself

    @Slot(object)
    def _on_downloaded(self, folder: Path) -> None:
        self._settings.download_folder = None
        self.open_folder(folder)

    @Slot(object)
    def _on_inspected(self, dataset: DatasetSummary) -> None:
        self._settings.add_recent_folder(dataset.path)
        self._state.set_dataset(dataset)  # which shows it

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._show_settled()
        self.show_error(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._show_settled()

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        job.cancel()

    @Slot()
    def _on_train_clicked(self) -> None:
        self.page_requested.emit("train")

    def _connect(self) -> None:
        self.choose_button.clicked.connect(self._on_choose_clicked)
        self.choose_other_button.clicked.connect(self._on_choose_clicked)
        self.add_key(QKeySequence.StandardKey.Open, "Choose a folder", self.choose_button, self.choose_other_button)
        self.demo_button.clicked.connect(self.open_demo)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.recent_menu.folder_chosen.connect(self._on_folder_chosen)
        self.recent_menu.demo_chosen.connect(self.open_demo)
        self.recent_menu.download_chosen.connect(self.ask_for_download)
        self.recent_menu.file_chosen.connect(self._on_choose_file_clicked)
        self.welcome.file_button.clicked.connect(self._on_choose_file_clicked)
        self.welcome.get_button.clicked.connect(self.ask_for_download)
        self.welcome.recent_list.folder_chosen.connect(self._on_folder_chosen)
        self.dataset_view.failed.connect(self.show_error)
        self.welcome.drop_area.paths_dropped.connect(self._on_paths_dropped)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)
        self._state.dataset_changed.connect(self._show_settled)

    def _make_result(self) -> QWidget:
        self.recent_button.setMenu(self.recent_menu)
        self.recent_button.setAccessibleName("Recent folders and demo data")
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._folder, 1)
        row.addWidget(self.choose_other_button)
        row.addWidget(self.recent_button)
        return _column(bar, self.dataset_view, stretched=self.dataset_view)


def is_table_or_zip(path: Path) -> bool:
    """Whether `path` is a file that may be or hold a data set."""
    return path.suffix.lower() in _SUFFIXES and path.is_file()


def _may_hold_data(path: Path) -> bool:
    return path.is_dir() or is_table_or_zip(path)


def _column(*widgets: QWidget, stretched: QWidget | None = None) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2 * GAP)
    for widget in widgets:
        layout.addWidget(widget, 1 if widget is stretched else 0)
    if stretched is None:
        layout.addStretch()
    return column
