"""Saves a list of answered images as a table that other programs read."""

from collections.abc import Sequence
from pathlib import Path

from engine.comparison_results import AnsweredImage
from engine.labels import DEMO_NOTICE, NOTICE
from engine.spreadsheet import write_table
from engine.wording import LEAKING_SPLIT

_TEXTS = ("image_id", "lesion_id", "dx", "predicted", "top_class", "sex", "localization", "dx_type", "source")
_PROBABILITIES = ("probability", "probability_of_truth", "group_probability", "top_probability")
_COLUMNS = (
    *("image_id", "lesion_id", "dx", "predicted", "probability", "probability_of_truth", "group_probability"),
    *("top_class", "top_probability", "sex", "age", "localization", "dx_type", "source", "path", "notice"),
)


def save_answers(images: Sequence[AnsweredImage], path: Path, *, is_demo: bool, leaking_split: bool) -> None:
    """Write `images` to `path` as CSV, one row each, whole or not at all. Raises `DiskError`.

    Each row carries the notice, since rows are copied on alone.
    """
    marks = ([LEAKING_SPLIT] if leaking_split else []) + ([DEMO_NOTICE] if is_demo else [])
    notice = " ".join([*marks, NOTICE])
    write_table(path, _COLUMNS, (_row(image, notice) for image in images))


def _row(image: AnsweredImage, notice: str) -> dict[str, str]:
    texts = {name: str(getattr(image, name)) for name in _TEXTS}
    shares = {name: f"{getattr(image, name):.6f}" for name in _PROBABILITIES}
    age = "" if image.age is None else f"{image.age:g}"
    return {**texts, **shares, "age": age, "path": str(image.path or ""), "notice": notice}
