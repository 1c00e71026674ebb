"""Measures a few steps on this computer and says how long a training would take."""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
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
from engine.prediction.gate_fit import LEAST_TRAIN, LEAST_VAL, MOST_IMAGES, N_EACH
from engine.prediction.gate_measures import measure
from engine.prediction.logits import compute_logits, to_input
from engine.prediction.non_lesions import HELD_OUT
from engine.prediction.portion import Portion
from engine.results import TimeEstimate
from engine.training.augment import draw_variations, vary
from engine.training.batches import count_positions
from engine.training.exactness import exact
from engine.training.interruption import interruptible
from engine.training.learner import Learner

_BUDGET_SECONDS = 1.5  # for the timed steps; a large network on a CPU needs it for a few images
_LEAST_ON_GPU = 4  # steps, of which the first tries out ways to compute and is not counted
_SAMPLE = 8  # image files to read
_READS = 2  # each image is read when it is checked and when it is put into the cache
_MOST_THREADS = 8  # that read images


def estimate_time(
    config: TrainingConfig, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> TimeEstimate:
    """How long the training that `config` asks for would take on this computer; takes a few seconds itself.

    Less where the images, or their features by a network that stays as it is, are kept from a training before.
    Reads the table of the data set, a few of its images, and times steps on random pixels. Raises `DataError`,
    `ConfigError`, `Cancelled`, and `TrainingError` where there is too little memory to train at all.
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
        learning, scoring = time_steps(config, device, control, _BUDGET_SECONDS, on_event)
        info = describe(config.device)
    n_val, n_test = (int((split["part"] == part).sum()) for part in ("val", "test"))
    per_epoch = count_positions(labels, config.balancing) * learning + (0 if config.is_frozen else n_val * scoring)
    features = len(rows) * scoring if config.is_frozen else 0.0
    n_looked_at = _count_for_gate(len(labels), n_val, n_test)
    measuring = _time_measuring(config.preprocessing) if n_looked_at else 0.0
    n_checked = 2 * n_val if config.weight_bits == 16 else n_val
    at_end = n_checked * scoring + n_looked_at * (scoring + measuring)
    return TimeEstimate(
        device=info,
        seconds_per_epoch=per_epoch,
        seconds_in_all=config.epochs * per_epoch + len(rows) * reading + features + at_end,
        n_train=len(labels),
        seconds_at_end=at_end,
    )


def time_steps(
    config: TrainingConfig,
    device: torch.device,
    control: Control,
    budget_seconds: float,
    on_event: OnEvent = ignore_events,
) -> tuple[float, float]:
    """Seconds for an image to learn from, and for one to score, timed for about `budget_seconds`.

    Where memory is short, with as many images at a time as fit, as in a training; `on_event` is told how many.
    """
    module = network.build(config.backbone)
    learner = Learner(module, config, EQUAL_PRIOR, device)
    portion = Portion(config.batch_size, 2, f"{config.batch_size} per step as before", on_event)
    is_gpu = device.type != "cpu"

    def learn(size: int) -> float:
        return portion.run(partial(_time_learning, learner, config, size))

    with interruptible(module, control):
        size = config.batch_size if is_gpu else _choose_size(learn, config, control, budget_seconds)
        learning = _find_median(lambda: learn(size), budget_seconds / 2, control, is_gpu=is_gpu)
        pixels = _random_pixels(size, config.preprocessing)
        scored = Portion(size, 1, "where images are scored", on_event)

        def score() -> float:
            started = time.perf_counter()
            compute_logits(module, pixels, config.preprocessing, device, batch_size=scored)
            return time.perf_counter() - started

        compute_logits(module, pixels[:1], config.preprocessing, device)
        scoring = _find_median(score, budget_seconds / 4, control, is_gpu=is_gpu)
    return learning / size, scoring / size


def _choose_size(learn: Callable[[int], float], config: TrainingConfig, control: Control, budget_seconds: float) -> int:
    """So many images that a step on a CPU takes the time there is: at most a batch."""
    first = learn(2)
    control.raise_if_cancelled()
    if first < budget_seconds:  # then what the first step set up counts for much in it
        first = learn(2)
    return int(np.clip(budget_seconds / first * 2, 4, config.batch_size))


def _find_median(time_one: Callable[[], float], seconds: float, control: Control, *, is_gpu: bool) -> float:
    """The median of what `time_one` measures in so many `seconds`.

    The first one does not count, unless a single one on a CPU takes all the time there is.
    """
    times = [time_one()]
    while sum(times) < seconds or (is_gpu and len(times) < _LEAST_ON_GPU):
        control.raise_if_cancelled()
        times.append(time_one())
    control.raise_if_cancelled()
    return statistics.median(times[1:] or times)


def _time_learning(learner: Learner, config: TrainingConfig, size: int, portion: int) -> float:
    """Seconds for one step on a batch of `size` images, at most a `portion` at a time, from pixels to new weights."""
    pixels = torch.from_numpy(_random_pixels(size, config.preprocessing))
    labels = (torch.arange(size) % len(CODES)).to(learner.device)
    drawn = draw_variations(config.augmentation, config.preprocessing, size, config.seed, 1)
    variations = drawn.to(learner.device)
    features = torch.rand(size, find_head(learner.module).in_features, device=learner.device)
    started = time.perf_counter()
    if config.is_frozen:
        taken = features
    else:
        images = to_input(pixels, config.preprocessing, learner.device)
        taken = vary(images, variations)
    loss, _ = learner.step(taken, labels, config.learning_rate, portion)
    loss.item()  # waits for the device
    return time.perf_counter() - started


def _count_for_gate(n_train: int, n_val: int, n_test: int) -> int:
    """Images that the gate is fitted on and judged by, of the parts and of other things."""
    if n_train < LEAST_TRAIN or n_val < LEAST_VAL:
        return 0
    return sum(min(n, MOST_IMAGES) for n in (n_train, n_val, n_test)) + (2 + len(HELD_OUT)) * N_EACH


def _time_measuring(preprocessing: Preprocessing) -> float:
    """Seconds for the gate to measure an image without the network."""
    pixels = _random_pixels(_SAMPLE, preprocessing)
    started = time.perf_counter()
    measure(pixels)
    return (time.perf_counter() - started) / len(pixels)


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
