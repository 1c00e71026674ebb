"""Opens a data set in whatever layout it was downloaded, from its table and its listing of files, without an image."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from engine import places
from engine.data import own_split
from engine.data.archive import extract_zip
from engine.data.cleaning import clean, complete
from engine.data.demo import DEMO_MARKER
from engine.data.finding_tables import (
    LAYOUTS,
    FoundTable,
    find_around,
    find_table,
    is_image_folder,
    recognise,
)
from engine.data.layouts import class_folders
from engine.data.layouts.reading import Reading
from engine.data.listing import ImageFiles, list_image_files, subfolders
from engine.data.text_table import read_text_table
from engine.data.zip_key import zip_key
from engine.errors import DataError
from engine.events import Control, OnEvent, ignore_events
from engine.results import Finding

COLUMNS = (
    "image_id",
    "lesion_id",
    "group",
    "dx",
    "path",
    "age",
    "sex",
    "localization",
    "dx_type",
    "source",
    "part",
)
"""Of `Dataset.rows`; checking adds "sha256"."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set: its images, one row each, and what was noticed about them."""

    path: Path
    """What to open to have it again: its folder, table or zip archive."""
    layout: str
    """The recognised layout, in plain words."""
    is_demo: bool
    rows: pd.DataFrame
    """Sorted by `image_id`, which is unique. image_id, lesion_id, group, dx, path (absolute), sex, localization,
    dx_type and source are text, age is a float or nan, part is the user's own split, "" where there is none; checked
    data also have sha256, the file's, in hex."""
    left_out: pd.DataFrame
    """Images that cannot be used, with the columns of `rows`; path is "" where there is no file, dx what the table
    says. `findings` say why."""
    findings: tuple[Finding, ...]
    n_rows: int
    """Rows of the table."""


def open_dataset(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Dataset:
    """The data set in the folder, table or zip archive `path`. Raises `DataError`, and `DiskError` for an archive.

    An archive is unpacked into the cache, once.
    """
    try:
        if path.is_file() and path.suffix.lower() == ".zip":
            folder = places.cache_dir() / "archives" / zip_key(path)
            if not folder.is_dir():
                extract_zip(path, folder, control=control, on_event=on_event)
            return replace(_open(folder), path=path.absolute())
        return _open(path)
    except OSError as error:
        fault = f"{path.name or path} could not be read: {error.strerror or error}."
        raise DataError(fault, "Check that it exists and that you may read it.") from error


def _open(path: Path) -> Dataset:
    found, folder = _find(path)
    if found is None:
        reading = class_folders.read(folder)
        if reading is None:
            raise _nothing_found(path)
        return _assemble(reading, None, folder, folder)
    reading = found.layout.read(read_text_table(found.path))
    image_ids = set(complete(reading.rows)["image_id"])
    home, files = _find_images(found.path, folder, image_ids)
    return _assemble(reading, files, home, home if _leads_to(home, found.path) else found.path.absolute())


def _find(path: Path) -> tuple[FoundTable | None, Path]:
    """The table that `path` leads to, and the absolute folder that was chosen."""
    if path.is_file():
        found = recognise(path)
        if found is None:
            raise _nothing_found(path)
        return found, path.absolute().parent
    if not path.is_dir():
        raise DataError(f"There is no folder {path}.", "Choose the folder with the data set.")
    folder = path.absolute()
    found = find_table(folder)
    if found is None and class_folders.read(folder) is None:
        found = find_around(folder)
    return found, folder


def _leads_to(folder: Path, table: Path) -> bool:
    """Whether `folder` alone is enough to find this table again."""
    try:
        found = find_table(folder)
    except DataError:
        return False
    return found is not None and found.path.absolute() == table.absolute()


def _find_images(table: Path, chosen: Path, image_ids: set[str]) -> tuple[Path, ImageFiles]:
    """The folder of the data set, and the image files in it: beside the table, or in a folder beside the table's."""
    folder = table.absolute().parent
    files = list_image_files(folder, image_ids)
    around = folder.parent
    may_look_around = chosen in folder.parents or any(is_image_folder(one) for one in subfolders(around))
    if not files.by_stem and may_look_around:
        wider = chosen if chosen in folder.parents else around
        more = list_image_files(wider, image_ids)
        if more.by_stem:
            return wider, more
    return folder, files


def _assemble(reading: Reading, files: ImageFiles | None, home: Path, path: Path) -> Dataset:
    """The data set of what a layout read: rows that can be used and have a file, and all that was found."""
    table = reading.rows
    rows, findings = clean(table)
    every = complete(table)
    if files is not None:
        rows, every = (one.assign(path=_paths(one, files)) for one in (rows, every))
        findings += [*_missing(rows), *_unlisted(files)]
        rows = rows[rows["path"] != ""]
    if rows.empty:
        raise _no_images(reading, home, files)
    parts, found = _own_parts(rows, home)
    rows = rows.assign(part=parts).sort_values("image_id", ignore_index=True)
    every = every[(every["image_id"] != "") & ~every["image_id"].isin(rows["image_id"])].drop_duplicates("image_id")
    every = every.assign(group=every["lesion_id"]).sort_values("image_id", ignore_index=True)
    return Dataset(
        path=path,
        layout=reading.layout,
        is_demo=(home / DEMO_MARKER).is_file(),
        rows=rows[list(COLUMNS)],
        left_out=every[list(COLUMNS)],
        findings=(*findings, *found),
        n_rows=len(table),
    )


def _paths(rows: pd.DataFrame, files: ImageFiles) -> list[str]:
    return [files.by_stem.get(image_id.lower(), "") for image_id in rows["image_id"]]


def _missing(rows: pd.DataFrame) -> list[Finding]:
    return [
        Finding(
            severity="warning",
            kind="missing",
            subject=image_id,
            message=f"{image_id} stands in the table, but there is no image file of that name.",
            action="The image is left out.",
        )
        for image_id in rows.loc[rows["path"] == "", "image_id"]
    ]


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
    folders = [
        Finding(
            severity="warning",
            kind="unreadable folder",
            subject=name,
            message=f"The folder {name} could not be read: {reason}.",
            action="Its images are left out.",
        )
        for name, reason in files.unreadable
    ]
    return [*unlisted, *twins, *folders]


def _own_parts(rows: pd.DataFrame, home: Path) -> tuple[list[str], list[Finding]]:
    """The part of each row by the user's own split, "" where it has none: a file beside the images, or the table's."""
    file = home / own_split.NAME
    parts = list(rows["part"])
    if not file.is_file():
        return parts, []
    try:
        given = own_split.read_parts(file)
    except DataError as error:
        finding = Finding(
            severity="warning",
            kind="own split",
            subject=file.name,
            message=f"The split beside the images cannot be used. {error.message}",
            action="A new split by lesion is made instead.",
        )
        return parts, [finding]
    return [given.get(image_id.lower(), "") for image_id in rows["image_id"]], []


def _nothing_found(path: Path) -> DataError:
    needs = [*(layout.NEEDS for layout in LAYOUTS), class_folders.NEEDS]
    return DataError(
        f"{path.name or path} holds no data set that this program knows.",
        f"It looked for {'; '.join(needs)}; or a .zip of one of these. Choose the folder that holds the download.",
    )


def _no_images(reading: Reading, home: Path, files: ImageFiles | None) -> DataError:
    archives = sorted(file.name for file in home.iterdir() if file.suffix.lower() == ".zip")
    if files is not None and not files.n_files:
        hint = f"Put the images, or their folders, beside {reading.name}."
        if archives:
            hint = f"Unpack {', '.join(archives[:3])} into {home.name} first."
        return DataError(f"{home.name} holds the table {reading.name} but no images.", hint)
    n_files = len(reading.rows) if files is None else files.n_files
    return DataError(
        f"None of the {len(reading.rows):,} rows of {reading.name} can be used with the {n_files:,} images found.",
        "The names of the images must be the ids of the table, and the diagnoses among the seven of HAM10000.",
    )
