"""The saved list of findings."""

import csv
from pathlib import Path

import pytest

from engine.errors import DiskError
from engine.findings_file import save_findings
from engine.results import Finding


def finding(subject: str) -> Finding:
    return Finding(severity="warning", kind="missing", subject=subject, message="Gone, really.", action="Left out.")


def test_each_finding_is_a_row(tmp_path: Path) -> None:
    """Commas, quotes, line ends and other scripts come back as they were; the names of the columns stand on top."""
    subjects = ["ISIC_1", 'a "b", c', "two\nlines", "Grüße 皮膚"]
    save_findings([finding(subject) for subject in subjects], tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["subject"] for row in rows] == subjects
    assert rows[0] == {
        "severity": "warning",
        "kind": "missing",
        "subject": "ISIC_1",
        "message": "Gone, really.",
        "action": "Left out.",
    }


@pytest.mark.parametrize("subject", ["=1+1", "+1", "-1", "@a", "\tx"])
def test_no_name_is_a_formula(tmp_path: Path, subject: str) -> None:
    """A file called like a formula is text when the list is opened in a spreadsheet."""
    save_findings([finding(subject)], tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["subject"] == f"'{subject}"


def test_a_name_that_is_no_unicode_is_no_fault(tmp_path: Path) -> None:
    """File systems may hold names that are not UTF-8: they stand there with a question mark."""
    save_findings([finding("bad\udcff.jpg")], tmp_path / "findings.csv")
    assert "bad?.jpg" in (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    """No half of a list, and a reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError):
        save_findings([finding("a")], tmp_path / "file" / "findings.csv")
