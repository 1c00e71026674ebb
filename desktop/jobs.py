"""Runs calls of the engine beside the window; the only file that knows threads."""

import logging
import time
import traceback
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from engine import places
from engine.calls import Call
from engine.errors import Cancelled, EngineError, Paused, UnexpectedError
from engine.events import Control, Event
from engine.process import Lane

_LOG = logging.getLogger(__name__)
TRAIN = "engine.training.trainer:train"
RESUME = "engine.training.trainer:resume"
RESUME_FOLDS = "engine.training.folds:resume_folds"
FOLDS = ("engine.training.folds:train_folds", RESUME_FOLDS)
PREDICT = "engine.prediction.predictor:predict"
_GRACE_MS = 500
_WORK_NICENESS = 10  # the window, and somebody waiting for an answer, go first


class Job(QThread):
    """One call, carried out in a child process while this thread waits for it.

    `reported` any number of times, then exactly one of `succeeded`, `failed`, `cancelled` and `paused`, then
    `finished`. All of them are emitted in the window's thread. After `cancel()` nothing arrives but `cancelled`.
    """

    reported = Signal(object)
    """An `engine.events.Event`. (`event` is a method of every QObject.)"""
    succeeded = Signal(object)
    """What the call returns."""
    failed = Signal(object)
    """An `EngineError` or `UnexpectedError`."""
    cancelled = Signal()
    paused = Signal(object)
    """The `Paused` of a training that wrote a checkpoint and can be resumed."""
    cancelling = Signal()
    """Somebody asked to cancel: up to 5 s before `cancelled`."""
    finishing = Signal()
    """Somebody asked to finish early, the result still comes; or to pause, and `paused` follows.

    With the next `FoldStarted` nobody has asked to finish early any more.
    """
    _happened = Signal(object)  # from the thread to the window
    _ended = Signal()

    def __init__(self, call: Call[Any], title: str, lane: Lane) -> None:
        super().__init__()
        self.title = title
        self.call = call
        self.started_at: float | None = None
        """`time.monotonic()` of the start, None while it waits for its lane."""
        self._lane = lane
        self._control = Control()
        self._outcome: tuple[str, object] | None = None
        self._is_over = False
        self._happened.connect(self._on_happened, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def is_training(self) -> bool:
        """Whether it trains a network."""
        return self.call.target in (TRAIN, RESUME, *FOLDS)

    @property
    def is_of_folds(self) -> bool:
        """Whether it trains several networks, of which finishing early ends only the present one."""
        return self.call.target in FOLDS

    @property
    def is_resumed(self) -> bool:
        """Whether it goes on with a training that was begun before, which cancelling leaves as it was saved last."""
        return self.call.target in (RESUME, RESUME_FOLDS)

    @property
    def is_cancelling(self) -> bool:
        """Whether somebody asked to cancel."""
        return self._control.is_cancelled

    @property
    def is_finishing_early(self) -> bool:
        """Whether somebody asked to finish early."""
        return self._control.is_finishing_early

    @property
    def is_pausing(self) -> bool:
        """Whether somebody asked to pause."""
        return self._control.is_pausing

    @property
    def is_waiting(self) -> bool:
        """Whether its lane is still busy with another job."""
        return self.started_at is None

    @property
    def is_over(self) -> bool:
        """Whether `succeeded`, `failed`, `cancelled` or `paused` was emitted."""
        return self._is_over

    @property
    def has_succeeded(self) -> bool:
        """Whether `succeeded` was emitted."""
        return self._is_over and self._outcome is not None and self._outcome[0] == "succeeded"

    @property
    def has_paused(self) -> bool:
        """Whether `paused` was emitted."""
        return self._is_over and self._outcome is not None and self._outcome[0] == "paused"

    def cancel(self) -> None:
        """Stop and discard what is new. `cancelled` follows within 5 s; nothing else does."""
        if not self._control.is_cancelled and not self._is_over:
            self._control.cancel()
            self.cancelling.emit()

    def finish_early(self) -> None:
        """Stop after this batch, validate, keep the best model. The result follows; of folds, the next fold."""
        if not self._control.is_finishing_early and not self._is_over:
            self._control.finish_early()
            self.finishing.emit()

    def pause(self) -> None:
        """Write a checkpoint after this batch and end, to be resumed; only a training hears it. `paused` follows."""
        if not self._control.is_pausing and not self._is_over:
            self._control.pause()
            self.finishing.emit()

    def run(self) -> None:
        """In the thread: carry out the call and keep what came of it."""
        self.started_at = time.monotonic()
        try:
            self._control.raise_if_cancelled()
            self._outcome = ("succeeded", self._lane.run(self.call, self._happened.emit, self._control))
        except Cancelled:
            self._outcome = ("cancelled", None)
        except Paused as paused:
            self._outcome = ("paused", paused)
        except (EngineError, UnexpectedError) as error:
            self._outcome = ("failed", error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window must hear of it
            fault = UnexpectedError(type(error).__name__, str(error), traceback.format_exc())
            self._outcome = ("failed", fault)
        self._ended.emit()

    @Slot(object)
    def _on_happened(self, event: Event) -> None:
        if not self._control.is_cancelled and not self._is_over:
            self.reported.emit(event)

    @Slot()
    def _on_ended(self) -> None:
        if self._is_over or self._outcome is None:
            return
        if self._control.is_cancelled:
            self._outcome = ("cancelled", None)
        self._is_over = True
        kind, content = self._outcome
        if kind == "cancelled":
            self.cancelled.emit()
        elif kind == "succeeded":
            self.succeeded.emit(content)
        elif kind == "paused":
            self.paused.emit(content)
        else:
            details = content.traceback if isinstance(content, UnexpectedError) else getattr(content, "hint", "")
            _LOG.error("%s: %s\n%s", self.title, content, details)
            self.failed.emit(content)

    def settle(self) -> None:
        """Wait for the thread and say at once how it ended; for `JobRunner`."""
        self.wait()
        if self._outcome is None:  # its thread was never begun
            self._outcome = ("cancelled", None)
        self._on_ended()


class JobRunner(QObject):
    """Owns the jobs: starts one after the other on each lane, and waits for all of them on close."""

    job_started = Signal(object)
    """A `Job`: its thread begins now, its lane is free."""
    job_ended = Signal(object)
    """A `Job`, after it said how it ended."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        log_dir = places.log_dir()
        self._lanes: dict[str, Lane] = {
            "work": Lane("work", log_dir, niceness=_WORK_NICENESS),
            "answers": Lane("answers", log_dir),
            "aside": Lane("aside", log_dir),
            "views": Lane("views", log_dir),
            "web": Lane("web", log_dir),
        }
        self._waiting: list[Job] = []
        self._current: dict[str, Job] = {}
        self._leaving: list[Job] = []  # cancelled before their turn came
        self._is_shut_down = False
        self._starter = QTimer(self)
        self._starter.setSingleShot(True)
        self._starter.timeout.connect(self._on_start_due)

    def start(self, call: Call[Any], title: str) -> Job:
        """A job for `call`, begun as soon as its lane is free, never before the caller could connect its signals.

        `title` names it in the status bar: "Checking images". While a batch of images is answered, what else is asked
        of that lane is answered aside: a heat map does not wait for hundreds of images.
        """
        if call.lane == "answers" and call.target != PREDICT and self._is_answering_images():
            call = replace(call, lane="aside")
        job = Job(call, title, self._lanes[call.lane])
        if self._is_shut_down:  # some timer of a page fired on the way out
            return job
        job.finished.connect(self._on_thread_finished)
        job.cancelling.connect(self._on_cancelling)
        self._waiting.append(job)
        self._starter.start(0)
        return job

    def running(self, lane: str) -> Job | None:
        """The job that is under way on `lane` ("work", "answers", "aside", "views" or "web")."""
        return self._current.get(lane)

    def child_pid(self, lane: str) -> int | None:
        """The process of `lane`, None while there is none."""
        return self._lanes[lane].pid

    def shutdown(self) -> None:
        """Cancel everything, wait for it, end the child processes. What is started afterwards never begins.

        A training has 5 s to take its run away; anything else is ended where it does not listen at once.
        """
        self._is_shut_down = True
        jobs = [*self._current.values(), *self._leaving, *self._waiting]
        self._waiting.clear()
        for job in jobs:
            job.cancel()
        for job in jobs:
            if not job.is_training and not job.wait(_GRACE_MS):
                self._lanes[job.call.lane].kill()
            job.settle()
        self._starter.stop()
        self._current.clear()
        self._leaving.clear()
        for lane in self._lanes.values():
            lane.close()

    def _is_answering_images(self) -> bool:
        jobs = (*self._current.values(), *self._waiting)
        return any(job.call.target == PREDICT and not job.is_over for job in jobs)

    @Slot()
    def _on_start_due(self) -> None:
        for job in tuple(self._waiting):
            if job.is_cancelling:  # its thread only says so
                self._waiting.remove(job)
                self._leaving.append(job)
                job.start()
            elif job.call.lane not in self._current:
                self._waiting.remove(job)
                self._current[job.call.lane] = job
                self.job_started.emit(job)
                job.start()

    @Slot()
    def _on_cancelling(self) -> None:
        if self._waiting:
            self._starter.start(0)

    @Slot()
    def _on_thread_finished(self) -> None:
        self._leaving = [job for job in self._leaving if not _is_settled(job)]
        for lane, job in tuple(self._current.items()):
            if _is_settled(job) and self._current.get(lane) is job:
                del self._current[lane]
                self.job_ended.emit(job)
                self._starter.start(0)


def _is_settled(job: Job) -> bool:
    if not job.isFinished():
        return False
    job.settle()
    return True
