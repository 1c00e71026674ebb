"""engine/data/table.py."""

from pathlib import Path

import pandas as pd
import pytest

from engine.data.table import clean, read_table, shorten
from engine.errors import DataError
from engine.results import Finding


def _table(tmp_path: Path, content: str | bytes) -> pd.DataFrame:
    path = tmp_path / "HAM10000_metadata.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


@pytest.mark.parametrize(
    "content",
    [
        "lesion_id,image_id,dx\nL1,I1,nv\n",
        b"\xef\xbb\xbflesion_id,image_id,dx\r\nL1,I1,nv\r\n",
        'image_id;"lesion_id";DX\n\n "I1"; L1 ;nv\n',
        "dx\timage_id\tlesion_id\tmore\nnv\tI1\tL1\n",
    ],
)
def test_the_table_is_read_however_it_was_saved(tmp_path: Path, content: str | bytes) -> None:
    """Byte order mark, line ends, separators, order and case of the columns, blank lines and spaces do not matter."""
    table = _table(tmp_path, content)
    assert table[["image_id", "lesion_id", "dx"]].values.tolist() == [["I1", "L1", "nv"]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("lesion_id,image_id,dx\n", "is empty"),
        ("lesion_id,image_id\nL1,I1\n", "has no column dx"),
        ("lesion,image_id,dx\nL1,I1,nv\n", "has no column lesion_id"),
        ("lesion_id,image_id,dx,dx\nL1,I1,nv,mel\n", "has two columns dx"),
        (b"\xff\xfel\x00e\x00", "is not a table of text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a table of text"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence_and_a_hint(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    """An empty, foreign or incomplete table is a `DataError` that names what is missing."""
    with pytest.raises(DataError, match=sentence) as caught:
        _table(tmp_path, content)
    assert caught.value.hint


def _clean(*rows: tuple[str, str, str]) -> tuple[dict[str, str], list[Finding]]:
    """Diagnosis by image id of the rows (lesion_id, image_id, dx) that stay, and the findings."""
    kept, findings = clean(pd.DataFrame(rows, columns=["lesion_id", "image_id", "dx"], dtype=str))
    return dict(zip(kept["image_id"], kept["dx"], strict=True)), findings


def test_a_group_is_a_lesion_and_missing_columns_are_empty() -> None:
    """Only image_id, lesion_id and dx are needed; an age that is no number is nan."""
    rows, findings = clean(pd.DataFrame({"lesion_id": ["L1"], "image_id": ["I1"], "dx": ["NV"], "age": ["inf"]}))
    row = rows.iloc[0]
    assert (row["group"], row["dx"], row["sex"], row["dx_type"]) == ("L1", "nv", "", "")
    assert pd.isna(row["age"])
    assert not findings


def test_an_unknown_diagnosis_is_left_out_and_named() -> None:
    """A diagnosis that is none of the seven never reaches a training."""
    kept, [finding] = _clean(("L1", "I1", "nv"), ("L2", "I2", "scc"))
    assert kept == {"I1": "nv"}
    assert (finding.severity, finding.kind, finding.subject) == ("warning", "unknown diagnosis", "I2")
    assert "'scc'" in finding.message


def test_rows_without_ids_are_left_out_and_named() -> None:
    """Without a lesion id a row cannot be split safely."""
    kept, findings = _clean(("L1", "I1", "nv"), ("", "I2", "nv"), ("L3", "", "nv"))
    assert kept == {"I1": "nv"}
    assert [finding.message for finding in findings] == [
        "Row 3 of the table has no lesion id.",
        "Row 4 of the table has no image id.",
    ]


def test_a_repeated_image_counts_once_or_not_at_all() -> None:
    """Rows that agree are one; rows that contradict each other are none."""
    kept, findings = _clean(("L1", "I1", "nv"), ("L1", "i1", "nv"), ("L2", "I2", "nv"), ("L3", "I2", "nv"))
    assert kept == {"I1": "nv"}
    assert [(finding.severity, finding.subject) for finding in findings] == [("info", "I1"), ("warning", "I2")]


def test_a_lesion_has_the_diagnosis_of_most_of_its_images() -> None:
    """Images that differ from the majority are left out; without a majority all are."""
    kept, findings = _clean(
        ("L1", "I1", "nv"), ("L1", "I2", "nv"), ("L1", "I3", "mel"), ("L2", "I4", "nv"), ("L2", "I5", "bkl")
    )
    assert kept == {"I1": "nv", "I2": "nv"}
    assert [(finding.kind, finding.subject) for finding in findings] == [("conflict", "L1"), ("conflict", "L2")]
    assert "than nv are left out" in findings[0].action
    assert "majority" in findings[1].action


def test_very_many_findings_become_a_list_that_can_be_read() -> None:
    """The first 200 are named, the rest counted."""
    one = Finding(severity="info", kind="unlisted", subject="a", message="b", action="c")
    assert shorten([one] * 200, "files") == [one] * 200
    shortened = shorten([one] * 5000, "files stand in no row")
    assert len(shortened) == 201
    assert shortened[-1].message == "4,800 more files stand in no row."
    assert shortened[-1].action == "c"
