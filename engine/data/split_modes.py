"""Splits in other ways than 70/15/15: folds, the user's own, and the notebook's, which only shows what it does."""

import hashlib

import pandas as pd

from engine.config import NOTEBOOK_MULTIPLIERS
from engine.data.split import COLUMNS, SHARES, check_no_leak, lay_out, share_out
from engine.errors import ConfigError, DataError
from engine.labels import CODES, PARTS

MIN_FOLDS, MAX_FOLDS = 3, 20


def make_folds(rows: pd.DataFrame, n_folds: int, seed: int) -> pd.DataFrame:
    """`n_folds` splits, one under the other, told apart by the column fold: each image is once in a test part.

    Fold f tests on the f-th share of the groups, validates on the next, and trains on the others; each class in
    proportion. Raises `ConfigError` and `DataError`.
    """
    if not MIN_FOLDS <= n_folds <= MAX_FOLDS:
        fault = f"The number of folds must be between {MIN_FOLDS} and {MAX_FOLDS}, not {n_folds}."
        raise ConfigError(fault, "5 is usual.")
    n_groups = rows["group"].nunique()
    if n_groups < n_folds:
        raise DataError(f"{n_groups} lesions or patients are too few for {n_folds} folds.", "Use fewer folds.")
    shares = {f"{fold}": 1 / n_folds for fold in range(n_folds)}
    share = rows["group"].map(share_out(rows, shares, f"{seed}:folds")).astype(int)
    folds = []
    for fold in range(n_folds):
        part_of_share = {fold: "test", (fold + 1) % n_folds: "val"}
        folds.append(lay_out(rows, share.map(lambda number, parts=part_of_share: parts.get(number, "train")), fold))
    split = pd.concat(folds, ignore_index=True)
    check_no_leak(split)
    return split


def own_split(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The user's own split, as the column part of `rows` has it; rows without a part are in none.

    Where there is no validation part, it is taken from training: whole groups, as much as of a split by this program.
    Not checked for leaks. Raises `DataError`.
    """
    named = rows[rows["part"].isin(PARTS)]
    if not (named["part"] == "train").any():
        raise DataError("The split has no image in its training part.", "Parts are train, val and test.")
    parts = named["part"].copy()
    if not (parts == "val").any():
        training = named[parts == "train"]
        share = SHARES["val"] / (SHARES["train"] + SHARES["val"])
        groups = share_out(training, {"train": 1 - share, "val": share}, f"{seed}:validation")
        parts[training.index] = training["group"].map(groups)
    return lay_out(named, parts)


def notebook_split(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """What the common recipe does: copies the rows of rare classes, and splits the copies at random.

    One row per copy, with a column copy besides those of a split. It leaks by design: most test images are copies of
    training images. For showing that, and for nothing else.
    """
    multipliers = dict(zip(CODES, NOTEBOOK_MULTIPLIERS, strict=True))
    copies = rows.loc[rows.index.repeat(rows["dx"].map(multipliers))]
    numbers = copies.groupby(level=0).cumcount()
    keys = [
        hashlib.sha256(f"{seed}:notebook:{image_id}:{number}".encode()).digest()
        for image_id, number in zip(copies["image_id"], numbers, strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    parts = [""] * len(keys)
    start = 0
    for part in PARTS:
        stop = len(keys) if part == PARTS[-1] else start + round(SHARES[part] * len(keys))
        for position in order[start:stop]:
            parts[position] = part
        start = stop
    split = copies[["image_id", "lesion_id", "group", "dx"]].assign(part=parts, fold=0, copy=numbers)
    return split.sort_values(["image_id", "copy"], ignore_index=True)[[*COLUMNS, "copy"]]
