"""What every layout makes of its files: rows of text under the names that the rest of the program uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from engine.data.text_table import TextTable
from engine.results import Finding

COLUMNS = (
    "image_id",
    "lesion_id",
    "patient_id",
    "dx",
    "age",
    "sex",
    "localization",
    "dx_type",
    "source",
    "image_type",
    "part",
    "path",
)
"""Of `Reading.rows`, all text, "" where nothing is said; only image_id and dx must be there."""
ALIASES: dict[str, tuple[str, ...]] = {
    "image_id": ("image_id", "isic_id", "image", "image_name"),
    "lesion_id": ("lesion_id",),
    "patient_id": ("patient_id",),
    "age": ("age", "age_approx"),
    "sex": ("sex", "gender"),
    "localization": ("localization", "anatom_site_general", "anatom_site_general_challenge", "anatom_site_1"),
    "dx_type": ("dx_type", "diagnosis_confirm_type"),
    "source": ("dataset", "source", "attribution"),
    "image_type": ("image_type",),
    "part": ("split", "part"),
}
"""What each column is called in one data set or another."""

_DX_TYPES = {
    "histopathology": "histo",
    "serial imaging showing no change": "follow_up",
    "single image expert consensus": "consensus",
    "confocal microscopy with consensus dermoscopy": "confocal",
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is said about the images of a data set, before any of it is believed."""

    layout: str
    """In plain words."""
    name: str
    """Of the table, or of the folder where there is none: for sentences."""
    rows: pd.DataFrame
    """A row per image with the columns `COLUMNS`, in the order of the table. `path` is "" where the file of the
    image is still to be found by its id."""
    findings: tuple[Finding, ...] = field(default=())


def rows_of(columns: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Rows with all of `COLUMNS`, "" where `columns` has none."""
    rows = pd.DataFrame({name: list(values) for name, values in columns.items()}, dtype=str)
    for name in COLUMNS:
        if name not in rows:
            rows[name] = ""
    rows["dx_type"] = rows["dx_type"].map(lambda text: _DX_TYPES.get(text.lower(), text))
    return rows[list(COLUMNS)]


def columns_of(table: TextTable) -> dict[str, list[str]]:
    """The columns of a table that have a meaning here whatever they are called, under this program's names."""
    found: dict[str, list[str]] = {}
    for name, aliases in ALIASES.items():
        for alias in aliases:
            if alias in table.columns:
                found[name] = table.column(alias)
                break
    return found


def has_image_ids(columns: Iterable[str]) -> bool:
    """Whether one of the columns names the images."""
    return not set(columns).isdisjoint(ALIASES["image_id"])
