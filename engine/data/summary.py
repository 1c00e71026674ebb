"""Sums a data set up: how much there is of what, and its images one by one."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from engine.data.checks import fingerprint, open_checked
from engine.data_results import DatasetCounts, ImageRow, ValueCount
from engine.events import Control, ImagesListed, OnEvent, ignore_events
from engine.labels import CODES
from engine.results import ClassCount, DatasetSummary

_UNKNOWN = "unknown"
_AT_A_TIME = 250  # a few milliseconds to read
_TEXTS = ("image_id", "lesion_id", "dx", "sex", "localization", "dx_type", "source")


def inspect(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> DatasetSummary:
    """What is in the data set in the folder `path`, every image checked. Raises `DataError`."""
    dataset = open_checked(path, control=control, on_event=on_event)
    images = dataset.rows["dx"].value_counts()
    lesions = dataset.rows.groupby("dx")["lesion_id"].nunique()
    return DatasetSummary(
        path=dataset.path,
        layout=dataset.layout,
        is_demo=dataset.is_demo,
        n_rows=dataset.n_rows,
        n_images=len(dataset.rows),
        n_lesions=int(dataset.rows["lesion_id"].nunique()),
        classes=tuple(
            ClassCount(code=code, n_images=int(images.get(code, 0)), n_lesions=int(lesions.get(code, 0)))
            for code in CODES
        ),
        findings=dataset.findings,
        fingerprint=fingerprint(dataset),
        counts=count_values(dataset.rows),
    )


def list_images(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> int:
    """How many images the data set in the folder `path` has, those left out included; raises `DataError`.

    They themselves are told as `ImagesListed`, sorted by id.
    """
    dataset = open_checked(path, control=control, on_event=on_event)
    kinds: dict[str, set[str]] = {}
    for finding in dataset.findings:
        kinds.setdefault(finding.subject, set()).add(finding.kind)
    rows = [*_image_rows(dataset.rows, kinds, is_used=True), *_image_rows(dataset.left_out, kinds, is_used=False)]
    rows.sort(key=lambda row: row.image_id)
    for start in range(0, len(rows), _AT_A_TIME):
        on_event(ImagesListed(images=tuple(rows[start : start + _AT_A_TIME])))
    return len(rows)


def count_values(rows: pd.DataFrame) -> DatasetCounts:
    """The counts of checked rows (columns of `Dataset.rows`)."""
    decades = rows["age"].floordiv(10)
    first, last = decades.min(), decades.max()
    order = [] if pd.isna(first) else [_name_decade(decade) for decade in range(int(first), int(last) + 1)]
    per_lesion = rows.groupby("lesion_id")["image_id"].transform("size")
    return DatasetCounts(
        sexes=_count_texts(rows, "sex"),
        ages=_count(rows, decades.map(_name_decade), [*order, _UNKNOWN]) if order else (),
        localizations=_count_texts(rows, "localization"),
        dx_types=_count_texts(rows, "dx_type"),
        sources=_count_texts(rows, "source"),
        images_per_lesion=_count(
            rows, per_lesion.map(_name_number), [_name_number(n) for n in sorted(set(per_lesion))]
        ),
    )


def _count_texts(rows: pd.DataFrame, column: str) -> tuple[ValueCount, ...]:
    """The values of a text column, the most common first; () where it is empty throughout."""
    values = rows[column].where(rows[column] != "", _UNKNOWN)
    frequent = values.value_counts()
    order = sorted(frequent.index, key=lambda value: (value == _UNKNOWN, -frequent[value], value))
    return () if order in ([], [_UNKNOWN]) else _count(rows, values, order)


def _count(rows: pd.DataFrame, values: pd.Series, order: Iterable[str]) -> tuple[ValueCount, ...]:
    """The rows by `values` (of the same index), in `order`; an unknown that nobody has is left out."""
    images = rows.groupby([values, "dx"]).size()
    lesions = rows.groupby(values)["lesion_id"].nunique()
    counts = []
    for value in order:
        by_class = tuple(int(images.get((value, code), 0)) for code in CODES)
        if sum(by_class) or value != _UNKNOWN:
            n_lesions = int(lesions.get(value, 0))
            counts.append(
                ValueCount(value=value, n_images=sum(by_class), n_lesions=n_lesions, images_by_class=by_class)
            )
    return tuple(counts)


def _name_decade(decade: float) -> str:
    return _UNKNOWN if pd.isna(decade) else f"{int(decade) * 10} to {int(decade) * 10 + 9}"


def _name_number(number: int) -> str:
    return "1 image" if number == 1 else f"{number:,} images"


def _image_rows(rows: pd.DataFrame, kinds: dict[str, set[str]], *, is_used: bool) -> list[ImageRow]:
    nothing: set[str] = set()
    texts = zip(*(list(map(str, rows[name])) for name in (*_TEXTS, "path")), strict=True)
    return [
        ImageRow(
            **dict(zip(_TEXTS, row, strict=True)),
            age=None if age != age else float(age),  # nan
            path=Path(path) if path else None,
            is_used=is_used,
            kinds=tuple(sorted(kinds.get(row[0], nothing) | kinds.get(row[1], nothing))),
        )
        for (*row, path), age in zip(texts, rows["age"], strict=True)
    ]
