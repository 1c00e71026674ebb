"""Finds out how many images fit on a graphics card at a time, and remembers it."""

import contextlib
import json
from pathlib import Path

import torch

from engine import places
from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.errors import DiskError
from engine.prediction.portion import Portion
from engine.training.learner import Learner


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
