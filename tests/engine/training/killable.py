"""A tiny training in a process of its own, which can be killed at any point of what it writes."""

import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

from torch import nn

from engine.config import TrainingConfig
from engine.events import Event, RunStarted
from engine.model import network
from engine.runs import list_resumable
from engine.training.loop import TrainingLoop
from engine.training.trainer import resume, train


@dataclass(frozen=True)
class Attempt:
    """What the process is to do."""

    config: TrainingConfig
    home: Path
    fatal_point: int | None
    """It kills itself at so many-th point of its writing, counted from 1; None never."""


def run(attempt: Attempt, connection: "Connection[Any, Any]") -> None:
    """Resume the run that is there, or begin one, with a checkpoint after each step; tells "started" and the hash."""
    os.environ["LESION_LAB_HOME"] = str(attempt.home)
    network.build = _build_tiny
    patch.object(TrainingLoop, "_save_if_due", _save).start()  # for good: the process is this attempt's alone
    if attempt.fatal_point is not None:
        _kill_at(attempt.fatal_point)

    def tell(event: Event) -> None:
        if isinstance(event, RunStarted):
            connection.send("started")

    waiting = list_resumable(attempt.config.out)
    result = resume(waiting[0].path, on_event=tell) if waiting else train(attempt.config, on_event=tell)
    connection.send(result.weights_sha256)


def _save(loop: TrainingLoop, *, at_epoch_end: bool = False) -> None:
    loop._save()


def _build_tiny(backbone: str) -> nn.Module:
    """A network with all that a checkpoint must hold, so small that writing it takes no time."""
    layers = (nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers, nn.Dropout(0.5), nn.Linear(8, 7))


def _kill_at(fatal_point: int) -> None:
    """Before and after each fsync and each replace, and in the middle of each write, is a point."""
    points = itertools.count(1)

    def pass_point() -> None:
        if next(points) == fatal_point:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(true: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            pass_point()
            outcome = true(*arguments)
            pass_point()
            return outcome

        return call

    def write_bytes(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
            file.flush()
            pass_point()
            file.write(content[len(content) // 2 :])

    os.fsync, os.replace = around(os.fsync), around(os.replace)
    Path.write_bytes = write_bytes  # type: ignore[assignment, method-assign]
