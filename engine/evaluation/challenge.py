"""Writes and scores the files of the ISIC 2018 challenge, task 3, by its official rule."""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.challenge_results import ChallengeScore
from engine.data.text_table import TextTable, read_text_table
from engine.errors import DataError
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import CODES

COLUMNS: tuple[str, ...] = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
"""Of a submission after the column image, in the order in which the challenge names them."""

_ORDER = [COLUMNS.index(code.upper()) for code in CODES]
_OWN = {"image_id": "image", **{f"p_{name.lower()}": name.lower() for name in COLUMNS}}
_WITHOUT_WEIGHT = "ISIC_0035068"  # of the official test set; the official scorer leaves it out
_SUM_TOLERANCE = 0.01  # tables are often rounded to two decimals
_FORMAT_HINT = f"The table needs the columns image, {', '.join(COLUMNS)}, and no other."

Floats = npt.NDArray[np.float64]


def to_submission(predictions: pd.DataFrame) -> pd.DataFrame:
    """A table of predictions.csv in the format of the challenge: image and a probability from 0 to 1 per class.

    Nothing is rounded, since two equal highest probabilities would count as undecided.
    """
    table = pd.DataFrame({"image": predictions["image_id"]})
    for name in COLUMNS:
        table[name] = predictions[f"p_{name.lower()}"].clip(0, 1)
    return table


def score_submission(
    predictions: Path, truth: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> ChallengeScore:
    """Score a submission, or a predictions.csv of this program, against the challenge's table of true classes.

    The rule is that of isic-challenge-scoring: the highest probability names the class, of equals none; the recall of
    each class, weighted by the column score_weight of the truth where it has one; their mean over the classes that
    occur. Raises `DataError` for what the challenge would refuse.
    """
    on_event(StatusChanged(text=f"Scoring {predictions.name}"))
    labels, weights = _read_truth(truth)
    answers = _read_predictions(predictions)
    _check_same_images(answers.index, labels.index, predictions, truth)
    if control is not None:
        control.raise_if_cancelled()
    probabilities = answers.loc[labels.index].to_numpy(np.float64)
    named = name_classes(probabilities)
    recalls = _recalls(labels.to_numpy(), named, weights)
    present = [recall for recall in recalls if recall is not None]
    if not present:
        raise DataError(f"No image of {truth.name} counts.", "All of its weights are 0; use the table as published.")
    counts = weights > 0
    return ChallengeScore(
        predictions=predictions,
        truth=truth,
        n_images=int(counts.sum()),
        n_without_weight=int((~counts).sum()),
        n_undecided=int((named[counts] < 0).sum()),
        n_other_sums=int((np.abs(probabilities.sum(axis=1) - 1) > _SUM_TOLERANCE).sum()),
        balanced_accuracy=sum(present) / len(present),
        recalls=tuple(recalls[column] for column in _ORDER),
        n_per_class=tuple(int((labels.to_numpy()[counts] == column).sum()) for column in _ORDER),
    )


def name_classes(probabilities: Floats) -> npt.NDArray[np.intp]:
    """The column of the highest of [n, 7] probabilities, -1 where the highest stands more than once."""
    is_highest = probabilities == probabilities.max(axis=1, keepdims=True)
    return np.where(is_highest.sum(axis=1) > 1, -1, is_highest.argmax(axis=1))


def _recalls(
    labels: npt.NDArray[np.integer], named: npt.NDArray[np.integer], weights: Floats
) -> tuple[float | None, ...]:
    """Weighted recall of each column; None where the truth has nothing of it."""
    recalls: list[float | None] = []
    for column in range(len(COLUMNS)):
        is_class = labels == column
        total = float(weights[is_class].sum())
        recalls.append(float(weights[is_class & (named == column)].sum()) / total if total > 0 else None)
    return tuple(recalls)


def _read_truth(path: Path) -> "tuple[pd.Series[int], Floats]":
    """The true column of each image, by its id, and how much each image counts."""
    table = read_text_table(path)
    names = ["image", *(name.lower() for name in COLUMNS)]
    _check_columns(table, {*names, "score_weight", "validation_weight"}, set(names))
    numbers = _numbers(table, [name.lower() for name in COLUMNS])
    vague = numbers.index[(numbers.max(axis=1) != 1) | (numbers.sum(axis=1) != 1)]
    if len(vague):
        fault = f"{path.name} does not give exactly one diagnosis to {_name(vague)}."
        raise DataError(fault, "The true class is 1 and all others are 0.")
    weights = np.ones(len(numbers))
    if "score_weight" in table.columns:
        weights = _numbers(table, ["score_weight"])["score_weight"].to_numpy(np.float64)
    weights = np.where(numbers.index.str.upper() == _WITHOUT_WEIGHT, 0.0, weights)
    return pd.Series(numbers.to_numpy().argmax(axis=1), index=numbers.index), weights


def _read_predictions(path: Path) -> pd.DataFrame:
    """The probabilities of a submission, or of a predictions.csv of this program, by image id."""
    table = read_text_table(path)
    names = ["image", *(name.lower() for name in COLUMNS)]
    if set(_OWN) <= set(table.columns):
        table = TextTable(path, tuple(_OWN.get(column, column) for column in table.columns), table.rows)
    else:
        _check_columns(table, set(names), set(names))
    return _numbers(table, names[1:])


def _check_columns(table: TextTable, allowed: set[str], needed: set[str]) -> None:
    missing = [name for name in ("image", *COLUMNS) if name.lower() in needed - set(table.columns)]
    if missing:
        raise DataError(f"{table.path.name} has no column {', '.join(missing)}.", _FORMAT_HINT)
    other = [column for column in table.columns if column not in allowed]
    if other:
        fault = f"{table.path.name} has the column {other[0]!r}, which is no class of this challenge."
        raise DataError(fault, _FORMAT_HINT)


def _numbers(table: TextTable, columns: list[str]) -> pd.DataFrame:
    """The cells of `columns` as numbers from 0 to 1, by image id. Raises `DataError` naming what is none."""
    images = pd.Index(table.column("image")).str.replace(r"\.(jpe?g|png)$", "", case=False, regex=True)
    name = table.path.name
    if (twice := images[images.duplicated()]).size:
        raise DataError(f"{name} has more than one row for {_name(twice.unique())}.", "Keep one row per image.")
    cells = pd.DataFrame({column: [_number(cell) for cell in table.column(column)] for column in columns}, index=images)
    if (unclear := cells.index[cells.isna().any(axis=1)]).size:
        raise DataError(f"{name} has a cell that is no number for {_name(unclear)}.", "Fill in a number from 0 to 1.")
    if (outside := cells.index[((cells < 0) | (cells > 1)).any(axis=1)]).size:
        raise DataError(f"{name} has a value below 0 or above 1 for {_name(outside)}.", "All values go from 0 to 1.")
    return cells


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _check_same_images(answered: pd.Index, true: pd.Index, predictions: Path, truth: Path) -> None:
    unanswered, unknown = true.difference(answered), answered.difference(true)
    if len(unanswered) == len(true):
        fault = f"No image of {predictions.name} is in {truth.name}."
        raise DataError(fault, f"{predictions.name} begins with {answered[0]}, {truth.name} with {true[0]}.")
    hint = "The challenge wants exactly one row for each image of its set."
    if len(unanswered):
        raise DataError(f"{predictions.name} has no row for {_name(unanswered)} of {truth.name}.", hint)
    if len(unknown):
        raise DataError(f"{predictions.name} has rows that {truth.name} has not: {_name(unknown)}.", hint)


def _name(images: pd.Index) -> str:
    """The first image, and how many more."""
    return f"{images[0]}" if len(images) == 1 else f"{images[0]} and {len(images) - 1:,} more"
