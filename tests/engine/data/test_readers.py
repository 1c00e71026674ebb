"""engine/data/readers.py."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.data.demo import DEMO_MARKER
from engine.data.readers import COLUMNS, open_dataset
from engine.errors import DataError

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]
ROWS = [("L2", "I3", "mel"), ("L1", "I1", "nv"), ("L1", "I2", "nv")]


def test_the_rows_are_sorted_whole_and_typed(make_data: MakeData) -> None:
    """One row per image, sorted by id, with an absolute path to an existing file."""
    folder = make_data(ROWS)
    dataset = open_dataset(folder)
    assert list(dataset.rows.columns) == list(COLUMNS)
    assert list(dataset.rows["image_id"]) == ["I1", "I2", "I3"]
    assert list(dataset.rows.index) == [0, 1, 2]
    assert all(Path(path).is_absolute() and Path(path).is_file() for path in dataset.rows["path"])
    assert dataset.rows["age"].tolist() == [45.0] * 3
    assert (dataset.path, dataset.n_rows, dataset.is_demo, dataset.findings) == (folder, 3, False, ())


def test_the_folder_is_found_from_around_it(make_data: MakeData, tmp_path: Path) -> None:
    """The folder above, the table itself, one of the image folders, and a table in capitals all lead to it."""
    folder = make_data(ROWS)
    table = folder / "HAM10000_metadata.csv"
    for chosen in (tmp_path, table, folder / "HAM10000_images_part_1"):
        assert open_dataset(chosen).path == folder
    table.rename(folder / "ham10000_METADATA.CSV")
    assert open_dataset(folder).n_rows == 3


def test_two_data_sets_below_the_folder_need_a_choice(make_data: MakeData, tmp_path: Path) -> None:
    """Nothing is guessed where two would do."""
    shutil.copytree(make_data(ROWS), tmp_path / "other")
    with pytest.raises(DataError, match="more than one data set: data, other"):
        open_dataset(tmp_path)


def test_a_relative_folder_works(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are absolute even when the folder was named from here."""
    monkeypatch.chdir(make_data(ROWS))
    dataset = open_dataset(Path())
    assert dataset.path == Path.cwd()
    assert Path(dataset.rows["path"].iloc[0]).is_absolute()


def test_missing_and_unlisted_images_are_named(make_data: MakeData) -> None:
    """A row without a file and a file without a row are findings that say what is done; the rest is used."""
    folder = make_data(ROWS)
    images = folder / "HAM10000_images_part_1"
    (images / "I2.jpg").rename(images / "I9.jpg")
    dataset = open_dataset(folder)
    assert list(dataset.rows["image_id"]) == ["I1", "I3"]
    assert [(one.severity, one.kind, one.subject) for one in dataset.findings] == [
        ("warning", "missing", "I2"),
        ("info", "unlisted", "I9.jpg"),
    ]
    assert all(one.message.endswith(".") and one.action.endswith(".") for one in dataset.findings)
    assert dataset.n_rows == 3


def test_demo_data_is_marked(make_data: MakeData) -> None:
    """A folder with the marker is demo data."""
    folder = make_data(ROWS)
    (folder / DEMO_MARKER).write_text("{}")
    assert open_dataset(folder).is_demo


def _no_folder(folder: Path) -> Path:
    return folder / "nothing"


def _no_table(folder: Path) -> Path:
    (folder / "HAM10000_metadata.csv").unlink()
    return folder


def _no_images(folder: Path) -> Path:
    shutil.rmtree(folder / "HAM10000_images_part_1")
    return folder


def _other_images(folder: Path) -> Path:
    for path in list((folder / "HAM10000_images_part_1").iterdir()):
        path.rename(path.with_name(f"other{path.name}"))
    return folder


def _a_file(folder: Path) -> Path:
    return folder / "HAM10000_images_part_1" / "I1.jpg"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_no_folder, "There is no folder"),
        (_a_file, r"I1\.jpg holds no data set that this program knows"),
        (_no_table, "data holds no data set that this program knows"),
        (_no_images, r"holds the table HAM10000_metadata\.csv but no images"),
        (_other_images, "None of the 3 rows"),
    ],
)
def test_what_is_no_data_set_is_said_in_a_sentence_and_a_hint(
    make_data: MakeData, spoil: Callable[[Path], Path], sentence: str
) -> None:
    """A wrong folder is an error the user can mend."""
    with pytest.raises(DataError, match=sentence) as caught:
        open_dataset(spoil(make_data(ROWS)))
    assert caught.value.hint


def test_the_real_data_set_is_read_without_a_finding(ham10000: Path) -> None:
    """HAM10000 as users have it."""
    dataset = open_dataset(ham10000)
    assert len(dataset.rows) == dataset.n_rows > 8000
    assert not dataset.findings
    assert dataset.rows.groupby("lesion_id")["dx"].nunique().max() == 1
