"""Saves the findings about a data set as a table that other programs read."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine import atomic
from engine.results import Finding

_COLUMNS = ("severity", "kind", "subject", "message", "action")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def save_findings(findings: Sequence[Finding], path: Path) -> None:
    """Write `findings` to `path` as CSV, one row each, whole or not at all. Raises `DiskError`.

    Names come from files of strangers: what a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for finding in findings:
        writer.writerow([_harmless(getattr(finding, column)) for column in _COLUMNS])
    atomic.write_bytes(path, text.getvalue().encode("utf-8-sig", "replace"))  # Excel needs the mark to read UTF-8


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
