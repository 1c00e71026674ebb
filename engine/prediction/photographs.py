"""Cuts real photographs of other things from the installed packages: what judges the gate besides drawings."""

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.config import Preprocessing
from engine.data.images import read_image, to_pixels
from engine.errors import DataError

NAME = "photographs of other things"
_FILES = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)


def cut_photographs(n: int, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """`n` views of the photographs that there are, uint8 [n, S, S, 3]: each whole, then squares of it by chance.

    The same every time. Empty where the packages come without their sample images.
    """
    found = [image for package, name in _FILES if (image := _open(package, name)) is not None]
    views: list[NDArray[np.uint8]] = []
    for number in range(n if found else 0):
        image = found[number % len(found)]
        if number >= len(found):
            random = np.random.default_rng(number)
            side = int(min(image.size) * random.uniform(0.35, 0.9))
            left, top = (int(random.integers(0, length - side + 1)) for length in image.size)
            image = image.crop((left, top, left + side, top + side))
        views.append(to_pixels(image, preprocessing))
    size = preprocessing.image_size
    return np.stack(views) if views else np.zeros((0, size, size, 3), np.uint8)


def _open(package: str, name: str) -> Image.Image | None:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    try:
        return read_image(Path(found.submodule_search_locations[0]) / name)
    except DataError:
        return None
