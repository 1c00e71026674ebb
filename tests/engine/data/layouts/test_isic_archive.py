"""engine/data/layouts/isic_archive.py."""

from pathlib import Path

import pytest

from engine.data.layouts import isic_archive
from engine.data.readers import open_dataset
from tests.engine.data.layouts.conftest import Place, Row, write_table

_LEVELS = {
    "akiec": ("Indeterminate", "Indeterminate epidermal proliferations", "Solar or actinic keratosis"),
    "bcc": ("Malignant", "Malignant adnexal epithelial proliferations - Follicular", "Basal cell carcinoma"),
    "bkl": ("Benign", "Benign epidermal proliferations", "Seborrheic keratosis"),
    "df": ("Benign", "Benign soft tissue proliferations - Fibro-histiocytic", "Dermatofibroma"),
    "mel": ("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma Invasive"),
    "nv": ("Benign", "Benign melanocytic proliferations", "Nevus"),
    "vasc": ("Benign", "Benign soft tissue proliferations - Vascular", ""),
}
_OLD = {
    "akiec": "actinic keratosis",
    "bcc": "basal cell carcinoma",
    "bkl": "pigmented benign keratosis",
    "df": "dermatofibroma",
    "mel": "melanoma",
    "nv": "nevus",
    "vasc": "vascular lesion",
}


def _row(row: Row) -> Row:
    return {
        "isic_id": row["image_id"],
        "attribution": "Hospital",
        "copyright_license": "CC-BY",
        "age_approx": row["age"],
        "anatom_site_general": row["localization"],
        "diagnosis_confirm_type": "serial imaging showing no change",
        "image_type": "dermoscopic",
        "lesion_id": row["lesion_id"],
        "patient_id": f"IP_{row['lesion_id'][-1]}",
        "sex": row["sex"],
    }


@pytest.mark.parametrize("is_old", [False, True], ids=["diagnosis_1 to 5", "diagnosis"])
def test_the_table_of_the_archive_is_read(tmp_path: Path, lesions: list[Row], place: Place, is_old: bool) -> None:
    """With the diagnosis on five levels or, as before, in one column; images of a patient are one group."""
    folder = tmp_path / "isic"
    rows = []
    for row in lesions:
        levels = {f"diagnosis_{n}": name for n, name in enumerate((*_LEVELS[row["dx"]], "", ""), start=1)}
        rows.append(_row(row) | ({"diagnosis": _OLD[row["dx"]]} if is_old else levels))
    write_table(folder / "metadata.csv", rows)
    place(folder, (row["image_id"] for row in lesions))
    dataset = open_dataset(folder)
    assert (dataset.layout, dataset.findings) == (isic_archive.LAYOUT, ())
    for column in ("image_id", "lesion_id", "dx", "sex", "localization"):
        assert dataset.rows[column].tolist() == [row[column] for row in lesions]
    assert dataset.rows["age"].tolist() == [float(row["age"]) for row in lesions]
    assert dataset.rows["group"].tolist() == [f"IP_{row['lesion_id'][-1]}" for row in lesions]
    assert set(dataset.rows["dx_type"]) == {"follow_up"}
    assert set(dataset.rows["source"]) == {"Hospital"}


def test_an_unknown_diagnosis_is_named_as_the_archive_names_it(
    tmp_path: Path, lesions: list[Row], place: Place
) -> None:
    """The finest name there is; the rest of the images is used."""
    rows = [_row(row) | {"diagnosis_1": "Benign", "diagnosis_2": "", "diagnosis_3": "Nevus"} for row in lesions]
    rows[0] |= {"diagnosis_2": "Benign - Other", "diagnosis_3": ""}
    write_table(tmp_path / "isic" / "metadata.csv", rows)
    place(tmp_path / "isic", (row["image_id"] for row in lesions))
    dataset = open_dataset(tmp_path / "isic")
    assert "'Benign - Other'" in dataset.findings[0].message
    assert dataset.left_out["dx"].tolist() == ["Benign - Other"]
