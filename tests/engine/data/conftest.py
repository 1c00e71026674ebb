"""Small data sets for the tests of the data floor."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data import demo

Row = tuple[str, str, str]
"""lesion_id, image_id, dx."""


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo data set, drawn once; for reading only."""
    return demo.create(tmp_path_factory.mktemp("demo") / "demo")


@pytest.fixture
def make_data(tmp_path: Path) -> Callable[[Sequence[Row]], Path]:
    """Builds a folder with the given table rows and a small image for each of them, alike for the same id."""

    def make(rows: Sequence[Row], folder: Path = tmp_path / "data") -> Path:
        images = folder / "HAM10000_images_part_1"
        images.mkdir(parents=True)
        with (folder / "HAM10000_metadata.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization"))
            writer.writerows((*row, "histo", "45.0", "male", "back") for row in rows)
        for _, image_id, _ in rows:
            draw_image(image_id).save(images / f"{image_id}.jpg")
        return folder

    return make


def draw_image(name: str, size: tuple[int, int] = (60, 45)) -> Image.Image:
    """A smooth random image, the same for the same name."""
    random = np.random.default_rng(list(name.encode()))
    coarse = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
