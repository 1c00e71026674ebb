"""Reads the table of a data set and leaves out the rows that cannot be used, saying why."""

import csv
import math
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pandas as pd

from engine.errors import DataError
from engine.labels import INDEX
from engine.results import Finding

GET_AGAIN = "Unpack the HAM10000 download again, or choose the folder that holds it."

_NEEDED = ("image_id", "lesion_id", "dx")
_OPTIONAL = ("age", "sex", "localization", "dx_type", "source")
_MAX_TABLE_BYTES = 100_000_000
_MAX_NAMED = 200  # findings of one kind that are named one by one


def read_table(path: Path) -> pd.DataFrame:
    """The columns this program knows, as stripped text; "" where a row is too short. Raises `DataError`."""
    try:
        if path.stat().st_size > _MAX_TABLE_BYTES:
            raise DataError(f"{path.name} is too large for a table of images.", GET_AGAIN)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        separator = max(",;\t", key=lines[0].count) if lines else ","
        cells = [
            [cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator, skipinitialspace=True)
        ]
    except OSError as error:
        raise DataError(f"{path.name} could not be read: {error.strerror}.", "Check that you may read it.") from error
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path.name} is not a table of text: {error}.", GET_AGAIN) from error
    columns = [name.lower() for name in cells[0]] if cells else []
    rows = [row for row in cells[1:] if any(row)]
    if not rows:
        raise DataError(f"{path.name} is empty.", GET_AGAIN)
    for name in (*_NEEDED, *_OPTIONAL):
        if columns.count(name) > 1:
            raise DataError(f"{path.name} has two columns {name}.", GET_AGAIN)
        if name in _NEEDED and name not in columns:
            hint = f"It needs the columns {', '.join(_NEEDED)}, separated by commas. {GET_AGAIN}"
            raise DataError(f"{path.name} has no column {name}.", hint)
    positions = {name: columns.index(name) for name in (*_NEEDED, *_OPTIONAL) if name in columns}
    if "source" not in positions and "dataset" in columns:
        positions["source"] = columns.index("dataset")
    return pd.DataFrame(
        {name: [row[at] if at < len(row) else "" for row in rows] for name, at in positions.items()}, dtype=str
    )


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns of `COLUMNS` but `path` and `group`: ages as numbers, diagnoses in lower case."""
    rows = pd.DataFrame({name: table[name] for name in _NEEDED})
    for name in _OPTIONAL:
        rows[name] = table[name] if name in table.columns else ""
    rows["age"] = pd.to_numeric(rows["age"], errors="coerce").astype(float)
    rows["age"] = rows["age"].where(rows["age"].abs() < math.inf)
    rows["dx"] = rows["dx"].str.lower()
    return rows


def clean(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows that can be used, with the columns of `COLUMNS` but `path`, and what was wrong with the others.

    The index stays that of the table.
    """
    rows = complete(table)
    findings: list[Finding] = []
    for step in (_drop_nameless, _drop_unknown_diagnoses, _drop_repeats, _drop_conflicts):
        rows, found = step(rows)
        findings += found
    return rows.assign(group=rows["lesion_id"]), findings


def _drop_nameless(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    nameless = (rows["image_id"] == "") | (rows["lesion_id"] == "")
    findings = [
        Finding(
            severity="warning",
            kind="no id",
            subject=image_id or f"row {row}",
            message=f"Row {row} of the table has no {'lesion' if image_id else 'image'} id.",
            action="The row is left out: images are split by lesion.",
        )
        for row, image_id, is_nameless in zip(count(2), rows["image_id"], nameless, strict=False)
        if is_nameless
    ]
    return rows[~nameless], shorten(findings, "rows have no id")


def _drop_unknown_diagnoses(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    known = rows["dx"].isin(INDEX)
    left_out = rows[~known]
    findings = [
        Finding(
            severity="warning",
            kind="unknown diagnosis",
            subject=image_id,
            message=f"{image_id} has the diagnosis {dx!r}, which is none of the seven."
            if dx
            else f"{image_id} has none.",
            action="The image is left out.",
        )
        for image_id, dx in zip(left_out["image_id"], left_out["dx"], strict=True)
    ]
    return rows[known], shorten(findings, "images have an unknown diagnosis")


def _drop_repeats(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per image id (upper and lower case are one); none where the repeated rows contradict each other."""
    key = rows["image_id"].str.lower()
    repeated = rows[key.duplicated(keep=False)]
    findings, contradictory = [], set()
    for name, same in repeated.groupby(key[repeated.index]):
        agree = len(same[["lesion_id", "dx"]].drop_duplicates()) == 1
        if not agree:
            contradictory.add(name)
        findings.append(
            Finding(
                severity="info" if agree else "warning",
                kind="repeated",
                subject=str(same["image_id"].iloc[0]),
                message=f"{same['image_id'].iloc[0]} stands in {len(same)} rows of the table"
                + (", which agree." if agree else ", with different lesions or diagnoses."),
                action="The first row counts." if agree else "The image is left out.",
            )
        )
    return rows[~key.duplicated() & ~key.isin(contradictory)], shorten(findings, "images stand in several rows")


def _drop_conflicts(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """A lesion has one diagnosis, that of most of its images; images with another (all, on a tie) are left out."""
    findings, dropped = [], pd.Series(False, index=rows.index)
    diagnoses = rows.groupby("lesion_id")["dx"].nunique()
    for lesion_id in diagnoses.index[diagnoses > 1]:
        of_lesion = rows.loc[rows["lesion_id"] == lesion_id, "dx"]
        counts = of_lesion.value_counts()
        names = ", ".join(sorted(of_lesion.unique()))
        majority = str(counts.index[0]) if counts.iloc[0] > counts.iloc[1] else None
        dropped[of_lesion.index[of_lesion != majority]] = True
        action = f"Its images with another diagnosis than {majority} are left out: {majority} is that of most of them."
        findings.append(
            Finding(
                severity="warning",
                kind="conflict",
                subject=str(lesion_id),
                message=f"{lesion_id} has different diagnoses on different images: {names}.",
                action=action if majority else "All its images are left out: none of the diagnoses has a majority.",
            )
        )
    return rows[~dropped], shorten(findings, "lesions have different diagnoses")


def shorten(findings: Sequence[Finding], what: str) -> list[Finding]:
    """The findings, all of one kind; when they are very many, the first ones and one that counts the rest as `what`."""
    if len(findings) <= _MAX_NAMED:
        return list(findings)
    last = findings[_MAX_NAMED]
    rest = len(findings) - _MAX_NAMED
    more = Finding(
        severity=last.severity,
        kind=last.kind,
        subject=f"{rest:,} more",
        message=f"{rest:,} more {what}.",
        action=last.action,
    )
    return [*findings[:_MAX_NAMED], more]
