"""Answers for the images of the made-up evaluation: as many in each cell as its confusion matrix says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.comparison_results import AnsweredImage
from engine.labels import CODES
from tests.desktop.samples import CONFUSION


def answer(number: int, dx: str = "mel", predicted: str = "nv", **changes: Any) -> AnsweredImage:
    """One image; two to a lesion, each with its own probability."""
    image = AnsweredImage(
        image_id=f"ISIC_{number:07d}",
        lesion_id=f"HAM_{number // 2:07d}",
        path=Path(f"/data/ISIC_{number:07d}.jpg"),
        dx=dx,
        predicted=predicted,
        probability=0.3 + (number * 37 % 600) / 1000,
        probability_of_truth=0.2,
        group_probability=(number * 53 % 1000) / 1000,
        top_class=predicted,
        top_probability=0.5,
        sex=("female", "male", "")[number % 3],
        age=float(20 + number % 60),
        localization="back",
        dx_type="histo",
        source="",
    )
    return replace(image, **changes)


def answers() -> tuple[AnsweredImage, ...]:
    """All of them, sorted by id."""
    made: list[AnsweredImage] = []
    for row, numbers in enumerate(CONFUSION):
        for column, n_images in enumerate(numbers):
            made += [answer(len(made) + more, CODES[row], CODES[column]) for more in range(n_images)]
    return tuple(made)
