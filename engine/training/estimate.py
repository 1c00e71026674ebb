"""Measures a few steps on this computer and says how long a training would take."""

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from engine.config import Preprocessing, TrainingConfig
from engine.data.images import read_image, to_pixels
from engine.data.readers import open_dataset
from engine.data.split import limit_rows
from engine.data.split_choice import choose_split
from engine.errors import DataError
from engine.evaluation.metrics import labels_of
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import CODES
from engine.model import network
from engine.model.device import CORES, choose, describe
from engine.model.probabilities import EQUAL_PRIOR
from engine.prediction.features import find_head
from engine.prediction.logits import compute_logits, to_input
from engine.results import TimeEstimate
from engine.training.augment import draw_variations, vary
from engine.training.batches import count_positions
from engine.training.exactness import exact
from engine.training.interruption import interruptible
from engine.training.learner import Learner

_BUDGET_SECONDS = 1.5  # for the timed steps; a large network on a CPU needs it for a few images
_SAMPLE = 8  # image files to read
_READS = 2  # each image is read when it is checked and when it is put into the cache
_MOST_THREADS = 8  # that read images


def estimate_time(
    config: TrainingConfig, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> TimeEstimate:
    """How long the training that `config` asks for would take on this computer; takes a few seconds itself.

    Less where the images, or their features by a network that stays as it is, are kept from a training before.
    Reads the table of the data set, a few of its images, and times steps on random pixels. Raises `DataError`,
    `ConfigError` and `Cancelled`.
    """
    control = control or Control()
    device = choose(config.device)
    on_event(StatusChanged(text="Measuring the speed of this computer"))
    rows = open_dataset(config.data).rows
    if config.limit is not None:
        rows = limit_rows(rows, config.limit, config.seed)
    split, _ = choose_split(rows, config.split, config.seed, config.fold)
    labels = labels_of(list(split.loc[split["part"] == "train", "dx"]))
    reading = _time_reading([Path(path) for path in rows["path"]], config.preprocessing)
    with exact(device, config.threads or CORES):
        learning, scoring = time_steps(config, device, control, _BUDGET_SECONDS)
        info = describe(config.device)
    n_val = int((split["part"] == "val").sum())
    per_epoch = count_positions(labels, config.balancing) * learning + (0 if config.is_frozen else n_val * scoring)
    features = len(rows) * scoring if config.is_frozen else 0.0
    return TimeEstimate(
        device=info,
        seconds_per_epoch=per_epoch,
        seconds_in_all=config.epochs * per_epoch + len(rows) * reading + features,
        n_train=len(labels),
    )


def time_steps(
    config: TrainingConfig, device: torch.device, control: Control, budget_seconds: float
) -> tuple[float, float]:
    """Seconds for an image to learn from, and for one to score, timed for about `budget_seconds`."""
    module = network.build(config.backbone)
    learner = Learner(module, config, EQUAL_PRIOR, device)
    with interruptible(module, control):
        first = _time_learning(learner, config, 2)
        control.raise_if_cancelled()
        if first < budget_seconds:  # then what the first step set up counts for much in it
            first = _time_learning(learner, config, 2)
        size = int(np.clip(budget_seconds / first * 2, 4, config.batch_size))
        seconds, n_images = 0.0, 0
        while n_images == 0 or seconds < budget_seconds / 2:
            seconds += _time_learning(learner, config, size)
            n_images += size
            control.raise_if_cancelled()
        pixels = _random_pixels(size, config.preprocessing)
        compute_logits(module, pixels[:1], config.preprocessing, device)
        started = time.perf_counter()
        compute_logits(module, pixels, config.preprocessing, device, batch_size=size)
        return seconds / n_images, (time.perf_counter() - started) / size


def _time_learning(learner: Learner, config: TrainingConfig, size: int) -> float:
    """Seconds for one step on a batch of `size` images, from their pixels to the new weights."""
    pixels = torch.from_numpy(_random_pixels(size, config.preprocessing))
    labels = (torch.arange(size) % len(CODES)).to(learner.device)
    variations = draw_variations(config.augmentation, config.preprocessing, size, config.seed, 1)
    features = torch.rand(size, find_head(learner.module).in_features, device=learner.device)
    started = time.perf_counter()
    if config.is_frozen:
        taken = features
    else:
        images = to_input(pixels, config.preprocessing, learner.device)
        taken = vary(images, variations.of(slice(None), learner.device))
    loss, _ = learner.step(taken, labels, config.learning_rate)
    loss.item()  # waits for the device
    return time.perf_counter() - started


def _random_pixels(n: int, preprocessing: Preprocessing) -> np.ndarray:
    side = preprocessing.image_size
    return np.random.default_rng(0).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def _time_reading(paths: Sequence[Path], preprocessing: Preprocessing) -> float:
    """Seconds that an image costs before the first epoch; less where the data set was prepared before."""
    sample = paths[:: max(1, len(paths) // _SAMPLE)][:_SAMPLE]
    started = time.perf_counter()
    for path in sample:
        with contextlib.suppress(DataError):  # the training will name it
            to_pixels(read_image(path), preprocessing)
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    return _READS * (time.perf_counter() - started) / len(sample) / threads
