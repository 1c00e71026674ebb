"""Reads and makes the evaluations of one run, one job at a time."""

import glob
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, JobRunner
from engine import calls
from engine.calls import Call
from engine.evaluation_results import Evaluation
from engine.labels import PART_NAMES
from engine.results import Part, RunInfo

_EXTERNAL = "external"
"""The folder beside the runs that holds results on other images."""


class RunEvaluations(QObject):
    """What is known about the chosen run. A validation evaluation is made where none was saved; a test one never is."""

    changed = Signal()
    """Another run, another evaluation, or another job; also when a job ended without a result."""
    made = Signal(str)
    """The part that was scored just now, not only read."""
    failed = Signal(object)
    """An error; what was known before stays."""

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._run: RunInfo | None = None
        self._known: dict[Part, Evaluation] = {}
        self._job: Job | None = None
        self._part: Part = "val"
        self._is_reading = False

    @property
    def run(self) -> RunInfo | None:
        """The run that was opened last."""
        return self._run

    @property
    def job(self) -> Job | None:
        """The job that the user waits for; looking for saved evaluations of other parts is none."""
        return None if self._is_reading and self._part != "val" else self._job

    @property
    def externals(self) -> tuple[Path, ...]:
        """The folders with results of the run's model on other images, the newest first."""
        if self._run is None:
            return ()
        folder = self._run.path.parent / _EXTERNAL
        found = folder.glob(f"*_{glob.escape(self._run.path.name)}_on_*") if folder.is_dir() else ()
        return tuple(sorted(found, reverse=True))

    def get(self, part: Part) -> Evaluation | None:
        """The evaluation of `part`, None while there is none."""
        return self._known.get(part)

    def open(self, run: RunInfo | None) -> None:
        """Read what was saved of `run`, and score its validation part where nothing was; forget the run before."""
        self._let_go()
        self._run = run
        self._known.clear()
        if run is None:
            self.changed.emit()
        else:
            self._read("val")

    def evaluate(self, part: Part) -> None:
        """Score `part` now. For "test" this opens it, which is counted: only after the user said so."""
        if self._run is not None:
            call = calls.evaluate(self._run.path, part)
            self._start(call, f"Scoring the {PART_NAMES[part]}", part, is_reading=False)

    def evaluate_external(self, data: Path) -> None:
        """Score the run's model on the data set in `data`; the result stands beside those of the parts."""
        if self._run is not None:
            call = calls.evaluate_external(self._run.path, data)
            self._start(call, f"Scoring the images of {data.name}", "external", is_reading=False)

    @Slot(object)
    def open_external(self, folder: Path) -> None:
        """Read the result in `folder`, one of `externals`, in place of the one that is known."""
        self._start(calls.read_external(folder), "Reading the evaluation", "external", is_reading=True)

    def _read(self, part: Part) -> None:
        if self._run is not None:
            call = calls.read_evaluation(self._run.path, part)
            self._start(call, "Reading the evaluation", part, is_reading=True)

    def _start(self, call: Call[Any], title: str, part: Part, *, is_reading: bool) -> None:
        self._let_go()
        self._part, self._is_reading = part, is_reading
        job = self._runner.start(call, title)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job
        self.changed.emit()

    def _let_go(self) -> None:
        """Cancel the present job, if any, and hear no more of it."""
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.succeeded.disconnect(self._on_succeeded)
            job.failed.disconnect(self._on_failed)
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    @Slot(object)
    def _on_succeeded(self, evaluation: Evaluation | None) -> None:
        self._job = None
        part, was_reading = self._part, self._is_reading
        if evaluation is not None:
            self._known[part] = evaluation
        if part == "val" and part not in self._known:
            self.evaluate("val")
            return
        self.changed.emit()
        if not was_reading:
            self.made.emit(part)
        if part == "val" and "test" not in self._known:
            self._read("test")
        elif part == "test" and "external" not in self._known and (externals := self.externals):
            self.open_external(externals[0])

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self.changed.emit()
        self.failed.emit(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._job = None
        self.changed.emit()
