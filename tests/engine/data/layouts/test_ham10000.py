"""engine/data/layouts/ham10000.py."""

from pathlib import Path

import pytest

from engine.data.layouts import ham10000
from engine.data.readers import open_dataset
from tests.engine.data.layouts.conftest import Place, Row, write_table

_TABLE = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("HAM10000_metadata.tab", "\t"),
        ("HAM10000_metadata.csv", ","),
        ("HAM10000_metadata", ","),
        ("HAM10000_metadata", "\t"),
        ("ham10000_metadata.CSV", ";"),
    ],
)
def test_the_dataverse_table_is_read(
    tmp_path: Path, lesions: list[Row], place: Place, name: str, delimiter: str
) -> None:
    """Tab or comma, with or without an extension; the eighth column says where an image is from."""
    folder = tmp_path / "dataverse"
    rows = [{**{column: row[column] for column in _TABLE}, "dataset": "vidir_modern"} for row in lesions]
    write_table(folder / name, rows, delimiter)
    half = len(rows) // 2
    place(folder / "HAM10000_images_part_1", (row["image_id"] for row in rows[:half]))
    place(folder / "HAM10000_images_part_2", (row["image_id"] for row in rows[half:]))
    dataset = open_dataset(folder)
    assert (dataset.layout, dataset.path, dataset.findings) == (ham10000.LAYOUT, folder, ())
    assert set(dataset.rows["source"]) == {"vidir_modern"}
    for column in ("image_id", "lesion_id", "dx", "dx_type", "sex", "localization"):
        assert dataset.rows[column].tolist() == [row[column] for row in lesions]
    assert dataset.rows["age"].tolist() == [float(row["age"]) for row in lesions]


def test_the_same_table_in_two_forms_is_one(tmp_path: Path, lesions: list[Row], place: Place) -> None:
    """Dataverse gives its table as .tab and as the original; other tables beside it do not matter."""
    folder = tmp_path / "both"
    rows = [{column: row[column] for column in _TABLE} for row in lesions]
    write_table(folder / "HAM10000_metadata.csv", rows)
    write_table(folder / "HAM10000_metadata.tab", rows, "\t")
    write_table(folder / "hmnist_8_8_L.csv", [{"pixel0000": "1", "label": "2"}])
    (folder / "README.txt").write_text("image_id, dx and lesion_id are columns.\nRead on.")
    place(folder, (row["image_id"] for row in rows))
    assert open_dataset(folder).n_rows == len(rows)


def test_our_own_split_file_is_no_data_set(tmp_path: Path, lesions: list[Row], place: Place) -> None:
    """A split and predictions have the columns of a table, but are made from one."""
    folder = tmp_path / "data"
    rows = [{column: row[column] for column in _TABLE} for row in lesions]
    write_table(folder / "HAM10000_metadata.csv", rows)
    split = [{name: row.get(name, "") for name in ("image_id", "lesion_id", "group", "dx", "part")} for row in rows]
    write_table(folder / "predictions.csv", split)
    place(folder, (row["image_id"] for row in rows))
    assert open_dataset(folder).n_rows == len(rows)
