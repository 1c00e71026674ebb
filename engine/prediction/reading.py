"""Reads images ahead of the network: files to pixels in threads, and a reason for each that cannot be read."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.config import Preprocessing
from engine.data.fingerprints import perceptual_hash
from engine.data.images import decode_image, is_folder, read_image_bytes, thumbnail, to_pixels
from engine.errors import DataError, EngineError
from engine.prediction_results import Prediction

HINT = "Choose one or more JPEG or PNG images, or a folder that holds some."
THUMBNAIL_SIDE = 128

_AHEAD = 128  # images decoded before they are needed: a chunk or two, which at 512 px are 100 MB

Read = TypeVar("Read")


@dataclass(frozen=True, eq=False)
class Picture:
    """An image that could be read."""

    path: Path
    content_sha256: str
    pixels: NDArray[np.uint8]
    """As the network wants them, [S, S, 3]."""
    appearance: NDArray[np.uint8]
    """Its perceptual hash, [16]."""
    thumbnail: bytes


def read_content(path: Path) -> bytes:
    """The content of an image's file. Raises `DataError`."""
    if is_folder(path):
        raise DataError(f"There is no image in {path.name}.", HINT)
    return read_image_bytes(path)


def make_picture(path: Path, content: bytes, preprocessing: Preprocessing) -> Picture:
    """The image that `content` holds. Raises `DataError`."""
    image = decode_image(content, path.name)
    pixels = to_pixels(image, preprocessing)
    return Picture(
        path=path,
        content_sha256=hashlib.sha256(content).hexdigest(),
        pixels=pixels,
        appearance=perceptual_hash(pixels[None])[0],
        thumbnail=thumbnail(image, THUMBNAIL_SIDE),
    )


def refuse(path: Path, error: EngineError) -> Prediction:
    """The answer for an image that cannot be read."""
    return Prediction(
        path=path,
        code=None,
        probabilities=(),
        group_probability=None,
        prevalence=None,
        operating_point=None,
        seen_in_training=None,
        error=error.message,
        hint=error.hint,
    )


def read_ahead(paths: Sequence[Path], read: Callable[[Path], Read], device: str) -> Generator[Read, None, None]:
    """What `read` makes of each path, in order; done in threads while the caller works on those before.

    The first is read in this thread and alone, so that nothing holds up its answer. `device` is what the caller works
    on: on a "cpu" reading leaves most cores to the network, otherwise it takes up to eight.
    """
    remaining = iter(paths)
    yield from map(read, islice(remaining, 1))
    cores = os.cpu_count() or 1
    n_threads = max(1, min(4, cores // 2)) if device == "cpu" else min(8, cores)
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        waiting: deque[Future[Read]] = deque()
        try:
            waiting.extend(pool.submit(read, path) for path in islice(remaining, _AHEAD))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(read, path) for path in islice(remaining, 1))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
