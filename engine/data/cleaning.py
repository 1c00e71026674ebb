"""Leaves out the rows of a table that cannot be used, saying why, and gives each of the others its lesion and group."""

import math
import re
from collections.abc import Callable
from itertools import count

import pandas as pd

from engine.data.diagnoses import code_of, is_carcinoma, is_of_ham10000
from engine.data.grouping import group_names
from engine.data.own_split import part_of
from engine.labels import INDEX
from engine.results import Finding

NO_LESIONS = "no lesion id"
"""Kind of the finding that leakage cannot be ruled out."""

_AGES = (0, 120)
_NOTHING = {"nan", "null", "none", "unknown", "n/a", "na", "-"}
_TEXTS = ("lesion_id", "patient_id", "sex", "localization", "dx_type", "source", "image_type")
_SUFFIX = re.compile(r"\.(jpe?g|png)$", re.IGNORECASE)
_DERMATOSCOPIC = ("", "dermoscopic", "dermatoscopic", "dermoscopy")

Step = Callable[[pd.DataFrame], tuple[pd.DataFrame, list[Finding]]]


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a `Reading` in this program's terms: ages as numbers, codes of the seven diagnoses, "" for nothing.

    A diagnosis that is none of the seven stays as it is. lesion_id is never empty, but for rows without any id.
    """
    rows = table.copy()
    for name in _TEXTS:
        rows[name] = rows[name].where(~rows[name].str.lower().isin(_NOTHING), "")
    rows["image_id"] = rows["image_id"].str.replace(_SUFFIX, "", regex=True)
    rows["sex"] = rows["sex"].str.lower().replace({"m": "male", "f": "female"})
    ages = pd.to_numeric(rows["age"].str.rstrip("+"), errors="coerce").astype(float)
    rows["age"] = ages.where(ages.abs() < math.inf)
    rows["dx"] = [_code(dx, image_id) for dx, image_id in zip(rows["dx"], rows["image_id"], strict=True)]
    rows["part"] = [part_of(name) or "" for name in table["part"]]
    rows["has_lesion"] = (rows["lesion_id"] != "") | (rows["patient_id"] != "")
    rows["lesion_id"] = rows["lesion_id"].where(rows["lesion_id"] != "", rows["image_id"])
    return rows


def clean(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of a `Reading` that can be used, completed and with their group, and what was found.

    The index stays that of the table.
    """
    rows = complete(table)
    findings: list[Finding] = []
    steps: tuple[Step, ...] = (
        _drop_nameless,
        _drop_other_pictures,
        _drop_unknown_diagnoses,
        _drop_repeats,
        _drop_conflicts,
        _forget_impossible_ages,
    )
    for step in steps:
        rows, found = step(rows)
        findings += found
    findings += [*_renamed(table, rows), *_lesions_unknown(rows)]
    return rows.assign(group=group_names(rows)), findings


def _code(dx: str, image_id: str) -> str:
    if is_carcinoma(dx) and is_of_ham10000(image_id):
        return "akiec"
    return code_of(dx) or dx


def _drop_nameless(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    nameless = rows["image_id"] == ""
    findings = [
        Finding(
            severity="warning",
            kind="no id",
            subject=f"row {row}",
            message=f"Row {row} of the table has no image id.",
            action="The row is left out.",
        )
        for row, is_nameless in zip(count(2), nameless, strict=False)
        if is_nameless
    ]
    return rows[~nameless], findings


def _drop_other_pictures(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    fits = rows["image_type"].str.lower().isin(_DERMATOSCOPIC)
    others = rows[~fits]
    findings = [
        Finding(
            severity="warning",
            kind="not dermatoscopic",
            subject=image_id,
            message=f"{image_id} is of the type {image_type!r}, not an image through a dermatoscope.",
            action="The image is left out.",
        )
        for image_id, image_type in zip(others["image_id"], others["image_type"], strict=True)
    ]
    return rows[fits], findings


def _drop_unknown_diagnoses(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    known = rows["dx"].isin(INDEX)
    left_out = rows[~known]
    findings = [
        Finding(
            severity="warning",
            kind="unknown diagnosis",
            subject=image_id,
            message=f"{image_id} has the diagnosis {dx!r}, a diagnosis this model never saw."
            if dx
            else f"{image_id} has no diagnosis.",
            action="The image is left out.",
        )
        for image_id, dx in zip(left_out["image_id"], left_out["dx"], strict=True)
    ]
    return rows[known], findings


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
    return rows[~key.duplicated() & ~key.isin(contradictory)], findings


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
    return rows[~dropped], findings


def _forget_impossible_ages(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    impossible = (rows["age"] < _AGES[0]) | (rows["age"] > _AGES[1])
    findings = [
        Finding(
            severity="info",
            kind="impossible age",
            subject=image_id,
            message=f"{image_id} is of a person of {age:g} years, says the table.",
            action="The image is used; the age counts as unknown.",
        )
        for image_id, age in zip(rows.loc[impossible, "image_id"], rows.loc[impossible, "age"], strict=True)
    ]
    return rows.assign(age=rows["age"].mask(impossible)), findings


def _renamed(table: pd.DataFrame, rows: pd.DataFrame) -> list[Finding]:
    """Whether images of HAM10000 got their old diagnosis back."""
    n_images = int(table.loc[rows.index, "dx"].map(is_carcinoma).sum())
    if not n_images:
        return []
    return [
        Finding(
            severity="info",
            kind="renamed diagnosis",
            subject=f"{n_images:,} images",
            message=f"{n_images:,} images of HAM10000 are squamous cell carcinomas here, but akiec in HAM10000 itself.",
            action="They are used as akiec, as in HAM10000.",
        )
    ]


def _lesions_unknown(rows: pd.DataFrame) -> list[Finding]:
    n_images = int((~rows["has_lesion"]).sum())
    if not n_images:
        return []
    which = "No image has a" if n_images == len(rows) else f"{n_images:,} of {len(rows):,} images have no"
    return [
        Finding(
            severity="warning",
            kind=NO_LESIONS,
            subject=f"{n_images:,} images",
            message=f"{which} lesion or patient id. Two of them may show one lesion: leakage cannot be ruled out.",
            action="Each counts as a lesion of its own; near-duplicates are put into one group before the split.",
        )
    ]
