"""Saves a list of answered images as a table that other programs read."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine import atomic
from engine.comparison_results import AnsweredImage
from engine.labels import DEMO_NOTICE, NOTICE
from engine.wording import LEAKING_SPLIT

_TEXTS = ("image_id", "lesion_id", "dx", "predicted", "top_class", "sex", "localization", "dx_type", "source")
_PROBABILITIES = ("probability", "probability_of_truth", "group_probability", "top_probability")
_COLUMNS = (
    *("image_id", "lesion_id", "dx", "predicted", "probability", "probability_of_truth", "group_probability"),
    *("top_class", "top_probability", "sex", "age", "localization", "dx_type", "source", "path", "notice"),
)
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def save_answers(images: Sequence[AnsweredImage], path: Path, *, is_demo: bool, leaking_split: bool) -> None:
    """Write `images` to `path` as CSV, one row each, whole or not at all. Raises `DiskError`.

    Each row carries the notice, since rows are copied on alone. What a spreadsheet would take for a formula gets an
    apostrophe in front: ids come from files of strangers.
    """
    marks = ([LEAKING_SPLIT] if leaking_split else []) + ([DEMO_NOTICE] if is_demo else [])
    notice = " ".join([*marks, NOTICE])
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for image in images:
        texts = {name: _harmless(str(getattr(image, name))) for name in _TEXTS}
        shares = {name: f"{getattr(image, name):.6f}" for name in _PROBABILITIES}
        age = "" if image.age is None else f"{image.age:g}"
        place = _harmless(str(image.path or ""))
        writer.writerow({**texts, **shares, "age": age, "path": place, "notice": notice})
    atomic.write_bytes(path, text.getvalue().encode("utf-8-sig", "replace"))  # Excel needs the mark to read UTF-8


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
