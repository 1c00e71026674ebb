"""Saves the findings about a data set as a table that other programs read."""

from collections.abc import Sequence
from pathlib import Path

from engine.results import Finding
from engine.spreadsheet import write_table

_COLUMNS = ("severity", "kind", "subject", "message", "action")


def save_findings(findings: Sequence[Finding], path: Path) -> None:
    """Write `findings` to `path` as CSV, one row each, whole or not at all. Raises `DiskError`."""
    write_table(path, _COLUMNS, ({name: getattr(finding, name) for name in _COLUMNS} for finding in findings))
