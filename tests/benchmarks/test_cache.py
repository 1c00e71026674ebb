"""How fast images are prepared, against what the cores could do; prints ratios, and never fails on a time."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from engine.config import Preprocessing
from engine.data.cache import open_cache
from engine.data.checks import open_checked
from engine.data.images import read_image, to_pixels
from engine.data.thumbnails import make_thumbnails

pytestmark = pytest.mark.slow
_SAMPLE = 300
_SIZE = Preprocessing(image_size=224)


def test_pixels_are_prepared_at_the_speed_of_the_cores(ham10000: Path) -> None:
    """The cache against one core that does nothing but decode and resize; the second time is for nothing."""
    dataset = open_checked(ham10000)
    paths = [Path(path) for path in dataset.rows["path"]]
    one_core = _time(lambda: [to_pixels(read_image(path), _SIZE) for path in paths[:_SAMPLE]]) / _SAMPLE * len(paths)
    before = _own_memory()
    first = _time(lambda: open_cache(dataset, _SIZE))
    memory = _own_memory() - before
    second = _time(lambda: open_cache(dataset, _SIZE))
    print(
        f"\ncache of {len(paths):,} images: {len(paths) / first:.0f} images/s, {one_core / first:.2f} of one core's "
        f"speed on {os.cpu_count()} cores; again in {second / first:.4f} of the time; {memory / 1e6:.0f} MB more after"
    )


def test_thumbnails_come_at_the_speed_of_scrolling(ham10000: Path) -> None:
    """A screen of 60 pictures, new and seen before, against decoding them whole."""
    paths = sorted(ham10000.rglob("*.jpg"))[:_SAMPLE]
    whole = _time(lambda: [read_image(path) for path in paths]) / len(paths)
    new = _time(lambda: [make_thumbnails(paths[at : at + 60], 128) for at in range(0, _SAMPLE, 60)]) / len(paths)
    again = _time(lambda: [make_thumbnails(paths[at : at + 60], 128) for at in range(0, _SAMPLE, 60)]) / len(paths)
    print(
        f"\nthumbnails: {new / whole:.2f} of decoding the image, {again / whole:.2f} when seen before; "
        f"a screen of 60 in {60_000 * new:.0f} ms, then {60_000 * again:.0f} ms"
    )


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _own_memory() -> int:
    """What this process holds, in bytes, without the files that it maps."""
    return int(psutil.Process().memory_info().rss - getattr(psutil.Process().memory_info(), "shared", 0))
