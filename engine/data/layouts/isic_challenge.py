"""Reads the one-hot tables of the ISIC challenges of 2018 and 2019, and those beside them that name the lesions."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from engine.data.layouts.reading import Reading, columns_of, has_image_ids, rows_of
from engine.data.listing import subfolders
from engine.data.text_table import SUFFIXES, TextTable, read_columns, read_text_table
from engine.errors import DataError

LAYOUT = "ISIC challenge: a table with a column for each diagnosis, with its images"
NEEDS = "a table with the columns image, MEL, NV, BCC, AKIEC or AK, BKL, DF and VASC (ISIC 2018 and 2019)"

_CLASSES = ("mel", "nv", "bcc", "akiec", "ak", "bkl", "df", "vasc", "scc", "unk")
_ALWAYS = {"mel", "nv", "bcc", "bkl", "df", "vasc"}
_BESIDE = ("lesiongroupings", "metadata")
"""What the names of the tables end on that say more about the same images."""


def recognises(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is one of this layout."""
    names = set(columns)
    return names >= _ALWAYS and not names.isdisjoint({"akiec", "ak"}) and has_image_ids(names)


def read(table: TextTable) -> Reading:
    """The rows of the table, each with the diagnosis whose column holds its 1. Raises `DataError`."""
    names = [name for name in _CLASSES if name in table.columns]
    marks = [[_is_one(cell) for cell in table.column(name)] for name in names]
    diagnoses = []
    for row in zip(*marks, strict=True):
        chosen = [name for name, is_marked in zip(names, row, strict=True) if is_marked]
        diagnoses.append(chosen[0] if len(chosen) == 1 else "")
    columns = {**columns_of(table), "dx": diagnoses}
    for beside in _tables_beside(table.path):
        columns |= _look_up(columns["image_id"], columns, beside)
    return Reading(layout=LAYOUT, name=table.path.name, rows=rows_of(columns))


def _is_one(cell: str) -> bool:
    try:
        return float(cell) == 1.0
    except ValueError:
        return False


def _tables_beside(path: Path) -> list[TextTable]:
    """The tables of the same challenge that say more, beside `path`, beside its folder or in a folder there."""
    challenge = path.stem.lower().partition("_groundtruth")[0]
    folders = [path.parent, path.parent.parent, *subfolders(path.parent.parent)]
    found: dict[str, Path] = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            for file in sorted(folder.iterdir()):
                stem = file.stem.lower()
                if stem in (f"{challenge}_{name}" for name in _BESIDE) and file.suffix.lower() in SUFFIXES:
                    found.setdefault(stem, file)
    return [read_text_table(file) for file in found.values() if has_image_ids(read_columns(file))]


def _look_up(image_ids: list[str], known: dict[str, list[str]], table: TextTable) -> dict[str, list[str]]:
    """The columns of `table` that are not known yet, in the order of `image_ids`."""
    columns = columns_of(table)
    if "image_id" not in columns:
        raise DataError(f"{table.path.name} does not name the images.", NEEDS)
    row_of = {image_id.lower(): row for row, image_id in enumerate(columns["image_id"])}
    rows = [row_of.get(image_id.lower()) for image_id in image_ids]
    return {
        name: ["" if row is None else cells[row] for row in rows]
        for name, cells in columns.items()
        if name not in known
    }
