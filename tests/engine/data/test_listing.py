"""engine/data/listing.py."""

from pathlib import Path

import pytest

from engine.data.listing import list_image_files


def _touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "place",
    [
        "HAM10000_images_part_1/ISIC_1.jpg",
        "HAM10000_images_part_2/HAM10000_images_part_2/ISIC_1.jpg",
        "ham10000_images_part_1/isic_1.JPG",
        "ISIC_1.jpeg",
        "ISIC_1.png",
        "all images/ISIC_1.Jpg",
    ],
)
def test_an_image_is_found_wherever_its_archive_put_it(tmp_path: Path, place: str) -> None:
    """Image folders, nested twins, lower case, beside the table, any of the endings."""
    path = _touch(tmp_path / place)
    files = list_image_files(tmp_path, {"ISIC_1"})
    assert files.by_stem == {"isic_1": str(path)}
    assert not files.unlisted


def test_the_image_folder_wins_over_masks_of_the_same_name(tmp_path: Path) -> None:
    """HAM10000's own folder comes before a file beside the table, and that before any other folder."""
    _touch(tmp_path / "a_masks" / "ISIC_1.png")
    beside = _touch(tmp_path / "ISIC_1.jpg")
    assert list_image_files(tmp_path, {"ISIC_1"}).by_stem["isic_1"] == str(beside)
    proper = _touch(tmp_path / "ham10000_images_part_1" / "ISIC_1.jpg", b"xx")
    files = list_image_files(tmp_path, {"ISIC_1"})
    assert files.by_stem["isic_1"] == str(proper)
    assert not files.different_twins


def test_twins_are_silent_while_they_are_alike(tmp_path: Path) -> None:
    """Kaggle's archive has every image twice; only different ones are worth a word."""
    first = _touch(tmp_path / "HAM10000_images_part_1" / "ISIC_1.jpg")
    twin = _touch(tmp_path / "HAM10000_images_part_1" / "HAM10000_images_part_1" / "ISIC_1.jpg")
    files = list_image_files(tmp_path, {"ISIC_1"})
    assert files.by_stem["isic_1"] == str(first)
    assert not files.different_twins
    _touch(twin, b"longer")
    assert list_image_files(tmp_path, {"ISIC_1"}).different_twins == ((first, twin),)


def test_unlisted_images_count_only_in_image_folders(tmp_path: Path) -> None:
    """An image no row names is reported beside others of the data set, not in a folder of something else."""
    _touch(tmp_path / "HAM10000_images_part_1" / "ISIC_1.jpg")
    _touch(tmp_path / "HAM10000_images_part_1" / "ISIC_2.jpg")
    _touch(tmp_path / "HAM10000_images_part_1" / "._ISIC_3.jpg")
    _touch(tmp_path / "holidays" / "beach.jpg")
    files = list_image_files(tmp_path, {"ISIC_1"})
    assert files.unlisted == ("ISIC_2.jpg",)
    assert files.n_files == 3
