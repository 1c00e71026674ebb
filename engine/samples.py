"""The sample images that the program brings along, one of each class, with what is known about them."""

import csv
from dataclasses import dataclass
from pathlib import Path

from engine import places
from engine.licences import HAM10000

ATTRIBUTION = f"Sample images: {HAM10000.data_set}, {HAM10000.citation}, {HAM10000.name}."


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An image to try the program with."""

    path: Path
    image_id: str
    dx: str
    """Its diagnosis, confirmed by histology: a class code."""


def list_samples() -> tuple[Sample, ...]:
    """The samples in the order of the classes; those whose file was taken away are left out."""
    folder = places.resources_dir() / "samples"
    try:
        with (folder / "samples.csv").open(encoding="utf-8", newline="") as file:
            samples = [
                Sample(path=folder / row["file"], image_id=row["image_id"], dx=row["dx"])
                for row in csv.DictReader(file)
            ]
    except OSError:
        return ()
    return tuple(sample for sample in samples if sample.path.is_file())
