"""Says of which lesion an image is, where a table beside it or above its folder says so."""

import os
from functools import lru_cache
from pathlib import Path

from engine.data.text_table import SUFFIXES, read_columns, read_text_table
from engine.errors import DataError

_MOST_TABLES = 20  # of one folder that are looked into
_LEVELS = 3  # beside the image, and above one folder or two: some archives unpack into folder/folder


def find_lesion_id(image: Path) -> str:
    """The lesion id of an image file by the nearest table that names the image; "" where none does.

    Quick for the second image of a folder. May be called in any thread.
    """
    for folder in list(image.absolute().parents)[:_LEVELS]:
        try:
            changed = folder.stat().st_mtime_ns
        except OSError:
            return ""
        found = _lesions_in(folder, changed).get(image.stem.lower())
        if found is not None:
            return found
    return ""


@lru_cache(maxsize=8)
def _lesions_in(folder: Path, changed: int) -> dict[str, str]:
    """The lesion of each image, by its id in lower case, in the tables of `folder`, which was `changed` at that time.

    A table that cannot be read says nothing: nobody asked for it.
    """
    lesions: dict[str, str] = {}
    for table in _tables_in(folder):
        try:
            lesions |= _read(table)
        except DataError:
            continue
    return lesions


def _tables_in(folder: Path) -> list[Path]:
    """The files in `folder` that are tables with lesion ids."""
    try:
        with os.scandir(folder) as entries:
            files = sorted(
                Path(entry.path)
                for entry in entries
                if os.path.splitext(entry.name)[1].lower() in SUFFIXES  # noqa: PTH122 - ten thousand times
                and not entry.name.startswith(".")
                and entry.is_file()
            )
    except OSError:
        return []
    return [file for file in files[:_MOST_TABLES] if "lesion_id" in read_columns(file)]


def _read(path: Path) -> dict[str, str]:
    # Pandas takes half a second to import, and where there is no table it is not needed.
    from engine.data.cleaning import complete
    from engine.data.layouts.reading import columns_of, rows_of

    columns = columns_of(read_text_table(path))
    if "image_id" not in columns:
        return {}
    rows = complete(rows_of({"dx": [""] * len(columns["image_id"]), **columns}))
    return {
        image_id.lower(): lesion_id
        for image_id, lesion_id in zip(rows["image_id"], rows["lesion_id"], strict=True)
        if lesion_id != image_id
    }
