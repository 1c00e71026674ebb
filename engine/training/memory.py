"""Works on fewer images at a time where memory is short, and remembers how many fit on which graphics card."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

from engine import places
from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.errors import DiskError, TrainingError
from engine.events import OnEvent, TrainingAdjusted
from engine.training.learner import Learner
from engine.wording import count

Result = TypeVar("Result")

_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "ALLOC_FAILED")
"""How CUDA, the CPU's allocator on Linux and on Windows, and cuBLAS or cuDNN say that memory is short."""


class Portion:
    """How many images are worked on at a time."""

    def __init__(self, size: int, smallest: int, consequence: str, on_event: OnEvent) -> None:
        """`consequence` ends the sentence that tells of a smaller portion."""
        self.size = size
        self._smallest, self._consequence, self._on_event = smallest, consequence, on_event

    def run(self, work: Callable[[int], Result]) -> Result:
        """What `work` gives for so many images at a time, tried again with half as many while memory is short.

        Raises `TrainingError` when even the smallest portion does not fit.
        """
        while True:
            try:
                return work(self.size)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if self.size <= self._smallest:
                    raise self._too_small(error) from error
            self._halve()  # not before the error is gone: it holds on to what was computed

    def _halve(self) -> None:
        self.size = max(self._smallest, self.size // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        text = f"Memory is short: {count(self.size, 'image')} at a time from now on, {self._consequence}."
        self._on_event(TrainingAdjusted(text=text))

    def _too_small(self, error: BaseException) -> TrainingError:
        reason = str(error).partition("\n")[0]
        return TrainingError(
            f"There is not enough memory even for {count(self.size, 'image')} at a time ({reason}).",
            "Close other programs, or train again with smaller images or a smaller network.",
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device, or the computer, has no memory left."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS)


def probe(learner: Learner, config: TrainingConfig, portion: Portion) -> None:
    """Find out before the first epoch how many images fit on the graphics card, once per card and task.

    On a CPU nobody can tell: the system hands out memory that it does not have.
    """
    if learner.device.type != "cuda":
        return
    card = torch.cuda.get_device_properties(learner.device)
    side = config.preprocessing.image_size
    task = f"{card.name}, {card.total_memory} bytes: {config.backbone}, {side} px, {config.batch_size} per step"
    if (known := recall(task)) is not None:
        portion.size = min(portion.size, known)
        return
    before = learner.tensors()
    images = torch.zeros(config.batch_size, 3, side, side, device=learner.device)
    labels = torch.zeros(config.batch_size, dtype=torch.int64, device=learner.device)
    portion.run(lambda size: learner.step(images, labels, config.learning_rate, size))
    learner.load(before)
    remember(task, portion.size)


def recall(task: str) -> int | None:
    """The portion that fitted when this task was done last, None if it never was."""
    portion = _read().get(task)
    return portion if isinstance(portion, int) and portion > 0 else None


def remember(task: str, portion: int) -> None:
    """Note the portion that fits. Where that cannot be written, it is found out again the next time."""
    with contextlib.suppress(DiskError):
        write_json(_path(), {**_read(), task: portion})


def _read() -> dict[str, object]:
    try:
        known = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _path() -> Path:
    return places.cache_dir() / "portions.json"
