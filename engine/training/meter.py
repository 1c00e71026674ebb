"""Collects what the steps of an epoch give, tells of it now and then, and stops at a loss that is not finite."""

import math
import time
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch

from engine.errors import TrainingError
from engine.evaluation.metrics import balanced_accuracy, count_confusion
from engine.events import BatchesDone, OnEvent
from engine.training.learner import are_finite
from engine.training.pace import Pace

_REPORT_SECONDS = 0.125  # at most so often: each report waits for the GPU
_SURE_AFTER = 3  # steps that the first guess of the time left takes


class NotFiniteError(TrainingError):
    """The numbers of a training ran away."""


class RanAwayError(TrainingError):
    """They did so again and again: the same training would end the same way."""


class Meter:
    """The figures of one epoch. Those of a step stay on the device until they are reported."""

    def __init__(self, epoch: int, pace: Pace, on_event: OnEvent) -> None:
        self._epoch, self._pace, self._on_event = epoch, pace, on_event
        self._pending: list[torch.Tensor] = []
        self._losses: list[float] = []
        self._named: list[torch.Tensor] = []
        self._sizes: list[int] = []
        self._reported = -math.inf

    def add(self, loss: torch.Tensor, named: torch.Tensor) -> None:
        """Take in a step's mean loss and the classes [n] it named. Raises `NotFiniteError` like `report`."""
        self._pending.append(loss)
        self._named.append(named)
        self._sizes.append(len(named))
        self._pace.count(len(named))
        if time.perf_counter() - self._reported >= _REPORT_SECONDS:
            self.report()

    def report(self) -> None:
        """Tell of all steps since the last time. Raises `NotFiniteError` naming a step whose loss is not finite."""
        if not self._pending:
            return
        losses = torch.stack(self._pending).tolist()
        self._pending.clear()
        for loss in losses:
            self._losses.append(loss)
            if not math.isfinite(loss):
                raise not_finite(f"The loss became {loss} in epoch {self._epoch}, step {len(self._losses)}.")
        self._reported = time.perf_counter()
        is_sure = self._epoch > 1 or len(self._losses) >= _SURE_AFTER
        self._on_event(
            BatchesDone(
                epoch=self._epoch,
                step=len(self._losses),
                losses=tuple(losses),
                images_per_second=self._pace.images_per_second,
                seconds_left=self._pace.seconds_left if is_sure else None,
            )
        )

    def tensors(self) -> dict[str, torch.Tensor]:
        """All that was taken in, by name, on the CPU; tells of it first. Raises `NotFiniteError` like `report`."""
        self.report()
        if not self._sizes:
            return {}
        return {
            "meter.losses": torch.tensor(self._losses, dtype=torch.float64),
            "meter.sizes": torch.tensor(self._sizes, dtype=torch.int64),
            "meter.named": torch.cat([named.cpu() for named in self._named]),
        }

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take in what `tensors` gave, as if it were the steps of this epoch so far; nothing is told."""
        if "meter.sizes" in tensors:
            self._losses = tensors["meter.losses"].tolist()
            self._sizes = tensors["meter.sizes"].tolist()
            self._named = [tensors["meter.named"]]

    def sum_up(self, labels: npt.NDArray[np.int64]) -> tuple[float, float]:
        """Mean loss and balanced accuracy over the images of this epoch, whose classes are the first of `labels`."""
        self.report()
        named = torch.cat([named.cpu() for named in self._named]).numpy()
        confusion = count_confusion(labels[: len(named)], named)
        return float(np.average(self._losses, weights=self._sizes)), balanced_accuracy(confusion)


def only_finite(tensors: dict[str, torch.Tensor], when: str) -> dict[str, torch.Tensor]:
    """The `tensors` of a learner as they are. Raises `NotFiniteError`, saying when, where its weights are worthless."""
    if not are_finite(tensors):
        raise not_finite(f"The weights of the network were no finite numbers any more {when}.")
    return tensors


def not_finite(message: str) -> NotFiniteError:
    """The error of a training whose numbers ran away."""
    return NotFiniteError(message, "Train again with a lower learning rate. What was saved before is still there.")
