"""A .zip of a data set is opened like its folder."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.data import readers
from engine.data.checks import fingerprint, open_checked
from engine.data.readers import open_dataset
from engine.data.zip_key import zip_key
from engine.errors import DataError

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]
ROWS = [("L1", "I1", "nv"), ("L1", "I2", "nv"), ("L2", "I3", "mel")]


def _zip(folder: Path, archive: Path, top: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, Path(top) / path.relative_to(folder))
    return archive


@pytest.mark.parametrize("top", ["", "download/HAM10000"])
def test_an_archive_is_its_folder(
    make_data: MakeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str
) -> None:
    """Unpacked once into the cache, under the name of its content; it is opened again by its own path."""
    folder = make_data(ROWS)
    archive = _zip(folder, tmp_path / "data.zip", top)
    dataset = open_checked(archive)
    assert dataset.path == archive
    assert fingerprint(dataset) == fingerprint(open_checked(folder))
    monkeypatch.setattr(readers, "extract_zip", None)  # the second time there is nothing to unpack
    moved = archive.rename(tmp_path / "renamed.ZIP")
    assert len(open_dataset(moved).rows) == 3


def test_class_folders_in_an_archive(tmp_path: Path, make_data: MakeData) -> None:
    """Any layout may come in one."""
    images = make_data(ROWS) / "HAM10000_images_part_1"
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as file:
        for name, dx in (("I1", "nv"), ("I2", "nv"), ("I3", "mel")):
            file.write(images / f"{name}.jpg", f"skin/train/{dx}/{name}.jpg")
    assert open_dataset(tmp_path / "data.zip").rows["dx"].tolist() == ["nv", "nv", "mel"]


def test_another_content_has_another_name(make_data: MakeData, tmp_path: Path) -> None:
    """A changed archive is unpacked anew, even if it has the same size."""
    archive = _zip(make_data(ROWS), tmp_path / "data.zip")
    before = zip_key(archive)
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    assert zip_key(archive) != before


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    """A cut download is a sentence and a hint."""
    (tmp_path / "data.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match=r"data\.zip is no zip archive") as caught:
        open_dataset(tmp_path / "data.zip")
    assert caught.value.hint


def test_archives_beside_the_table_are_named(make_data: MakeData, tmp_path: Path) -> None:
    """Dataverse gives the images in two archives: who did not unpack them reads their names."""
    folder = make_data(ROWS)
    _zip(folder / "HAM10000_images_part_1", folder / "HAM10000_images_part_1.zip")
    for path in (folder / "HAM10000_images_part_1").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="but no images") as caught:
        open_dataset(folder)
    assert "Unpack HAM10000_images_part_1.zip" in caught.value.hint
