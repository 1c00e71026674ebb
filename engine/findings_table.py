"""Saves what was found in a data set as a table that any spreadsheet opens."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine.atomic import write_bytes
from engine.results import Finding

COLUMNS = ("severity", "kind", "subject", "message", "action")


def save_findings(findings: Sequence[Finding], path: Path) -> None:
    """Write the findings to `path` as CSV in UTF-8, a row each under the names of their fields. Raises `DiskError`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(finding, name) for name in COLUMNS] for finding in findings)
    write_bytes(path, text.getvalue().encode("utf-8-sig"))  # the mark tells spreadsheets that it is UTF-8
