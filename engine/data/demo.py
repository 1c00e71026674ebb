"""Draws the demo data set: some 300 synthetic "lesions" of seven kinds, to try everything without a download."""

import csv
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from engine import atomic
from engine.data.drawing import Kind, Scene, View, draw
from engine.errors import DataError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.labels import DEMO_NOTICE

DEMO_MARKER = "lesion_lab_demo.json"
"""A folder with a file of this name holds demo data, and everything made from it says so."""
TABLE_NAME = "HAM10000_metadata.csv"

_SEED = 20180814  # the day HAM10000 was published
_JPEG_QUALITY = 90
_LOCALIZATIONS = ("abdomen", "back", "chest", "face", "foot", "lower extremity", "trunk", "upper extremity")
_COLUMNS = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")


@dataclass(frozen=True)
class _Lesion:
    """One invented lesion and the images of it."""

    number: int
    kind: Kind
    first_image: int
    n_images: int
    row: tuple[str, str, int, str, str]
    """dx, dx_type, age, sex, localization."""

    def image_id(self, index: int) -> str:
        return f"DEMO_{self.first_image + index:07d}"


def create(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Path:
    """Draw the demo data into the folder `path` and return it. What is there already is kept, what is missing is added.

    The same images on every computer, in the Kaggle layout. Raises `DiskError`, and `DataError` where another data set
    lies in the folder.
    """
    table, marker = path / TABLE_NAME, path / DEMO_MARKER
    if table.exists() and not marker.exists():
        raise DataError(
            f"The folder {path.name} already holds another data set.", "Choose an empty folder for the demo data."
        )
    lesions = tuple(_invent_lesions())
    missing = [
        (lesion, index)
        for lesion in lesions
        for index in range(lesion.n_images)
        if not (path / _image_name(lesion, index)).is_file()
    ]
    if missing:
        on_event(StatusChanged(text="Drawing the demo images"))
    progress = Progress(len(missing), "images", control or Control(), on_event)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as executor:  # numpy and Pillow release the interpreter lock
        try:
            for _ in executor.map(lambda image: _write_image(path, *image), missing):
                progress.advance()
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise
    # The table comes last: without it no other part of the program takes the folder for a data set, and with it the
    # marker is there, so that demo data never passes for real data.
    if not marker.exists():
        atomic.write_json(marker, {"notice": DEMO_NOTICE})
    if not table.exists():
        atomic.write_text(table, _table(lesions))
    return path


def _invent_lesions() -> Iterator[_Lesion]:
    """All lesions with their rows, in an order that mixes the kinds, the same every time."""
    random = np.random.default_rng(_SEED)
    kinds = [kind for kind in Kind for _ in range(kind.n_lesions)]
    first_image = 1
    for number, position in enumerate(random.permutation(len(kinds)), start=1):
        kind = kinds[int(position)]
        n_images = int(random.choice((1, 2, 3, 4), p=(0.3, 0.4, 0.2, 0.1)))
        dx_type = str(random.choice(("histo", "consensus", "follow_up") if kind is Kind.NV else ("histo", "consensus")))
        age = int(5 * random.integers(4, 18))
        sex, place = str(random.choice(("male", "female"))), str(random.choice(_LOCALIZATIONS))
        yield _Lesion(number, kind, first_image, n_images, (kind.name.lower(), dx_type, age, sex, place))
        first_image += n_images


def _image_name(lesion: _Lesion, index: int) -> Path:
    return Path("HAM10000_images_part_1") / f"{lesion.image_id(index)}.jpg"


def _write_image(path: Path, lesion: _Lesion, index: int) -> None:
    scene = Scene.invent(lesion.kind, np.random.default_rng((_SEED, lesion.number)))
    random = np.random.default_rng((_SEED, lesion.number, index + 1))
    pixels = draw(scene, View.invent(random), random)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=_JPEG_QUALITY)
    atomic.write_bytes(path / _image_name(lesion, index), content.getvalue())


def _table(lesions: tuple[_Lesion, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for lesion in lesions:
        dx, dx_type, age, sex, place = lesion.row
        for index in range(lesion.n_images):
            lesion_id = f"DEMO_L{lesion.number:04d}"
            writer.writerow((lesion_id, lesion.image_id(index), dx, dx_type, float(age), sex, place))
    return text.getvalue()
