"""How fast answers are, against the bare network and the notebook's script; prints ratios, never fails on a time."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from engine.config import Backbone, Preprocessing
from engine.data.images import read_image, to_pixels
from engine.events import Event, PredictionsDone
from engine.model import device, network
from engine.model.file import save_model
from engine.prediction.logits import to_input
from engine.prediction.predictor import predict
from engine.prediction.remembered import forget_all
from tests.engine.evaluation.untrained_run import CARD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

_CPU = torch.device("cpu")
_SIDE = 224
_ROUNDS = 5
# A folder of 1,000 takes ResNet50 two minutes a round and a way on two cores.
_N_IMAGES = int(os.environ.get("LESION_LAB_BENCHMARK_IMAGES", "200"))
_BATCH = 16


@pytest.fixture
def photographs(ham10000: Path) -> list[Path]:
    """Originals of 600 x 450 in the folder "..._fullsize" beside the data, or those of the data."""
    beside = ham10000.with_name(f"{ham10000.name}_fullsize")
    return sorted((beside if beside.is_dir() else ham10000).rglob("*.jpg"))


@pytest.fixture
def folder(photographs: list[Path], tmp_path: Path) -> Path:
    """So many images in a folder, each with a content of its own: the same image again would be remembered."""
    images = tmp_path / "images"
    images.mkdir()
    for number in range(_N_IMAGES):
        content = photographs[number % len(photographs)].read_bytes()
        (images / f"{number:05}.jpg").write_bytes(content + number.to_bytes(4, "big"))
    return images


def _save(backbone: Backbone, path: Path) -> Path:
    torch.manual_seed(0)
    card = replace(CARD, backbone=backbone, preprocessing=Preprocessing(image_size=_SIDE))
    save_model(path / "model.safetensors", network.build(backbone), card, None)
    return path / "model.safetensors"


def _bare(backbone: Backbone) -> torch.nn.Module:
    torch.manual_seed(0)
    return network.build(backbone).eval().to(memory_format=torch.channels_last)


@pytest.mark.parametrize("backbone", ["resnet50", "resnet18"])
def test_one_image_against_bare_decode_and_forward(backbone: Backbone, photographs: list[Path], tmp_path: Path) -> None:
    """Warm: from the path to the answer, each time another image, against decoding, resizing and the network alone."""
    model, bare, preprocessing = _save(backbone, tmp_path), _bare(backbone), Preprocessing(image_size=_SIDE)
    forget_all()
    predict(model, photographs[:1], "cpu")

    def alone(path: Path) -> None:
        with torch.inference_mode():
            bare(to_input(torch.from_numpy(to_pixels(read_image(path), preprocessing)[None]), preprocessing, _CPU))

    def ours(path: Path) -> None:
        predict(model, [path], "cpu")

    chosen = photographs[1:41]
    seconds = _time_each([alone, ours, ours], chosen)  # the third time it is remembered
    _print_title(f"{backbone} at {_SIDE} px, one image at a time, {len(chosen)} images")
    ratios = [answer / bare_time for bare_time, answer, _ in seconds]
    print(f"  bare decode and forward  {_milliseconds(seconds, 0)} ms")
    print(f"  drop to answer           {_milliseconds(seconds, 1)} ms, ratio {statistics.median(ratios):.3f}")
    print(f"  the same image again     {_milliseconds(seconds, 2)} ms")


@pytest.mark.parametrize("backbone", ["resnet50", "resnet18"])
def test_a_folder_against_the_bare_network(backbone: Backbone, folder: Path, tmp_path: Path) -> None:
    """Images a second: the bare network on pixels that are decoded already, with decoding, ours, the notebook's."""
    model, bare, preprocessing = _save(backbone, tmp_path), _bare(backbone), Preprocessing(image_size=_SIDE)
    paths = sorted(folder.iterdir())
    pixels = np.stack([to_pixels(read_image(path), preprocessing) for path in paths])
    predict(model, paths[:1], "cpu")
    first: list[float] = []

    def ours() -> None:
        forget_all()
        started = time.perf_counter()

        def on_event(event: Event) -> None:
            if isinstance(event, PredictionsDone) and len(first) <= len(paths) and not asked:
                asked.append(time.perf_counter() - started)

        asked: list[float] = []
        predict(model, [folder], "cpu", on_event=on_event)
        first.extend(asked)

    ways: dict[str, Callable[[], None]] = {
        "bare network, pixels ready": lambda: _forward(bare, iter(_batches(pixels)), preprocessing),
        "bare network, decoded ahead": lambda: _forward(bare, _decode_ahead(paths, preprocessing), preprocessing),
        "folder to answers": ours,
        "notebook, one by one": lambda: _notebook(backbone, paths),
    }
    rounds = 3 if len(paths) < 500 else 1
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    _print_title(f"{backbone} at {_SIDE} px, a folder of {len(paths)} images, {rounds} rounds")
    base = statistics.median(seconds["bare network, pixels ready"])
    for name, times in seconds.items():
        median = statistics.median(times)
        print(f"  {name:28s} {len(paths) / median:7.1f} images/s, {base / median:.3f} of the bare network")
    print(f"  the first answer after {1000 * statistics.median(first):.0f} ms")


def _forward(bare: torch.nn.Module, batches: Iterator[np.ndarray], preprocessing: Preprocessing) -> None:
    with torch.inference_mode():
        for batch in batches:
            bare(to_input(torch.from_numpy(batch), preprocessing, _CPU))


def _batches(pixels: np.ndarray) -> list[np.ndarray]:
    return [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]


def _decode_ahead(paths: list[Path], preprocessing: Preprocessing) -> Iterator[np.ndarray]:
    """The least that must be done to each file, in as many threads as there are cores, ahead of the network."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [
            pool.submit(
                lambda chunk: np.stack([to_pixels(read_image(path), preprocessing) for path in chunk]),
                paths[start : start + _BATCH],
            )
            for start in range(0, len(paths), _BATCH)
        ]
        for future in waiting:
            yield future.result()


def _notebook(backbone: Backbone, paths: list[Path]) -> None:
    """As the notebook's script asks: open, squash, to tensor, normalise, one image after the other."""
    preprocessing = Preprocessing()
    torch.manual_seed(0)
    module = network.build(backbone).eval()
    chain = transforms.Compose(
        [
            transforms.Resize((_SIDE, _SIDE)),
            transforms.ToTensor(),
            transforms.Normalize(preprocessing.mean, preprocessing.std),
        ]
    )
    with torch.no_grad():
        for path in paths:
            module(chain(Image.open(path).convert("RGB"))[None]).softmax(dim=1)


def _time_each(ways: list[Callable[[Path], None]], paths: list[Path]) -> list[list[float]]:
    """Seconds of each way for each path, one way after the other; the first path warms up."""
    seconds = []
    for path in paths:
        times = []
        for way in ways:
            started = time.perf_counter()
            way(path)
            times.append(time.perf_counter() - started)
        seconds.append(times)
    return seconds[1:]


def _milliseconds(seconds: list[list[float]], column: int) -> str:
    return f"{1000 * statistics.median(times[column] for times in seconds):6.1f}"


def _print_title(title: str) -> None:
    info = device.describe("cpu")
    print(f"\n{title}; medians on {info.name} ({platform.system()}, torch {torch.__version__})")
