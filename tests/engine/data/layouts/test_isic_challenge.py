"""engine/data/layouts/isic_challenge.py."""

from pathlib import Path

import pytest

from engine.data.layouts import isic_challenge
from engine.data.readers import open_dataset
from engine.errors import DataError
from tests.engine.data.layouts.conftest import Place, Row, write_table

_2018 = {"MEL": "mel", "NV": "nv", "BCC": "bcc", "AKIEC": "akiec", "BKL": "bkl", "DF": "df", "VASC": "vasc"}
_2019 = {"MEL": "mel", "NV": "nv", "BCC": "bcc", "AK": "akiec", "BKL": "bkl", "DF": "df", "VASC": "vasc"}


def _one_hot(lesions: list[Row], columns: dict[str, str]) -> list[Row]:
    return [
        {"image": row["image_id"], **{name: f"{float(row['dx'] == code)}" for name, code in columns.items()}}
        for row in lesions
    ]


@pytest.fixture
def isic_2018(tmp_path: Path, lesions: list[Row], place: Place) -> Path:
    """As its archives unpack side by side, with the lesions beside."""
    folder = tmp_path / "isic2018"
    name = "ISIC2018_Task3_Training_GroundTruth"
    write_table(folder / name / f"{name}.csv", _one_hot(lesions, _2018))
    groupings = [
        {"image": row["image_id"], "lesion_id": row["lesion_id"], "diagnosis_confirm_type": "histopathology"}
        for row in reversed(lesions)
    ]
    write_table(folder / "ISIC2018_Task3_Training_LesionGroupings.csv", groupings)
    place(folder / "ISIC2018_Task3_Training_Input", (row["image_id"] for row in lesions))
    return folder


@pytest.fixture
def isic_2019(tmp_path: Path, lesions: list[Row], place: Place) -> Path:
    """All in one folder, the images in their own; the columns in another order, with SCC and UNK."""
    folder = tmp_path / "isic2019"
    columns = dict(reversed(_2019.items()))
    rows = [{**row, "SCC": "0.0", "UNK": "0.0"} for row in _one_hot(lesions, columns)]
    rows[0] |= dict.fromkeys(_2019, "0.0") | {"SCC": "1.0"}
    rows[1] |= dict.fromkeys(_2019, "0.0") | {"UNK": "1.0"}
    rows[2] |= dict.fromkeys(_2019, "0.0")
    write_table(folder / "ISIC_2019_Training_GroundTruth.csv", rows)
    metadata = [
        {
            "image": row["image_id"],
            "age_approx": row["age"],
            "anatom_site_general": row["localization"],
            "lesion_id": row["lesion_id"],
            "sex": row["sex"],
        }
        for row in lesions
    ]
    write_table(folder / "ISIC_2019_Training_Metadata.csv", metadata)
    place(folder / "ISIC_2019_Training_Input", (row["image_id"] for row in lesions))
    return folder


def test_isic_2018_is_read_with_its_lesions(isic_2018: Path, lesions: list[Row]) -> None:
    """Classes by the names of the columns, lesions and how the diagnosis was made by image id from the table beside."""
    dataset = open_dataset(isic_2018)
    assert (dataset.layout, dataset.path, dataset.findings) == (isic_challenge.LAYOUT, isic_2018, ())
    for column in ("image_id", "lesion_id", "dx"):
        assert dataset.rows[column].tolist() == [row[column] for row in lesions]
    assert set(dataset.rows["dx_type"]) == {"histo"}


def test_isic_2018_is_found_from_its_table_and_from_its_images(isic_2018: Path) -> None:
    """Whichever of its folders was chosen, it is the same data set under the same path."""
    name = "ISIC2018_Task3_Training_GroundTruth"
    for chosen in (name, f"{name}/{name}.csv", "ISIC2018_Task3_Training_Input"):
        dataset = open_dataset(isic_2018 / chosen)
        assert (dataset.path, dataset.findings) == (isic_2018, ())


def test_without_its_groupings_leakage_cannot_be_ruled_out(isic_2018: Path, lesions: list[Row]) -> None:
    """The table alone names no lesions."""
    (isic_2018 / "ISIC2018_Task3_Training_LesionGroupings.csv").unlink()
    dataset = open_dataset(isic_2018)
    assert [one.kind for one in dataset.findings] == ["no lesion id"]
    assert dataset.rows["group"].is_unique


def test_isic_2019_is_read_with_what_it_says_of_people(isic_2019: Path, lesions: list[Row]) -> None:
    """The order of the columns does not matter; SCC, UNK and no diagnosis at all are left out and named."""
    dataset = open_dataset(isic_2019)
    assert [(one.kind, one.subject) for one in dataset.findings] == [
        ("unknown diagnosis", row["image_id"]) for row in lesions[:3]
    ]
    assert "'scc', a diagnosis this model never saw" in dataset.findings[0].message
    assert dataset.findings[2].message.endswith("has no diagnosis.")
    for column in ("image_id", "lesion_id", "dx", "sex", "localization"):
        assert dataset.rows[column].tolist() == [row[column] for row in lesions[3:]]
    assert dataset.rows["age"].tolist() == [float(row["age"]) for row in lesions[3:]]
    assert len(dataset.left_out) == 3


def test_the_training_table_is_read_where_there_are_others(isic_2018: Path, lesions: list[Row]) -> None:
    """Validation and test tables of a challenge lie beside; without one for training nothing is guessed."""
    other = "ISIC2018_Task3_Validation_GroundTruth"
    write_table(isic_2018 / other / f"{other}.csv", _one_hot(lesions[:5], _2018))
    assert open_dataset(isic_2018).n_rows == len(lesions)
    chosen = isic_2018 / other / f"{other}.csv"
    dataset = open_dataset(chosen)
    assert (dataset.n_rows, dataset.path) == (5, chosen)
    (isic_2018 / "ISIC2018_Task3_Training_GroundTruth").rename(isic_2018 / "Other")
    (isic_2018 / "Other" / "ISIC2018_Task3_Training_GroundTruth.csv").rename(isic_2018 / "Other" / "truth.csv")
    with pytest.raises(DataError, match="more than one data set: ISIC2018_Task3_Validation_GroundTruth, Other"):
        open_dataset(isic_2018)
