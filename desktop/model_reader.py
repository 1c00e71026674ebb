"""Reads what a model file says about itself before the window works with it; plain weights are imported first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.image_intake import is_weights
from desktop.jobs import Job, JobRunner
from desktop.state import AppState
from engine import calls
from engine.calls import Call
from engine.results import ModelCard


class ModelReader(QObject):
    """Puts a model into use once its card was read; also reads the card of a model that was put into use without."""

    changed = Signal()
    """It began or ended reading."""
    failed = Signal(object)
    """The file is of no use; the model that was in use stays in use."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._runner = state, runner
        self._job: Job | None = None
        self._wanted: Callable[[Any], None] = self._on_read
        self._path = Path()
        state.model_changed.connect(self._on_model_changed)

    @property
    def job(self) -> Job | None:
        """The job that reads, None while nothing is read."""
        return self._job

    def open(self, path: Path) -> None:
        """Use the model in `path`, or made of the weights there. What is still being read is given up for it."""
        self._let_go()
        self._path = path
        if is_weights(path):
            self._begin(calls.import_weights(path), "Importing the weights", self._on_imported)
        else:
            self._begin(calls.read_card(path), "Reading the model", self._on_read)

    def _begin(self, call: Call[Any], title: str, on_succeeded: Callable[[Any], None]) -> None:
        job = self._runner.start(call, title)
        job.succeeded.connect(on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job, self._wanted = job, on_succeeded
        self.changed.emit()

    def _let_go(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.succeeded.disconnect(self._wanted)
            job.failed.disconnect(self._on_failed)
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    @Slot()
    def _on_model_changed(self) -> None:
        model = self._state.model
        if model is not None and self._state.model_card is None:
            self.open(model)

    @Slot(object)
    def _on_imported(self, model: Path) -> None:
        self.open(model)

    @Slot(object)
    def _on_read(self, card: ModelCard) -> None:
        self._job = None
        self._state.set_model(self._path, card)
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._give_up()
        self.failed.emit(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._give_up()

    def _give_up(self) -> None:
        self._job = None
        if self._path == self._state.model and self._state.model_card is None:
            self._state.set_model(None)
        self.changed.emit()
