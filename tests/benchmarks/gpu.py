"""What training does on a GPU: images per second, share of the step, memory, a kill and resume, memory that runs short.

    python -m tests.benchmarks.gpu [--device cuda] [--quick]

Prints one table, on drawn images. `--quick` with `--device cpu` only shows that it works.
"""

import argparse
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from engine.config import TrainingConfig
from engine.data import demo
from engine.events import BatchesDone, Event, RunStarted, TrainingAdjusted, ignore_events
from engine.model import device, network
from engine.model.device import half_type
from engine.model.probabilities import EQUAL_PRIOR
from engine.prediction.logits import to_input
from engine.prediction.portion import Portion
from engine.recipes import from_recipe
from engine.runs import RunFolder, list_resumable
from engine.training.augment import draw_variations, vary
from engine.training.exactness import exact
from engine.training.feed import Feed
from engine.training.interval import Interval
from engine.training.learner import Learner
from engine.training.optimizer import build_optimizer
from engine.training.trainer import resume, train

_ROUNDS = 5
_AIM = 5000  # images per second on an H200


@dataclass(frozen=True)
class Task:
    """How much is measured."""

    config: TrainingConfig
    kind: torch.device
    n_images: int
    n_steps: int
    """Of each round."""

    @property
    def can_be_limited(self) -> bool:
        """Whether memory is really short where it is to be: not on other devices, nor where a network is most of it."""
        return self.kind.type == "cuda" and self.config.preprocessing.image_size >= 224


def main() -> int:
    """Measure and print; 1 where the device that was asked for is not here."""
    parser = argparse.ArgumentParser(description="Benchmark of training on a GPU.")
    parser.add_argument("--device", choices=("cuda", "mps", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="a small network on a few images")
    options = parser.parse_args()
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if not here[options.device]:
        print(
            f"This computer has no {options.device} device that PyTorch {torch.__version__} can use: nothing measured."
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LESION_LAB_HOME"] = folder
        task = _make_task(Path(folder), options.device, is_quick=options.quick)
        config = task.config
        print(f"{device.describe(options.device).name}, torch {torch.__version__}; {config.backbone} at ", end="")
        print(f"{config.preprocessing.image_size} px, {config.batch_size} per step, {_precision(task.kind)}")
        with exact(task.kind, os.cpu_count() or 1):
            _print_speed(task)
            _print_memory_back_off(task)
        _print_kill(task, Path(folder))
    return 0


def _make_task(folder: Path, kind: str, *, is_quick: bool) -> Task:
    config = from_recipe(
        "recommended",
        data=demo.create(folder / "demo"),
        out=folder / "runs",
        image_size=32 if is_quick else 224,
        backbone="resnet18" if is_quick else "resnet50",
        batch_size=16 if is_quick else 256,
        weights="none",
        device=kind,
    )
    n_images = 64 if is_quick else 8192
    return Task(config, torch.device(kind), n_images, n_images // config.batch_size)


def _print_speed(task: Task) -> None:
    """End to end from the cache's pixels, with variation, figures and average, against the bare step on the device."""
    side = task.config.preprocessing.image_size
    pixels = np.random.default_rng(0).integers(0, 256, (task.n_images, side, side, 3), dtype=np.uint8)
    feed, whole = Feed(pixels, np.arange(task.n_images), task.kind), _whole_epoch(task)
    if task.kind.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    ours = _time(task, whole, feed)
    memory = torch.cuda.max_memory_allocated() / 2**30 if task.kind.type == "cuda" else None
    bare = _time(task, _bare_epoch(task), feed)
    per_second, bare_per_second = (task.n_images / statistics.median(one) for one in (ours, bare))
    spread = ", ".join(f"{task.n_images / one:,.0f}" for one in ours)
    print(f"  {'end to end':34s} {per_second:10,.0f} images/s (rounds {spread}); aim on an H200: {_AIM:,}")
    print(f"  {'bare forward, backward and step':34s} {bare_per_second:10,.0f} images/s")
    print(f"  {'end to end against the bare step':34s} {per_second / bare_per_second:10.3f} of its speed")
    print(f"  {'waits for the GPU':34s} {_count_waits(task, whole, feed)}")
    print(f"  {'most memory held':34s} " + (f"{memory:10.2f} GiB" if memory is not None else "not counted here"))


def _time(task: Task, work: Callable[[Feed], None], feed: Feed) -> list[float]:
    """Seconds of each round, after one that warms up."""
    seconds = []
    for number in range(_ROUNDS + 1):
        _finish(task.kind)
        started = time.perf_counter()
        work(feed)
        _finish(task.kind)
        if number:
            seconds.append(time.perf_counter() - started)
    return seconds


def _count_waits(task: Task, work: Callable[[Feed], None], feed: Feed) -> str:
    """How often the CPU waits in an epoch, what that sends at its start and tells at its end included."""
    if task.kind.type != "cuda":
        return "not counted here"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            work(feed)
        finally:
            torch.cuda.set_sync_debug_mode("default")
    return f"{len(told):10d} in an epoch of {task.n_steps} steps"


def _whole_epoch(task: Task) -> Callable[[Feed], None]:
    """What the trainer does in an epoch, checkpoints and validation left out."""
    learner = Learner(network.build(task.config.backbone), task.config, EQUAL_PRIOR, task.kind)
    return lambda feed: _learn_epoch(task, learner, feed)


def _learn_epoch(task: Task, learner: Learner, feed: Feed) -> None:
    config = task.config
    variations = draw_variations(config.augmentation, config.preprocessing, task.n_images, 0, 1).to(task.kind)
    labels = (torch.arange(task.n_images) % 7).to(task.kind)
    losses = []
    for number in range(task.n_steps):
        batch = slice(number * config.batch_size, (number + 1) * config.batch_size)
        images = vary(to_input(feed.take(batch), config.preprocessing, task.kind), variations.of(batch))
        losses.append(learner.step(images, labels[batch], config.learning_rate)[0])
    torch.stack(losses).tolist()


def _bare_epoch(task: Task) -> Callable[[Feed], None]:
    """Forward, backward and step over one batch that lies on the device as the network wants it."""
    side, size = task.config.preprocessing.image_size, task.config.batch_size
    module = network.build(task.config.backbone).to(task.kind).to(memory_format=torch.channels_last)
    optimizer, half = build_optimizer(module, task.config), half_type(task.kind)
    images = torch.randn(size, 3, side, side, device=task.kind).contiguous(memory_format=torch.channels_last)
    labels = (torch.arange(size) % 7).to(task.kind)

    def run(feed: Feed) -> None:
        for _ in range(task.n_steps):
            optimizer.zero_grad()
            with torch.autocast(task.kind.type, dtype=half, enabled=half is not None):
                logits = module(images)
            functional.cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return run


def _print_memory_back_off(task: Task) -> None:
    """A step that asks for more than half a batch at a time finds no memory: the real one where that can be limited."""
    told: list[str] = []

    def tell(event: Event) -> None:
        if isinstance(event, TrainingAdjusted):
            told.append(event.text)

    learner = Learner(network.build(task.config.backbone), task.config, EQUAL_PRIOR, task.kind)
    side, size = task.config.preprocessing.image_size, task.config.batch_size
    images, labels = torch.randn(size, 3, side, side, device=task.kind), (torch.arange(size) % 7).to(task.kind)

    def learn(portion: int) -> torch.Tensor:
        if not task.can_be_limited and portion > size // 2:
            raise torch.OutOfMemoryError("made up")
        return learner.step(images, labels, task.config.learning_rate, portion)[0]

    portion = Portion(size, 2, f"{size} per step as before", tell)
    with _limited_memory(task):
        loss = float(portion.run(learn))
    print(f"  {'memory runs short':34s} {portion.size:10d} of {size} images at a time, loss {loss:.3f}: {told}")


@contextmanager
def _limited_memory(task: Task) -> Iterator[None]:
    """Within, a CUDA device has 60 % of the memory that the steps before held at most."""
    if not task.can_be_limited:
        yield
        return
    torch.cuda.empty_cache()
    share = 0.6 * torch.cuda.max_memory_allocated() / torch.cuda.get_device_properties(task.kind).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, share))
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


def _print_kill(task: Task, folder: Path) -> None:
    """A real process, killed after its first epoch, once there is a checkpoint, goes on to the end."""
    config = replace(task.config, epochs=8, limit=90, batch_size=16, out=folder / "killed")
    process = multiprocessing.get_context("spawn").Process(target=_train_and_die, args=(config,))
    process.start()
    process.join(600)
    assert process.exitcode == -signal.SIGKILL, f"it ended with {process.exitcode}"
    (waiting,) = list_resumable(config.out)
    started = time.perf_counter()
    result = resume(waiting.path, on_event=ignore_events)
    seconds = time.perf_counter() - started
    print(f"  {'killed and resumed':34s} {result.epochs_run:10d} epochs of {config.epochs}, ", end="")
    print(f"resumed after epoch {waiting.epochs_run} and ended in {seconds:.1f} s")


def _train_and_die(config: TrainingConfig) -> None:
    Interval.is_due = lambda self, cost, *, at_epoch_end=False: True  # type: ignore[method-assign]
    folder: list[RunFolder] = []

    def tell(event: Event) -> None:
        if isinstance(event, RunStarted):
            folder.append(RunFolder(event.run))
        if isinstance(event, BatchesDone) and event.epoch >= 2 and event.step >= 3 and folder[0].is_resumable:
            os.kill(os.getpid(), signal.SIGKILL)

    train(config, on_event=tell)


def _finish(kind: torch.device) -> None:
    """Wait until the device has done all that it was given."""
    if kind.type == "cuda":
        torch.cuda.synchronize()
    elif kind.type == "mps":
        torch.mps.synchronize()


def _precision(kind: torch.device) -> str:
    half = half_type(kind)
    return "float32" if half is None else str(half).removeprefix("torch.")


if __name__ == "__main__":
    sys.exit(main())
