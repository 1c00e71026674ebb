"""Tests of engine.spreadsheet."""

import csv
from pathlib import Path

import pytest

from engine.spreadsheet import write_table


def test_a_table_reads_back(tmp_path: Path) -> None:
    """Commas, quotes, lines and other alphabets come back as they were, and Excel sees UTF-8."""
    row = {"a": 'x,"y"', "b": "zwei\nZeilen — Ångström"}
    write_table(tmp_path / "t.csv", ("a", "b"), [row])
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [row]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_nothing_becomes_a_formula(text: str, tmp_path: Path) -> None:
    """Text that a spreadsheet would compute has an apostrophe in front."""
    write_table(tmp_path / "t.csv", ("a",), [{"a": text}])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["a"] for row in csv.DictReader(file)] == [f"'{text}"]


def test_a_row_stays_one_row(tmp_path: Path) -> None:
    """A carriage return within a name does not end the row."""
    write_table(tmp_path / "t.csv", ("a", "b"), [{"a": "\r=1", "b": "2"}])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [{"a": " =1", "b": "2"}]


def test_a_name_that_is_no_text_is_written_all_the_same(tmp_path: Path) -> None:
    """What UTF-8 does not have is replaced."""
    write_table(tmp_path / "t.csv", ("a",), [{"a": "m\udcf6le"}])
    assert "m?le" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
