"""Reads images that lie in folders named by their diagnosis, with or without folders for the parts of a split above."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.data.diagnoses import code_of, is_diagnosis
from engine.data.layouts.reading import Reading, rows_of
from engine.data.listing import IMAGE_SUFFIXES
from engine.data.own_split import part_of
from engine.labels import CODES

LAYOUT = "folders named by diagnosis"
NEEDS = f"folders named by diagnosis ({', '.join(CODES)} or plain names), also in folders train, val and test"

_MAX_DEPTH = 3  # folder/train/diagnosis
_MIN_CLASSES = 2


@dataclass(frozen=True)
class _Image:
    path: Path
    folder: str
    part: str


def read(folder: Path) -> Reading | None:
    """The images in the absolute `folder` by the folders they lie in; None where fewer than two name one of the seven.

    Raises `OSError` where a folder cannot be read.
    """
    images = sorted(_walk(folder, 0, ""), key=lambda image: image.path)
    if len({code_of(image.folder) for image in images} - {None}) < _MIN_CLASSES:
        return None
    stems = Counter(image.path.stem.lower() for image in images)
    ids = [
        image.path.stem
        if stems[image.path.stem.lower()] == 1
        else image.path.relative_to(folder).with_suffix("").as_posix()
        for image in images
    ]
    columns = {
        "image_id": ids,
        "dx": [image.folder for image in images],
        "part": [image.part for image in images],
        "path": [str(image.path) for image in images],
    }
    return Reading(layout=LAYOUT, name=folder.name, rows=rows_of(columns))


def _walk(folder: Path, depth: int, part: str) -> Iterator[_Image]:
    """The images in folders that name a diagnosis; a folder of another name may hold such folders."""
    is_class = depth > 0 and is_diagnosis(folder.name)
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith("."):
                continue
            if is_class and os.path.splitext(entry.name)[1].lower() in IMAGE_SUFFIXES:  # noqa: PTH122
                yield _Image(Path(entry.path), folder.name, part)
            elif not is_class and depth < _MAX_DEPTH and entry.is_dir():
                yield from _walk(Path(entry.path), depth + 1, part or part_of(entry.name) or "")
