"""Finds the table of a data set: in a folder, in one of its subfolders, or beside a folder of images."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from engine.data.layouts import ham10000, isic_archive, isic_challenge
from engine.data.listing import subfolders
from engine.data.own_split import is_split
from engine.data.text_table import SUFFIXES, read_columns
from engine.errors import DataError

LAYOUTS: tuple[ModuleType, ...] = (ham10000, isic_archive, isic_challenge)
"""The layouts that have a table; the first that recognises one reads it."""

_MAX_TABLES = 100  # of one folder that are looked into
_CHOOSE = "Choose one of them: its folder, or the table itself."


@dataclass(frozen=True)
class FoundTable:
    """A table that one of the layouts recognises."""

    path: Path
    layout: ModuleType


def find_table(folder: Path) -> FoundTable | None:
    """The table of the data set in `folder` or up to two folders below; None if there is none.

    Raises `DataError` where there are several, and `OSError`.
    """
    folders = [folder]
    for _ in range(3):
        tables = [table for one in folders for table in _tables_in(one)]
        if tables:
            return _only(folder, tables)
        folders = [below for one in folders for below in subfolders(one)]
    return None


def find_around(folder: Path) -> FoundTable | None:
    """The table beside a folder of images, or in a folder beside it. Raises as `find_table`."""
    parent = folder.absolute().parent
    if not is_image_folder(folder):
        return None
    tables = _tables_in(parent)
    if not tables:
        tables = [table for one in subfolders(parent) if "groundtruth" in one.name.lower() for table in _tables_in(one)]
    return _only(parent, tables) if tables else None


def recognise(path: Path) -> FoundTable | None:
    """The table in the file `path`, None if no layout recognises it."""
    columns = read_columns(path)
    if is_split(columns):
        return None
    return next((FoundTable(path, layout) for layout in LAYOUTS if layout.recognises(columns)), None)


def is_image_folder(folder: Path) -> bool:
    """Whether a folder is called as downloads call those of their images."""
    return any(word in folder.name.lower() for word in ("images", "input"))


def _tables_in(folder: Path) -> list[FoundTable]:
    """The recognised tables in a folder, those of the best layout only, each once whatever its suffixes."""
    with os.scandir(folder) as entries:
        files = sorted(
            Path(entry.path)
            for entry in entries
            if os.path.splitext(entry.name)[1].lower() in SUFFIXES  # noqa: PTH122 - ten thousand times
            and not entry.name.startswith(".")
            and entry.is_file()
        )
    files.sort(key=lambda file: SUFFIXES.index(file.suffix.lower()))
    by_stem: dict[str, FoundTable] = {}
    for file in files[:_MAX_TABLES]:
        if file.stem.lower() not in by_stem and (table := recognise(file)) is not None:
            by_stem[file.stem.lower()] = table
    return list(by_stem.values())


def _only(folder: Path, tables: list[FoundTable]) -> FoundTable:
    """The table to read: the only one of its layout, or the only one that is for training."""
    best = min(LAYOUTS.index(table.layout) for table in tables)
    tables = [table for table in tables if LAYOUTS.index(table.layout) == best]
    training = [table for table in tables if "train" in table.path.name.lower()]
    if len(tables) == 1 or len(training) == 1:
        return (training or tables)[0]
    in_one = len({table.path.parent for table in tables}) == 1
    names = _listed(table.path.name if in_one else table.path.parent.name for table in tables)
    raise DataError(f"{folder.name} holds more than one data set: {names}.", _CHOOSE)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
