"""Reads the table of HAM10000, as Kaggle and Harvard Dataverse give it."""

from collections.abc import Iterable

from engine.data.layouts.reading import Reading, columns_of, has_image_ids, rows_of
from engine.data.text_table import TextTable

LAYOUT = "HAM10000: a table with the columns image_id, lesion_id and dx, with its image folders"
NEEDS = "a table with the columns image_id and dx (HAM10000)"


def recognises(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is one of this layout."""
    return "dx" in columns and has_image_ids(columns)


def read(table: TextTable) -> Reading:
    """The rows of the table. Raises `DataError`."""
    return Reading(layout=LAYOUT, name=table.path.name, rows=rows_of({**columns_of(table), "dx": table.column("dx")}))
