"""Reads the table that the ISIC archive gives with a download (`isic image download`, or its web page)."""

from collections.abc import Iterable

from engine.data.diagnoses import deepest_code
from engine.data.layouts.reading import Reading, columns_of, has_image_ids, rows_of
from engine.data.text_table import TextTable

LAYOUT = "ISIC archive: metadata.csv with its images"
NEEDS = "a table with the columns isic_id and diagnosis or diagnosis_1 (ISIC archive)"

_LEVELS = ("diagnosis_1", "diagnosis_2", "diagnosis_3", "diagnosis_4", "diagnosis_5")


def recognises(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is one of this layout."""
    return has_image_ids(columns) and not {"diagnosis", "diagnosis_1"}.isdisjoint(columns)


def read(table: TextTable) -> Reading:
    """The rows of the table. Raises `DataError`.

    A diagnosis is the finest name that means one of the seven; where none does, the finest there is.
    """
    levels = [name for name in _LEVELS if name in table.columns]
    if not levels:
        levels = ["diagnosis"]
    names = zip(*(table.column(name) for name in levels), strict=True)
    older = table.column("diagnosis") if "diagnosis" in table.columns else [""] * len(table.rows)
    diagnoses = [_choose(given, old) for given, old in zip(names, older, strict=True)]
    return Reading(layout=LAYOUT, name=table.path.name, rows=rows_of({**columns_of(table), "dx": diagnoses}))


def _choose(levels: tuple[str, ...], older: str) -> str:
    code = deepest_code(levels)
    if code is not None:
        return code
    return next((name for name in reversed(levels) if name), "") or older
