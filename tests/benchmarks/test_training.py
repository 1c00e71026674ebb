"""How fast training is, against the notebook's way and the bare machine; prints ratios, and never fails on a time."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional
from torchvision import transforms

from engine.config import Backbone, Preprocessing, TrainingConfig
from engine.data import demo
from engine.data.images import read_image, to_pixels
from engine.events import Event, RunStarted, StatusChanged
from engine.model import device, network
from engine.prediction.logits import to_input
from engine.recipes import from_recipe
from engine.training.augment import draw_variations, vary
from engine.training.batches import split_batches
from engine.training.feed import Feed
from engine.training.optimizer import build_optimizer
from engine.training.trainer import train

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

_CPU = torch.device("cpu")
_SIDE = 224
_BATCH = 32
_ROUNDS = 5


@pytest.fixture
def photographs(ham10000: Path) -> list[Path]:
    """Originals of 600 x 450 in `LESION_LAB_HAM10000_FULLSIZE`, or in the folder "..._fullsize" beside the data."""
    beside = ham10000.with_name(f"{ham10000.name}_fullsize")
    paths = sorted(Path(os.environ.get("LESION_LAB_HAM10000_FULLSIZE", beside)).rglob("*.jpg"))
    if not paths:
        pytest.skip("LESION_LAB_HAM10000_FULLSIZE does not name a folder with original images")
    return paths


def test_cpu_time_of_a_training_sample(photographs: list[Path], tmp_path: Path) -> None:
    """Files to varied network inputs at 224 px, the notebook's kinds of variation: its PIL chain against the cache."""
    config = from_recipe("notebook", data=tmp_path, out=tmp_path, image_size=_SIDE)
    feed = _fill_cache(photographs, config.preprocessing, tmp_path / "pixels.npy")
    ours = from_recipe("recommended", data=tmp_path, out=tmp_path, image_size=_SIDE)
    ways = {
        "notebook: PIL chain on files": lambda: _notebook_chain(photographs, config.preprocessing),
        "cache, its flips, turn and colours": lambda: _from_cache(feed, config, len(photographs)),
        "cache, those of Recommended": lambda: _from_cache(feed, ours, len(photographs)),
        "cache, flips and normalise alone": lambda: _flips_alone(feed, config.preprocessing, len(photographs)),
    }
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # the chain uses one, and threads that wait for others would count
    try:
        seconds = _interleave(ways, time.process_time)
        _print_title(f"CPU time per training sample at {_SIDE} px, {len(photographs)} files of 600x450")
    finally:
        torch.set_num_threads(before)
    first = statistics.median(next(iter(seconds.values())))
    for name, rounds in seconds.items():
        median = statistics.median(rounds)
        print(f"  {name:36s} {1000 * median / len(photographs):7.2f} ms   {first / median:5.1f} x less")


@pytest.mark.parametrize(
    ("backbone", "side", "batch_size", "limit"), [("resnet18", 128, 32, 180), ("resnet50", 224, 16, 68)]
)
def test_an_epoch_against_the_bare_steps(
    backbone: Backbone, side: int, batch_size: int, limit: int, tmp_path: Path
) -> None:
    """The trainer's epoch on cached data, with variation and figures, against forward, backward and step alone."""
    config = from_recipe(
        "recommended",
        data=demo.create(tmp_path / "demo"),
        out=tmp_path / "runs",
        image_size=side,
        backbone=backbone,
        batch_size=batch_size,
        limit=limit,
        epochs=_ROUNDS + 1,
        patience=_ROUNDS + 1,
        weights="none",
        device="cpu",
    )
    rounds = _Rounds(config)
    train(config, on_event=rounds)
    _print_title(f"{backbone} at {side} px, an epoch of {rounds.n_images} images")
    for kind, (trainer, bare) in {"seconds": rounds.seconds(0), "CPU seconds": rounds.seconds(1)}.items():
        ratios = [one / other for one, other in zip(trainer, bare, strict=True)]
        print(
            f"  {kind:12s} trainer {statistics.median(trainer):7.2f}, bare {statistics.median(bare):7.2f}; "
            f"ratio {statistics.median(ratios):.3f} (rounds {', '.join(f'{ratio:.3f}' for ratio in ratios)})"
        )


class _Rounds:
    """Times the trainer's epochs by its events, and between them the bare steps on as many images."""

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        self._started: tuple[float, float] | None = None
        self._trainer: list[tuple[float, float]] = []
        self._bare: list[tuple[float, float]] = []
        self.n_images = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self.n_images = event.n_train
            self._steps = _BareSteps(self._config, event.n_train)
        if isinstance(event, StatusChanged):
            if self._started is not None:
                self._trainer.append(_since(self._started))
                self._bare.append(self._steps.run())
            self._started = _now() if event.text.startswith("Training, epoch") else None

    def seconds(self, clock: int) -> tuple[list[float], list[float]]:
        """Of the trainer and bare, per round, without the first, which warms up; by the wall (0) or of the CPU (1)."""
        return [times[clock] for times in self._trainer[1:]], [times[clock] for times in self._bare[1:]]


class _BareSteps:
    """Forward, backward and step over images that lie in memory as the network wants them, and nothing else."""

    def __init__(self, config: TrainingConfig, n_images: int) -> None:
        side = config.preprocessing.image_size
        self._module = network.build(config.backbone).to(memory_format=torch.channels_last)
        self._optimizer = build_optimizer(self._module, config)
        self._images = torch.randn(n_images, 3, side, side).contiguous(memory_format=torch.channels_last)
        self._labels = torch.arange(n_images) % 7
        self._batches = split_batches(n_images, config.batch_size)

    def run(self) -> tuple[float, float]:
        """Seconds of one epoch: by the wall, and of the CPU. What makes the trainer exact is switched off."""
        was_exact = torch.are_deterministic_algorithms_enabled()
        torch.use_deterministic_algorithms(False)
        try:
            started = _now()
            for batch in self._batches:
                self._optimizer.zero_grad()
                loss = functional.cross_entropy(self._module(self._images[batch]), self._labels[batch])
                loss.backward()  # type: ignore[no-untyped-call]
                self._optimizer.step()
            return _since(started)
        finally:
            torch.use_deterministic_algorithms(was_exact)


def _notebook_chain(paths: list[Path], preprocessing: Preprocessing) -> None:
    chain = transforms.Compose(
        [
            transforms.Resize((preprocessing.image_size, preprocessing.image_size)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomVerticalFlip(),
            transforms.RandomRotation(20),
            transforms.ColorJitter(brightness=0.1, contrast=0.1, saturation=0.1, hue=0.1),
            transforms.ToTensor(),
            transforms.Normalize(preprocessing.mean, preprocessing.std),
        ]
    )
    for start in range(0, len(paths), _BATCH):
        torch.stack([chain(Image.open(path).convert("RGB")) for path in paths[start : start + _BATCH]])


def _from_cache(feed: Feed, config: TrainingConfig, n_images: int) -> None:
    variations = draw_variations(config.augmentation, config.preprocessing, n_images, seed=0, epoch=1)
    for batch in split_batches(n_images, _BATCH):
        vary(to_input(feed.take(batch), config.preprocessing, _CPU), variations.of(batch))


def _flips_alone(feed: Feed, preprocessing: Preprocessing, n_images: int) -> None:
    flips = torch.from_numpy(np.random.default_rng(0).random((n_images, 2)) < 0.5)
    for batch in split_batches(n_images, _BATCH):
        pixels = feed.take(batch)
        for axis in (1, 2):
            chosen = flips[batch, axis - 1]
            pixels[chosen] = pixels[chosen].flip(axis)
        to_input(pixels, preprocessing, _CPU)


def _fill_cache(paths: list[Path], preprocessing: Preprocessing, file: Path) -> Feed:
    """Pixels in a mapped file, as a training has them."""
    np.save(file, np.stack([to_pixels(read_image(path), preprocessing) for path in paths]))
    return Feed(np.load(file, mmap_mode="r"), np.arange(len(paths)), _CPU)


def _interleave(ways: Mapping[str, Callable[[], None]], clock: Callable[[], float]) -> dict[str, list[float]]:
    """Seconds of each way in each of the rounds, one way after the other in every round, after one that warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(_ROUNDS + 1):
        for name, way in ways.items():
            started = clock()
            way()
            if number:
                seconds[name].append(clock() - started)
    return seconds


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - started[0], time.process_time() - started[1]


def _print_title(title: str) -> None:
    info = device.describe("cpu")
    print(f"\n{title}; medians of {_ROUNDS} rounds on {info.name} ({platform.system()}, torch {torch.__version__})")
