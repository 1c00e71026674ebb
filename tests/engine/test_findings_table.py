"""engine/findings_table.py."""

import csv
from pathlib import Path

import pytest

from engine.errors import DiskError
from engine.findings_table import COLUMNS, save_findings
from engine.results import Finding

FINDINGS = [
    Finding(severity="warning", kind="missing", subject="I1", message='"I1", é, is\nnot there.', action="Left out."),
    Finding(severity="info", kind="unlisted", subject="I2.jpg", message="No row names it.", action="Not used."),
]


def test_findings_are_saved_as_they_are(tmp_path: Path) -> None:
    """Each with all its words, in a file that spreadsheets read as UTF-8."""
    path = tmp_path / "new" / "findings.csv"
    save_findings(FINDINGS, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [tuple(row) for row in rows] == [COLUMNS, COLUMNS]
    assert [Finding(**row) for row in rows] == FINDINGS  # type: ignore[arg-type]


def test_no_findings_are_a_table_too(tmp_path: Path) -> None:
    """Nothing found is said by a table without rows."""
    save_findings([], tmp_path / "findings.csv")
    assert (tmp_path / "findings.csv").read_text(encoding="utf-8-sig") == ",".join(COLUMNS) + "\n"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """As an error the user can mend."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError):
        save_findings(FINDINGS, tmp_path / "file" / "findings.csv")
