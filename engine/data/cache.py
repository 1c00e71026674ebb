"""Keeps every image of a data set as decoded pixels in one mapped file, made once and shared by all runs."""

import contextlib
import hashlib
import math
import os
import secrets
import shutil
import time
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine import places
from engine.atomic import disk_error
from engine.config import Preprocessing
from engine.data.images import decode_image, read_image_bytes, to_pixels
from engine.data.readers import Dataset
from engine.errors import DataError, DiskError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events

Pixels = npt.NDArray[np.uint8]

_FORMAT = 1  # raise it whenever the same file would give other pixels
_PIXELS = "pixels.npy"
_BUILDING = ".building-"
_LEFTOVER_SECONDS = 24 * 60 * 60
_SPARE_BYTES = 100_000_000  # nobody wants a disk filled to the last byte


@dataclass(frozen=True)
class PixelCache:
    """The pixels of a data set at one size. Never changes once it is written."""

    pixels: Pixels
    """Read-only, mapped from the file: uint8 [n, S, S, 3]."""
    positions: dict[str, int]
    """Row of `pixels` for each image_id."""
    name: str
    """Of these contents at this size and geometry, and of nothing else."""


def open_cache(
    dataset: Dataset,
    preprocessing: Preprocessing,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> PixelCache:
    """The pixels of all images of a checked data set; made now if no run did it before.

    The cache is named by the contents of the images, the size and the geometry, so that it is shared by data sets in
    different folders and never stale. Two processes may build it at once: the first to finish gives it to both.
    Raises `DataError` when an image changed since it was checked, and `DiskError`.
    """
    paths = dict(zip(dataset.rows["sha256"], dataset.rows["path"], strict=True))
    hashes = sorted(paths)
    folder = places.cache_dir() / "pixels" / _name(hashes, preprocessing)
    size = preprocessing.image_size
    shape = (len(hashes), size, size, 3)
    pixels = _open(folder, shape)
    if pixels is None:
        _remove_leftovers(folder.parent)
        on_event(StatusChanged(text=f"Preparing {len(hashes):,} images at {size} x {size} pixels"))
        progress = Progress(len(hashes), "images", control or Control(), on_event)
        images = _decode_all([(Path(paths[sha256]), sha256) for sha256 in hashes], preprocessing)
        pixels = _build(folder, images, shape, progress)
    row = {sha256: index for index, sha256 in enumerate(hashes)}
    rows = zip(dataset.rows["image_id"], dataset.rows["sha256"], strict=True)
    return PixelCache(pixels, {image_id: row[sha256] for image_id, sha256 in rows}, folder.name)


def _name(hashes: Iterable[str], preprocessing: Preprocessing) -> str:
    contents = hashlib.sha256("\n".join([f"format {_FORMAT}", *hashes]).encode()).hexdigest()
    return f"{preprocessing.image_size}-{preprocessing.geometry}-{contents[:32]}"


def _open(folder: Path, shape: tuple[int, ...]) -> Pixels | None:
    """The mapped pixels of a finished cache; None if there is none, or another program damaged it."""
    try:
        pixels = np.load(folder / _PIXELS, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError):
        return None
    except OSError as error:
        raise disk_error(error, folder) from error
    return pixels if pixels.shape == shape and pixels.dtype == np.uint8 else None


def _build(folder: Path, images: Generator[Pixels, None, None], shape: tuple[int, ...], progress: Progress) -> Pixels:
    """Write all images to a folder of another name, and give it its name when it is whole.

    A plain file and not a mapped one: a full disk is then an error, where a mapped write would end the process.
    """
    building = folder.with_name(f"{_BUILDING}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        building.mkdir(parents=True)
        _check_space(building, math.prod(shape))
        with (building / _PIXELS).open("wb") as file, contextlib.closing(images):
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for image in images:
                file.write(image.data)
                progress.advance()
            file.flush()
            os.fsync(file.fileno())
        return _publish(building, folder, shape)
    except OSError as error:
        raise disk_error(error, folder) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _publish(building: Path, folder: Path, shape: tuple[int, ...]) -> Pixels:
    """The pixels of `folder`, which is now `building`, or what another process finished first."""
    if (pixels := _open(folder, shape)) is not None:
        return pixels
    shutil.rmtree(folder, ignore_errors=True)
    try:
        building.rename(folder)
    except OSError:
        if (pixels := _open(folder, shape)) is None:
            raise
        return pixels
    pixels = _open(folder, shape)
    if pixels is None:
        raise OSError(f"{folder.name} vanished while it was made")
    return pixels


def _decode_all(files: Sequence[tuple[Path, str]], preprocessing: Preprocessing) -> Generator[Pixels, None, None]:
    """The pixels of each file in order, decoded in threads a little ahead of the reader (Pillow releases the lock)."""
    n_threads = min(8, os.cpu_count() or 1)
    pending: deque[Future[Pixels]] = deque()
    with ThreadPoolExecutor(n_threads) as executor:
        try:
            for path, sha256 in files:
                if len(pending) == 4 * n_threads:
                    yield pending.popleft().result()
                pending.append(executor.submit(_decode, path, sha256, preprocessing))
            while pending:
                yield pending.popleft().result()
        finally:
            executor.shutdown(cancel_futures=True)


def _decode(path: Path, sha256: str, preprocessing: Preprocessing) -> Pixels:
    content = read_image_bytes(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DataError(f"{path.name} changed after it was checked.", "Start again to have the images checked anew.")
    return to_pixels(decode_image(content, path.name), preprocessing)


def _check_space(folder: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < n_bytes + _SPARE_BYTES:
        raise DiskError(
            f"The prepared images need {n_bytes / 1e9:.1f} GB, but the disk has only {free / 1e9:.1f} GB left.",
            f"Free some space on the disk that holds {folder.parent}, or choose a smaller image size.",
        )


def _remove_leftovers(caches: Path) -> None:
    """Remove what builds that were killed left behind."""
    yesterday = time.time() - _LEFTOVER_SECONDS
    for folder in caches.glob(f"{_BUILDING}*"):
        with contextlib.suppress(OSError):  # its build may just have ended
            if max(path.stat().st_mtime for path in (folder, *folder.iterdir())) < yesterday:
                shutil.rmtree(folder, ignore_errors=True)
