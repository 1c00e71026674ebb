"""Finds the image files of a data set, in whatever folders its download was unpacked to."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataError

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
"""In lower case; any case counts."""

_MAX_DEPTH = 2  # folder/folder, as some archives unpack
_IMAGE_FOLDER = re.compile(r"ham10000_images_part_?\d+", re.IGNORECASE)


@dataclass(frozen=True)
class ImageFiles:
    """The image files in and under a folder."""

    by_stem: dict[str, str]
    """Absolute path of each image that is asked for, by its id in lower case."""
    unlisted: tuple[str, ...]
    """Names of the others, in folders that hold images that are asked for; sorted."""
    different_twins: tuple[tuple[Path, Path], ...]
    """Images that lie in two image folders with different sizes: the one used, and another."""
    unreadable: tuple[tuple[str, str], ...]
    """Folders below that could not be read, and why."""
    n_files: int


@dataclass(frozen=True, order=True)
class _File:
    """One image file; the smallest of a stem is the one to use."""

    rank: int
    """0 in HAM10000's own image folders, 1 beside the table, 2 elsewhere."""
    depth: int
    suffix_rank: int
    path: str
    size: int


def list_image_files(folder: Path, image_ids: set[str]) -> ImageFiles:
    """The files named like `image_ids` (in any case) in the absolute `folder`, at most two folders deep.

    Where an image lies in several folders (Kaggle's archive has each folder twice), HAM10000's own folders come first.
    Raises `DataError`.
    """
    asked = {image_id.lower() for image_id in image_ids}
    found: dict[str, list[_File]] = {}
    unreadable: list[tuple[str, str]] = []
    for file in _scan(folder, 0, 1, unreadable):
        found.setdefault(Path(file.path).stem.lower(), []).append(file)
    if unreadable and unreadable[0][0] == folder.name:
        raise DataError(
            f"{folder.name} could not be read: {unreadable[0][1]}.", "Check that it exists and that you may read it."
        )
    used, twins, image_folders = {}, [], set()
    for stem in sorted(asked & found.keys()):
        first, *others = sorted(found[stem])
        used[stem] = first.path
        image_folders.add(str(Path(first.path).parent))
        different = [one for one in others if (one.rank, one.suffix_rank) == (0, 0) and one.size != first.size]
        if first.rank == 0 and different:
            twins.append((Path(first.path), Path(different[0].path)))
    names = (Path(file.path) for stem in found.keys() - asked for file in found[stem])
    unlisted = {printable(path.name) for path in names if str(path.parent) in image_folders}
    n_files = sum(map(len, found.values()))
    return ImageFiles(used, tuple(sorted(unlisted)), tuple(twins), tuple(unreadable), n_files)


def subfolders(folder: Path) -> list[Path]:
    """The folders in `folder` that are not hidden, sorted; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(one.path) for one in entries if one.is_dir() and not one.name.startswith("."))
    except OSError:
        return []


def printable(name: str) -> str:
    """A file's name as text that can be written and shown; on some disks names are not quite text."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _scan(folder: Path, depth: int, rank: int, unreadable: list[tuple[str, str]]) -> Iterator[_File]:
    """The image files below `folder`; what cannot be read, or vanishes while it is read, is noted in `unreadable`."""
    folders: list[tuple[Path, int]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):  # also the "._name.jpg" that macOS leaves on foreign disks
                    continue
                suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - ten thousand times
                if suffix in IMAGE_SUFFIXES and entry.is_file():
                    yield _File(rank, depth, IMAGE_SUFFIXES.index(suffix), entry.path, entry.stat().st_size)
                elif depth < _MAX_DEPTH and entry.is_dir():
                    below = 0 if rank == 0 or _IMAGE_FOLDER.fullmatch(entry.name) else 2
                    folders.append((Path(entry.path), below))
    except OSError as error:
        unreadable.append((printable(folder.name), error.strerror or str(error)))
    for below_folder, below_rank in folders:
        yield from _scan(below_folder, depth + 1, below_rank, unreadable)
