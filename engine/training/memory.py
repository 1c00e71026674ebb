"""Finds out how many images fit on a graphics card at a time, and remembers it."""

import contextlib
import json
from pathlib import Path

import torch

from engine import places
from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.errors import DiskError
from engine.events import OnEvent, ignore_events
from engine.prediction.portion import Portion
from engine.training.learner import Learner


def learning_portion(learner: Learner, config: TrainingConfig, most: int, on_event: OnEvent) -> Portion:
    """How many of the `most` images of a step that are this process's are learned from at a time: what fits.

    On a graphics card that is found out before the first epoch, without a word, once per card and task; what another
    program takes later concerns this training alone. On a CPU nobody can tell: the system hands out memory that it does
    not have.
    """
    portion = Portion(most, 2, f"{config.batch_size} per step as before", on_event)
    if learner.device.type == "cuda" and not config.is_frozen:  # features take next to no room
        portion.size = probe(learner, config, most, _name(learner.device, config, most))
    return portion


def probe(learner: Learner, config: TrainingConfig, most: int, task: str) -> int:
    """How many images fit, as remembered of `task`, or tried now; what `learner` has learned stays as it is."""
    known = recall(task)
    if known is None:
        before, side = learner.tensors(), config.preprocessing.image_size
        images = torch.zeros(most, 3, side, side, device=learner.device)
        labels = torch.zeros(most, dtype=torch.int64, device=learner.device)
        trial = Portion(most, 2, "", ignore_events)
        trial.run(lambda size: learner.step(images, labels, config.learning_rate, size))
        learner.load(before)
        remember(task, known := trial.size)
    return min(most, known)


def _name(device: torch.device, config: TrainingConfig, most: int) -> str:
    """Of all that decides what fits. With more memory free than then, as other programs have ended, it is another."""
    torch.cuda.empty_cache()
    free, total = torch.cuda.mem_get_info(device)
    told = (
        f"{torch.cuda.get_device_name(device)}, {free // 2**30} of {total // 2**30} GiB free",
        f"{config.backbone}, {config.preprocessing.image_size} px, {most} per step",
        f"{config.optimizer}, averaged" if config.averaging else config.optimizer,
    )
    return ": ".join(told)


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
