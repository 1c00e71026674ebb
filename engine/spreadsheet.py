"""Writes tables that spreadsheets read, in which no text of strangers is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine import atomic

_STARTS_FORMULA = ("=", "+", "-", "@", "\t")


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write `rows` to `path` as CSV under `columns`, whole or not at all. Raises `DiskError`.

    What a spreadsheet would take for a formula gets an apostrophe in front: names and ids come from files of strangers.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    atomic.write_bytes(path, text.getvalue().encode("utf-8-sig", "replace"))  # Excel needs the mark to read UTF-8


def _harmless(text: str) -> str:
    text = text.replace("\r", " ")  # the csv module leaves it without quotes, and readers take it for the row's end
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
