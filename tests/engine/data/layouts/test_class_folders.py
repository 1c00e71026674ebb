"""engine/data/layouts/class_folders.py."""

from pathlib import Path

import pytest

from engine.data.layouts import class_folders
from engine.data.readers import open_dataset
from engine.labels import CLASSES
from tests.engine.data.layouts.conftest import Place, Row

_NAMES = {one.code: one.name for one in CLASSES}


@pytest.mark.parametrize("is_plain", [False, True], ids=["codes", "names"])
@pytest.mark.parametrize("above", ["", "skin cancer"])
def test_folders_named_by_diagnosis_are_read(
    tmp_path: Path, lesions: list[Row], place: Place, is_plain: bool, above: str
) -> None:
    """By code or by plain name, also one folder further down; there are no lesions, and that is said."""
    for row in lesions:
        name = _NAMES[row["dx"]] if is_plain else row["dx"].upper()
        place(tmp_path / "data" / above / name, [row["image_id"]])
    dataset = open_dataset(tmp_path / "data")
    assert (dataset.layout, dataset.path) == (class_folders.LAYOUT, tmp_path / "data")
    assert [one.kind for one in dataset.findings] == ["no lesion id"]
    assert dataset.rows["image_id"].tolist() == [row["image_id"] for row in lesions]
    assert dataset.rows["dx"].tolist() == [row["dx"] for row in lesions]
    assert set(dataset.rows["part"]) == {""}


def test_folders_of_parts_above_are_the_users_own_split(tmp_path: Path, lesions: list[Row], place: Place) -> None:
    """Train, Valid and TEST are parts; a folder of a diagnosis this model never saw is named."""
    parts = [("Train", "train"), ("Valid", "val"), ("TEST", "test")]
    for number, row in enumerate(lesions):
        place(tmp_path / "data" / parts[number % 3][0] / row["dx"], [row["image_id"]])
    place(tmp_path / "data" / "Train" / "squamous cell carcinoma", [lesions[0]["image_id"]])
    (tmp_path / "data" / "Train" / "squamous cell carcinoma" / f"{lesions[0]['image_id']}.jpg").rename(
        tmp_path / "data" / "Train" / "squamous cell carcinoma" / "other.jpg"
    )
    dataset = open_dataset(tmp_path / "data")
    assert dataset.rows["part"].tolist() == [parts[number % 3][1] for number in range(len(lesions))]
    assert next((one.kind, one.subject) for one in dataset.findings) == ("unknown diagnosis", "other")


def test_files_of_one_name_in_several_folders_are_several_images(
    tmp_path: Path, lesions: list[Row], place: Place
) -> None:
    """ "1.jpg" lies in every folder of many data sets: the folders tell them apart."""
    for row in lesions[:4]:
        folder = tmp_path / "data" / row["image_id"][-1] / row["dx"]
        place(folder, [row["image_id"]])
        (folder / f"{row['image_id']}.jpg").rename(folder / "1.jpg")
    place(tmp_path / "data" / "mel", [lesions[-1]["image_id"]])
    place(tmp_path / "data" / "nv", [lesions[-2]["image_id"]])
    ids = open_dataset(tmp_path / "data").rows["image_id"].tolist()
    assert f"{lesions[0]['image_id'][-1]}/{lesions[0]['dx']}/1" in ids
    assert len(ids) == len(set(ids)) == 6


def test_one_folder_of_a_diagnosis_is_no_data_set(tmp_path: Path, lesions: list[Row], place: Place) -> None:
    """There is nothing to tell apart, and "other" or "nv" may be the name of anything."""
    place(tmp_path / "data" / "nv", [lesions[0]["image_id"]])
    place(tmp_path / "data" / "other", [lesions[1]["image_id"]])
    assert class_folders.read(tmp_path / "data") is None
