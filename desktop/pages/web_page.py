"""The Web demo page: starts and stops a page for the browser that answers as the Predict page does."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from desktop.image_opener import ImageOpener
from desktop.jobs import JobRunner
from desktop.model_reader import ModelReader
from desktop.pages.page import Page
from desktop.single_job import SingleJob
from desktop.state import AppState
from desktop.theme import GAP, mark_primary
from desktop.widgets.model_choice import ModelChoice
from desktop.widgets.model_offer import ModelOffer
from desktop.widgets.models_dialog import ModelsDialog
from desktop.widgets.served_address import ServedAddress
from engine import calls
from engine.events import Event, StatusChanged, WebDemoLogged, WebDemoStarted

_PURPOSE = "Show the model in a browser. Only this computer reaches the page, nobody else on the network."
_STOPPED = "The demo is not running."
_LOG_LINES = 1000
_LOG_HEIGHT = 20 * GAP


class WebPage(Page):
    """Without a model it leads to training; with one the demo is stopped, starting or running."""

    def __init__(self, state: AppState, runner: JobRunner, reader: ModelReader, parent: QWidget | None = None) -> None:
        """`reader` is shared with the Predict page: both work with the same model."""
        super().__init__("Web demo", _PURPOSE, parent)
        self._state, self._runner, self.reader = state, runner, reader
        self._served: Path | None = None
        self._ending = _STOPPED
        self.opener = ImageOpener(state, self)
        self._server = SingleJob(runner, self)
        self.model_choice = ModelChoice(state)
        self.port_box = QSpinBox()
        self.start_button = mark_primary(QPushButton("Start"))
        self.stop_button = QPushButton("Stop")
        self.status = QLabel()
        self.address = ServedAddress()
        self.log = QPlainTextEdit()
        self._empty, self._work = ModelOffer(), self._make_work()
        self.train_button, self.file_button = self._empty.train_button, self._empty.file_button
        self.body.addWidget(self._empty)
        self.body.addWidget(self._work)
        self.body.addStretch()
        self._connect()
        self._show_model()
        self._show_server(_STOPPED)

    @property
    def is_running(self) -> bool:
        """Whether the demo runs or is about to."""
        return self._server.job is not None

    def showEvent(self, event: QShowEvent) -> None:
        """With no model in use, take that of the newest run."""
        super().showEvent(event)
        found = [run for run in self._state.list_runs() if run.fold is None]
        if self._state.model is None and self.reader.job is None and found and found[0].model is not None:
            self.reader.open(found[0].model)

    @Slot()
    def _show_model(self) -> None:
        card, model = self._state.model_card, self._state.model
        has_model = model is not None or self.reader.job is not None or self.is_running
        self._empty.setVisible(not has_model)
        self._work.setVisible(has_model)
        self.show_demo_notice(card is not None and card.is_demo)
        self.start_button.setEnabled(card is not None and not self.is_running)
        if self.is_running and self.address.url and model != self._served:
            self.status.setText("Running, with the model of before: stop and start it to serve the one chosen now.")

    def _show_server(self, words: str) -> None:
        self.status.setText(words)
        self.stop_button.setEnabled(self.is_running)
        self.port_box.setEnabled(not self.is_running)
        if not self.is_running:
            self.address.show_url("")
        self._show_model()

    @Slot()
    def _on_start_clicked(self) -> None:
        model = self._state.model
        if model is None or self.is_running:
            return
        self.clear_error()
        self.log.clear()
        self._served, self._ending = model, _STOPPED
        self._server.start(calls.serve_web_demo(model, self.port_box.value()), "Serving the web demo")
        job = self._server.job
        if job is not None:
            job.reported.connect(self._on_reported)
        self._show_server("Starting: this takes some ten seconds.")

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._server.cancel()
        self.stop_button.setEnabled(False)
        self.status.setText("Stopping…")

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        if isinstance(event, WebDemoStarted):
            self.address.show_url(event.url)
            taken = f" Port {self.port_box.value()} is taken, so it is at {event.port}." if event.is_other_port else ""
            self._show_server(f"Running. Only this computer reaches it.{taken}")
        elif isinstance(event, WebDemoLogged):
            self.log.appendPlainText(event.text)
        elif isinstance(event, StatusChanged) and not self.address.url:
            self.status.setText(f"{event.text}…")

    @Slot()
    def _on_server_changed(self) -> None:
        if not self.is_running:
            self._show_server(self._ending)

    @Slot(object)
    def _on_server_failed(self, error: object) -> None:
        self._ending = "The demo has ended by itself; the reason stands above."
        self.show_error(error)

    @Slot()
    def _on_train_clicked(self) -> None:
        self.page_requested.emit("train")

    @Slot(object)
    def _on_opened(self, paths: tuple[Path, ...]) -> None:
        self._on_model_chosen(paths[0])

    @Slot(object)
    def _on_model_chosen(self, model: Path) -> None:
        self.clear_error()
        self.reader.open(model)

    @Slot()
    def _on_list_requested(self) -> None:
        dialog = ModelsDialog(self._state, self._runner, self)
        dialog.model_chosen.connect(self._on_model_chosen)
        dialog.open()

    def _connect(self) -> None:
        self.start_button.clicked.connect(self._on_start_clicked)
        self.add_key("Ctrl+Return", "Start or stop the web demo", self.start_button, self.stop_button)
        self.stop_button.clicked.connect(self._on_stop_clicked)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.file_button.clicked.connect(self.opener.choose_model)
        self._empty.model_chosen.connect(self._on_model_chosen)
        self.model_choice.model_chosen.connect(self._on_model_chosen)
        self.model_choice.file_requested.connect(self.opener.choose_model)
        self.model_choice.list_requested.connect(self._on_list_requested)
        self.opener.opened.connect(self._on_opened)
        self.opener.failed.connect(self.show_error)
        self._server.changed.connect(self._on_server_changed)
        self._server.failed.connect(self._on_server_failed)
        self.reader.changed.connect(self._show_model)
        self.reader.failed.connect(self.show_error)
        self._state.model_changed.connect(self._show_model)

    def _make_work(self) -> QWidget:
        self.port_box.setRange(1024, 65535)
        self.port_box.setValue(calls.WEB_PORT)
        self.port_box.lineEdit().setTextMargins(GAP - 2, 0, 0, 0)  # a style sheet's padding does not reach in there
        self.port_box.setAccessibleName("Port")
        self.port_box.setToolTip("Where on this computer the demo answers; if it is taken, the next free one is used.")
        self.status.setWordWrap(True)
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.log.setMinimumHeight(_LOG_HEIGHT)
        self.log.setPlaceholderText("What the server says appears here.")
        self.log.setAccessibleName("Log of the web demo")
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        for widget in (QLabel("Port"), self.port_box, self.start_button, self.stop_button):
            buttons.addWidget(widget)
        buttons.addStretch()
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        column.addWidget(self.model_choice)
        column.addLayout(buttons)
        column.addWidget(self.status)
        column.addWidget(self.address)
        column.addWidget(self.log)
        return work
