"""engine/data/cleaning.py."""

import pandas as pd

from engine.data.cleaning import clean
from engine.data.layouts.reading import rows_of
from engine.results import Finding


def _clean(*rows: tuple[str, str, str]) -> tuple[dict[str, str], list[Finding]]:
    """Diagnosis by image id of the rows (lesion_id, image_id, dx) that stay, and the findings."""
    kept, findings = clean(rows_of(dict(zip(("lesion_id", "image_id", "dx"), zip(*rows, strict=True), strict=True))))
    return dict(zip(kept["image_id"], kept["dx"], strict=True)), findings


def test_a_group_is_a_lesion_and_missing_columns_are_empty() -> None:
    """Only image_id, lesion_id and dx are needed; an age that is no number is nan."""
    rows, findings = clean(rows_of({"lesion_id": ["L1"], "image_id": ["I1"], "dx": ["NV"], "age": ["inf"]}))
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


def test_rows_without_an_image_id_are_left_out_and_named() -> None:
    """A row that names no image is of no use."""
    kept, [finding] = _clean(("L1", "I1", "nv"), ("L3", "", "nv"))
    assert kept == {"I1": "nv"}
    assert finding.message == "Row 3 of the table has no image id."


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


def test_impossible_ages_count_as_unknown() -> None:
    """Nobody is -5 or 130 years old; "85+", as the ISIC archive has it, is 85."""
    ids = [f"I{n}" for n in range(6)]
    table = rows_of({"image_id": ids, "lesion_id": ids, "dx": ["nv"] * 6, "age": ["-5", "130", "85+", "0", "120", ""]})
    rows, findings = clean(table)
    assert rows["age"].fillna(-1).tolist() == [-1, -1, 85, 0, 120, -1]
    assert [(one.severity, one.kind, one.subject) for one in findings] == [
        ("info", "impossible age", "I0"),
        ("info", "impossible age", "I1"),
    ]


def test_without_lesions_each_image_is_its_own_and_that_is_said() -> None:
    """Leakage cannot be ruled out where the table does not say which images show one lesion."""
    rows, [finding] = clean(rows_of({"image_id": ["I1", "I2"], "lesion_id": ["", "nan"], "dx": ["nv", "nv"]}))
    assert rows["lesion_id"].tolist() == rows["group"].tolist() == ["I1", "I2"]
    assert (finding.severity, finding.kind) == ("warning", "no lesion id")
    assert finding.message.startswith("No image has a lesion or patient id.")
    assert "leakage cannot be ruled out" in finding.message
    _, [finding] = clean(rows_of({"image_id": ["I1", "I2"], "lesion_id": ["L1", ""], "dx": ["nv", "nv"]}))
    assert finding.message.startswith("1 of 2 images have no lesion or patient id.")


def test_the_images_of_a_patient_are_one_group_across_lesions() -> None:
    """A group is a patient where there is one, else a lesion, joined with both."""
    table = rows_of(
        {
            "image_id": ["I1", "I2", "I3", "I4", "I5"],
            "lesion_id": ["L1", "L2", "L2", "L3", ""],
            "patient_id": ["P1", "P1", "", "", "P1"],
            "dx": ["nv", "mel", "mel", "nv", "df"],
        }
    )
    rows, findings = clean(table)
    assert rows["group"].tolist() == ["P1", "P1", "P1", "L3", "P1"]
    assert not findings


def test_a_carcinoma_is_akiec_in_ham10000_and_unknown_elsewhere() -> None:
    """Later tables name part of HAM10000's akiec so; for all other images the model never saw it."""
    table = rows_of(
        {
            "image_id": ["ISIC_0024306", "ISIC_0034320", "ISIC_0034321", "I1"],
            "lesion_id": ["L1", "L2", "L3", "L4"],
            "dx": ["SCC", "squamous cell carcinoma", "SCC", "UNK"],
        }
    )
    rows, findings = clean(table)
    assert rows["dx"].tolist() == ["akiec", "akiec"]
    assert [(one.kind, one.subject) for one in findings] == [
        ("unknown diagnosis", "ISIC_0034321"),
        ("unknown diagnosis", "I1"),
        ("renamed diagnosis", "2 images"),
    ]
    assert all("a diagnosis this model never saw" in one.message for one in findings[:2])


def test_pictures_that_are_not_dermatoscopic_are_left_out() -> None:
    """The ISIC archive also holds clinical photographs."""
    table = rows_of(
        {
            "image_id": ["I1", "I2"],
            "lesion_id": ["L1", "L2"],
            "dx": ["nv", "nv"],
            "image_type": ["dermoscopic", "clinical: close-up"],
        }
    )
    rows, [finding] = clean(table)
    assert rows["image_id"].tolist() == ["I1"]
    assert (finding.kind, finding.subject) == ("not dermatoscopic", "I2")
