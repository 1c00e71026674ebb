"""Bad input to `open_dataset` and `open_checked`: a named finding or a clear error, never a traceback or a hang."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.data import listing
from engine.data.checks import open_checked
from engine.data.readers import open_dataset
from engine.data.split import make_split, read_split, write_split
from engine.errors import DataError

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]
ROWS = [("L1", "I1", "nv"), ("L1", "I2", "nv"), ("L2", "I3", "mel")]
TABLE = "HAM10000_metadata.csv"


def _save_again(folder: Path, change: Callable[[str], bytes]) -> Path:
    table = folder / TABLE
    table.write_bytes(change(table.read_text(encoding="utf-8")))
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("back", "Rücken").encode("latin-1"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
        lambda text: text.replace("\r\n", "\n").replace("\n", "\n\n").encode(),
        lambda text: "\n".join(f"{line},{line.split(',')[2]}" for line in text.splitlines()).encode(),
    ],
    ids=["semicolons", "tabs", "BOM", "Latin-1", "UTF-16", "Windows", "blank lines", "twice the same column"],
)
def test_a_table_that_was_saved_otherwise_is_read(make_data: MakeData, change: Callable[[str], bytes]) -> None:
    """What a spreadsheet does to a table does not matter."""
    dataset = open_checked(_save_again(make_data(ROWS), change))
    assert dataset.rows["image_id"].tolist() == ["I1", "I2", "I3"]
    assert dataset.rows["dx"].tolist() == ["nv", "nv", "mel"]
    assert not dataset.findings


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: b"", "data holds no data set that this program knows"),
        (lambda text: text.splitlines()[0].encode(), r"HAM10000_metadata\.csv is empty"),
        (lambda text: text.replace(",", " ").encode(), "data holds no data set that this program knows"),
        (lambda text: text.replace("image_id", "name").encode(), "data holds no data set that this program knows"),
        (lambda text: text.replace(",age", ",dx", 1).encode(), "has two columns dx, which differ"),
        (lambda text: b"\x89PNG\r\n\x1a\n" + text.encode(), "data holds no data set that this program knows"),
        (lambda text: text.encode() + b"I9,L9,nv\n" * 10_000 + b"\0", "is not a table of text"),
    ],
    ids=["nothing", "header only", "spaces", "no ids", "two columns", "an image", "zeros"],
)
def test_a_table_that_cannot_be_read_is_said(
    make_data: MakeData, change: Callable[[str], bytes], sentence: str
) -> None:
    """A sentence, and a hint that names what was looked for."""
    folder = _save_again(make_data(ROWS), change)
    with pytest.raises(DataError, match=sentence) as caught:
        open_dataset(folder)
    assert caught.value.hint
    if "no data set" in sentence:
        for name in ("image_id and dx", "isic_id and diagnosis", "MEL, NV", "folders named by diagnosis", ".zip"):
            assert name in caught.value.hint


@pytest.mark.parametrize("name", ["Läsionen ø 皮膚 🔬", "with  spaces, and 'quotes'", "x" * 200])
def test_folders_of_any_name_are_read(make_data: MakeData, tmp_path: Path, name: str) -> None:
    """Non-ASCII, odd and long names of folders and images, from the table to the file of the split."""
    folder = tmp_path / name / name[:100]
    make_data(ROWS, folder)  # type: ignore[call-arg]
    image_id = f"Bild_{name[:40]}"
    (folder / "HAM10000_images_part_1" / "I1.jpg").rename(folder / "HAM10000_images_part_1" / f"{image_id}.jpg")
    _save_again(folder, lambda text: text.replace("I1", f'"{image_id}"').encode())
    dataset = open_checked(folder)
    assert not dataset.findings
    assert image_id in set(dataset.rows["image_id"])
    write_split(make_split(dataset.rows, 0), tmp_path / "split.csv")
    assert set(read_split(tmp_path / "split.csv")["image_id"]) == set(dataset.rows["image_id"])


@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "nul\0byte"])
def test_an_impossible_path_is_an_error(tmp_path: Path, name: str) -> None:
    """A path that no system can have is said like one that is not there."""
    with pytest.raises(DataError) as caught:
        open_dataset(tmp_path / name)
    assert caught.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_names_that_are_no_text_are_shown(make_data: MakeData) -> None:
    """A file from an old disk is named in the list, and the list can be written."""
    folder = make_data(ROWS)
    source = folder / "HAM10000_images_part_1" / "I1.jpg"
    shutil.copyfile(source, os.fsencode(source.parent) + b"/b\xe4d.jpg")
    dataset = open_checked(folder)
    assert [(one.kind, one.subject) for one in dataset.findings] == [("unlisted", "b\\udce4d.jpg")]
    dataset.findings[0].message.encode("utf-8")


def _refuse(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    """Reading the folder `name` fails; permissions do not stop a test that runs as root."""
    scan = os.scandir

    def scandir(path: str | Path) -> object:
        if Path(path).name == name:
            raise error
        return scan(path)

    monkeypatch.setattr(listing.os, "scandir", scandir)


def test_an_unreadable_folder_of_images_is_a_finding(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is used."""
    folder = make_data(ROWS)
    (folder / "HAM10000_images_part_2").mkdir()
    images = folder / "HAM10000_images_part_1"
    (images / "I3.jpg").rename(folder / "HAM10000_images_part_2" / "I3.jpg")
    _refuse(monkeypatch, "HAM10000_images_part_2", PermissionError(13, "Permission denied"))
    dataset = open_checked(folder)
    assert [(one.kind, one.subject) for one in dataset.findings] == [
        ("missing", "I3"),
        ("unreadable folder", "HAM10000_images_part_2"),
    ]


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")])
def test_an_unreadable_data_folder_is_an_error(
    make_data: MakeData, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """Not allowed, or gone while it is read: a sentence and a hint."""
    folder = make_data(ROWS)
    _refuse(monkeypatch, folder.name, error)
    with pytest.raises(DataError, match=f"data could not be read: {error.strerror}") as caught:
        open_dataset(folder)
    assert caught.value.hint


def test_a_folder_that_vanishes_while_its_images_are_listed(
    make_data: MakeData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unplugged disk: what was not listed is missing, and nothing at all is an error."""
    folder = make_data(ROWS)
    _refuse(monkeypatch, "HAM10000_images_part_1", FileNotFoundError(2, "No such file or directory"))
    with pytest.raises(DataError, match="but no images"):
        open_dataset(folder)


def test_a_read_only_folder_is_read(make_data: MakeData) -> None:
    """Nothing is ever written beside the user's images."""
    folder = make_data(ROWS)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert len(open_checked(folder).rows) == 3
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_among_the_images_does_not_hang(make_data: MakeData) -> None:
    """Only files are read."""
    folder = make_data(ROWS)
    image = folder / "HAM10000_images_part_1" / "I1.jpg"
    image.unlink()
    os.mkfifo(image)
    os.mkfifo(folder / "table.csv")
    assert [(one.kind, one.subject) for one in open_checked(folder).findings] == [("missing", "I1")]


def test_a_loop_of_links_ends(make_data: MakeData) -> None:
    """Folders that lead back to themselves are not followed for ever."""
    folder = make_data(ROWS)
    try:
        (folder / "HAM10000_images_part_1" / "again").symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    assert len(open_dataset(folder).rows) == 3
