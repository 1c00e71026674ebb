"""Splits images into training, validation and test part by group, so that no lesion stands in two; and its file."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine import atomic
from engine.errors import DataError
from engine.labels import INDEX, PART_NAMES, PARTS

SHARES: dict[str, float] = {"train": 0.70, "val": 0.15, "test": 0.15}
"""Share of the images in each part."""
COLUMNS = ("image_id", "lesion_id", "group", "dx", "part", "fold")

_MIN_GROUPS = len(PARTS)  # so that a class can stand in every part
_NEW_TRAINING = "The run folder is damaged; train again to get a new split."


def make_split(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The split of `rows` (columns of `Dataset.rows`) with columns `COLUMNS`, sorted by image_id; fold is 0.

    Whole groups, 70/15/15 by images within each class; a class with at least three groups stands in every part. Decided
    by hashes of seed and group, so that it is the same on every system and whatever the order of the rows.
    """
    split = lay_out(rows, rows["group"].map(share_out(rows, SHARES, str(seed))))
    check_no_leak(split)
    return split


def share_out(rows: pd.DataFrame, shares: Mapping[str, float], salt: str) -> dict[str, str]:
    """The key of `shares` that each group goes to, so that each key has its share of the images of every class.

    A class with at least as many groups as there are keys stands in all of them. `salt` decides which group goes where.
    """
    chosen: dict[str, str] = {}
    left_over = dict.fromkeys(shares, 0.0)  # what the classes so far fell short of, in images
    for sizes in _groups_by_class(rows, salt):
        n_images = sum(size for _, size in sizes)
        wanted = {key: shares[key] * n_images + left_over[key] for key in shares}
        empty = set(shares) if len(sizes) >= len(shares) else set()
        for index, (group, size) in enumerate(sizes):
            must_fill = len(empty) >= len(sizes) - index
            key = max((k for k in shares if k in empty or not must_fill), key=lambda k: wanted[k])
            chosen[group] = key
            wanted[key] -= size
            empty.discard(key)
        left_over = wanted
    return chosen


def lay_out(rows: pd.DataFrame, parts: "pd.Series[str]", fold: int = 0) -> pd.DataFrame:
    """A split with columns `COLUMNS`, sorted by image_id, of `rows` and the part of each."""
    split = rows[["image_id", "lesion_id", "group", "dx"]].assign(part=parts, fold=fold)
    return split.sort_values("image_id", ignore_index=True)[list(COLUMNS)]


def limit_rows(rows: pd.DataFrame, limit: int, seed: int) -> pd.DataFrame:
    """About `limit` of the rows: whole groups, each class in proportion, but at least three groups where it has them.

    The order of the rows stays.
    """
    if limit >= len(rows):
        return rows
    kept: list[str] = []
    left_over = 0.0
    for sizes in _groups_by_class(rows, f"{seed}:limit"):
        wanted = sum(size for _, size in sizes) * limit / len(rows) + left_over
        for index, (group, size) in enumerate(sizes):
            if index >= _MIN_GROUPS and wanted < size / 2:
                break
            kept.append(group)
            wanted -= size
        left_over = wanted
    return rows[rows["group"].isin(kept)]


def check_no_leak(split: pd.DataFrame) -> None:
    """Raise `DataError` if an image stands twice in a fold, or a group or lesion in two parts of one."""
    for _, fold in split.groupby("fold"):
        twice = fold.loc[fold["image_id"].duplicated(), "image_id"]
        if len(twice):
            raise DataError(f"The split names the image {twice.iloc[0]} twice.", _NEW_TRAINING)
        for column in ("group", "lesion_id"):
            n_parts = fold.groupby(column)["part"].nunique()
            if (n_parts > 1).any():
                name = n_parts.index[n_parts > 1][0]
                raise DataError(
                    f"The split has images of {name} in two parts; its figures would be wrong.", _NEW_TRAINING
                )


def write_split(split: pd.DataFrame, path: Path) -> str:
    """Write the split as CSV and return the file's SHA-256. Raises `DiskError`."""
    columns = [*COLUMNS, *(name for name in ("copy",) if name in split)]
    text = split[columns].to_csv(index=False, lineterminator="\n")
    atomic.write_text(path, text)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_split(path: Path, *, may_leak: bool = False) -> pd.DataFrame:
    """The split in the file `path` that `write_split` wrote, checked for leaks unless it `may_leak`.

    Raises `DataError`.
    """
    try:
        text = _read(path).decode("utf-8")
        split = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, index_col=False)
        split = split[list(COLUMNS)].astype({"fold": np.int64})
    except (ValueError, KeyError, pd.errors.ParserError) as error:
        raise DataError(f"{path.name} is not a split of this program.", _NEW_TRAINING) from error
    if not set(split["part"]) <= set(PARTS) or not set(split["dx"]) <= set(INDEX) or split.empty:
        parts = ", ".join(f"{part} ({PART_NAMES[part]})" for part in PARTS)
        raise DataError(f"{path.name} has a part or diagnosis this program does not know.", f"Parts are {parts}.")
    if not may_leak:
        check_no_leak(split)
    return split


def split_sha256(path: Path) -> str:
    """SHA-256 of the file, in hex. Raises `DataError`."""
    return hashlib.sha256(_read(path)).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name} could not be read: {error.strerror}.", _NEW_TRAINING) from error


def _groups_by_class(rows: pd.DataFrame, salt: str) -> Iterator[list[tuple[str, int]]]:
    """For each class, the rarest first, its groups with their numbers of images, in an order that `salt` decides.

    A group of several diagnoses belongs to that of most of its images. The rarest come first because the later classes
    make up for what the earlier ones miss.
    """
    counts = rows.groupby(["group", "dx"]).size().unstack(fill_value=0)
    main = counts.idxmax(axis=1)
    sizes = counts.sum(axis=1)
    per_class: dict[str, list[tuple[str, int]]] = {}
    for group in sorted(counts.index, key=lambda name: hashlib.sha256(f"{salt}:{name}".encode()).digest()):
        per_class.setdefault(str(main[group]), []).append((str(group), int(sizes[group])))
    for code in sorted(per_class, key=lambda code: (sum(size for _, size in per_class[code]), code)):
        yield per_class[code]
