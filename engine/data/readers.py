"""Reads the table and the file listing of a data set folder, without opening an image: the Kaggle layout."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from engine.data.demo import DEMO_MARKER, TABLE_NAME
from engine.data.listing import ImageFiles, list_image_files
from engine.data.table import GET_AGAIN, clean, complete, read_table, shorten
from engine.errors import DataError
from engine.results import Finding

LAYOUT = "HAM10000 as on Kaggle: HAM10000_metadata.csv with its image folders"
COLUMNS = ("image_id", "lesion_id", "group", "dx", "path", "age", "sex", "localization", "dx_type", "source")
"""Of `Dataset.rows`; checking adds "sha256"."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set: its images, one row each, and what was noticed about them."""

    path: Path
    """The folder that holds the table."""
    layout: str
    """The recognised layout, in plain words."""
    is_demo: bool
    rows: pd.DataFrame
    """Sorted by `image_id`, which is unique. image_id, lesion_id, group, dx, path (absolute), sex, localization,
    dx_type and source are text, age is a float or nan; checked data also have sha256, the file's, in hex."""
    left_out: pd.DataFrame
    """Images that cannot be used, with the columns of `rows`; path is "" where there is no file, dx what the table
    says. `findings` say why."""
    findings: tuple[Finding, ...]
    n_rows: int
    """Rows of the table."""


def open_dataset(path: Path) -> Dataset:
    """The data set in the folder `path` (or with the table `path`). Raises `DataError`."""
    table_path = _find_table(path)
    folder = table_path.parent.absolute()
    table = read_table(table_path)
    n_rows = len(table)
    rows, findings = clean(table)
    files = list_image_files(folder, set(table["image_id"]))
    rows, missing = _attach_files(rows, files)
    if not len(rows):
        raise _no_images(folder, n_rows, files)
    findings += missing + _unlisted(files)
    return Dataset(
        path=folder,
        layout=LAYOUT,
        is_demo=(folder / DEMO_MARKER).is_file(),
        rows=rows.sort_values("image_id", ignore_index=True),
        left_out=_left_out(table, rows, files),
        findings=tuple(findings),
        n_rows=n_rows,
    )


def _find_table(path: Path) -> Path:
    """The table in the folder, in its only subfolder that has one, or beside the image folder that was chosen."""
    if path.is_file() and path.name.lower() == TABLE_NAME.lower():
        return path
    if not path.is_dir():
        raise DataError(f"There is no folder {path}.", "Choose the folder with the HAM10000 download.")
    try:
        subfolders = sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))
        around = [path.parent] if "images" in path.name.lower() else []
        for folders in ([path], subfolders, around):
            tables = [table for folder in folders for table in _tables_in(folder)]
            if len(tables) == 1:
                return tables[0]
            if tables:
                names = ", ".join(table.parent.name for table in tables)
                raise DataError(f"{path.name} holds more than one data set: {names}.", "Choose one of these folders.")
    except OSError as error:
        raise DataError(f"{path.name} could not be read: {error.strerror}.", "Check that you may read it.") from error
    raise DataError(f"{path.name or path} holds no {TABLE_NAME}.", GET_AGAIN)


def _tables_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.name.lower() == TABLE_NAME.lower() and file.is_file())[:1]


def _attach_files(rows: pd.DataFrame, files: ImageFiles) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows that have a file, with its path, in the order of `COLUMNS`; a finding for each of the others."""
    paths = rows["image_id"].str.lower().map(files.by_stem)
    missing = [
        Finding(
            severity="warning",
            kind="missing",
            subject=image_id,
            message=f"{image_id} stands in the table, but there is no image file of that name.",
            action="The image is left out.",
        )
        for image_id in rows.loc[paths.isna(), "image_id"]
    ]
    rows = rows.assign(path=paths.map(str))[paths.notna()]
    return rows[list(COLUMNS)], shorten(missing, "images of the table have no file")


def _left_out(table: pd.DataFrame, rows: pd.DataFrame, files: ImageFiles) -> pd.DataFrame:
    """The images of the table that are not among `rows`, one row each."""
    others = complete(table)
    others = others[(others["image_id"] != "") & ~others["image_id"].isin(rows["image_id"])]
    others = others.drop_duplicates("image_id").assign(group=others["lesion_id"])
    others["path"] = others["image_id"].str.lower().map(files.by_stem).fillna("").map(str)
    return others[list(COLUMNS)].sort_values("image_id", ignore_index=True)


def _unlisted(files: ImageFiles) -> list[Finding]:
    unlisted = [
        Finding(
            severity="info",
            kind="unlisted",
            subject=name,
            message=f"{name} is an image that no row of the table names.",
            action="It is not used: its diagnosis is unknown.",
        )
        for name in files.unlisted
    ]
    twins = [
        Finding(
            severity="warning",
            kind="different twins",
            subject=used.stem,
            message=f"There are two different files for {used.stem}, in {used.parent.name} and in {other.parent.name}.",
            action=f"The one in {used.parent.name} is used.",
        )
        for used, other in files.different_twins
    ]
    return shorten(unlisted, "image files stand in no row") + shorten(twins, "images have two different files")


def _no_images(folder: Path, n_rows: int, files: ImageFiles) -> DataError:
    if not files.n_files:
        return DataError(
            f"{folder.name} holds the table but no images.",
            "Put the folders HAM10000_images_part_1 and HAM10000_images_part_2 beside HAM10000_metadata.csv.",
        )
    return DataError(
        f"None of the {n_rows:,} rows of {TABLE_NAME} can be used with the {files.n_files:,} images found.",
        "The names of the images must be the ids of the table, and the diagnoses those of HAM10000. " + GET_AGAIN,
    )
