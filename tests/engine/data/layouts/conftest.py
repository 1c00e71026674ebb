"""One data set in each layout, made from the same demo images: those of 21 lesions, three of each kind."""

import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from engine.data.readers import open_dataset
from engine.labels import CODES

Row = dict[str, str]
Place = Callable[[Path, Iterable[str]], None]


@pytest.fixture(scope="session")
def lesions(demo_data: Path) -> list[Row]:
    """The rows of the images: image_id, lesion_id, dx, age, sex, localization, dx_type and path."""
    rows = open_dataset(demo_data).rows
    chosen = [id_ for code in CODES for id_ in rows.loc[rows["dx"] == code, "lesion_id"].drop_duplicates()[:3]]
    return [
        {name: str(value) for name, value in row.items()}
        for row in rows[rows["lesion_id"].isin(chosen)].to_dict("records")
    ]


@pytest.fixture
def place(lesions: list[Row]) -> Place:
    """Puts the images with these ids into a folder."""
    paths = {row["image_id"]: Path(row["path"]) for row in lesions}

    def place_into(folder: Path, image_ids: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for image_id in image_ids:
            shutil.copyfile(paths[image_id], folder / f"{image_id}.jpg")

    return place_into


def write_table(path: Path, rows: Sequence[Row], delimiter: str = ",") -> None:
    """Write a table with the columns of its first row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
