"""Zip archives: what is unpacked, and what is refused before it can do harm."""

import io
import os
import shutil
import stat
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data import archive
from engine.data.archive import extract_zip
from engine.data.readers import open_dataset
from engine.errors import Cancelled, DataError, DiskError, EngineError
from engine.events import Control, Event, ProgressDone, StatusChanged


def _entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("x")
    entry.filename = entry.orig_filename = name  # as it is, without what ZipInfo mends
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _zip(path: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files:
            made.writestr(_entry(name) if isinstance(name, str) else name, content)
            made.NameToInfo.clear()  # so that a name may come again
    return path


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _is_clean(folder: Path, *kept: str) -> bool:
    """Whether nothing but `kept` lies in the folder."""
    return sorted(path.name for path in folder.iterdir()) == sorted(kept)


def test_a_data_set_survives_packing(tmp_path: Path, demo_data: Path) -> None:
    """A zipped data set reads the same once it is unpacked, with progress per file."""
    with zipfile.ZipFile(tmp_path / "demo.zip", "w") as made:
        for path in sorted(demo_data.rglob("*")):
            made.write(path, path.relative_to(demo_data))
    events: list[Event] = []
    target = extract_zip(tmp_path / "demo.zip", tmp_path / "unpacked" / "demo", on_event=events.append)
    assert _contents(target) == _contents(demo_data)
    assert open_dataset(target).rows["image_id"].tolist() == open_dataset(demo_data).rows["image_id"].tolist()
    assert events[0] == StatusChanged(text="Unpacking demo.zip")
    last = events[-1]
    assert isinstance(last, ProgressDone)
    assert last.done == last.total == len(_contents(demo_data))
    assert _is_clean(target.parent, "demo")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "\\windows\\a.jpg",
        "C:\\a.jpg",
        "c:a.jpg",
        "//server/share/a.jpg",
        "../a.jpg",
        "a/../../b.jpg",
        "a\\..\\..\\b.jpg",
        "..",
        "a/.. /b.jpg",
        ".../a.jpg",
        "a.jpg:stream",
        "NUL",
        "images/aux.jpg",
        "a\nb.jpg",
        "a\0b.jpg",
        "x" * 256 + ".jpg",
        "a/" * 20 + "b.jpg",
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    """A path that is absolute, leaves the folder or means something else to some system: nothing is written at all."""
    inside = tmp_path / "inside"
    inside.mkdir()
    path = _zip(inside / "evil.zip", ("good.jpg", b"good"), (name, b"evil"))
    with pytest.raises(DataError, match="not unpacked") as caught:
        extract_zip(path, inside / "target")
    assert caught.value.hint
    assert str(caught.value).isprintable()
    assert _is_clean(inside, "evil.zip")
    assert _is_clean(tmp_path, "inside")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    """Only plain files and folders are unpacked."""
    path = _zip(tmp_path / "evil.zip", (_entry("link", kind | 0o777), b"/etc"), ("link/passwd", b"evil"))
    with pytest.raises(DataError, match="a link or a device"):
        extract_zip(path, tmp_path / "target")
    assert _is_clean(tmp_path, "evil.zip")


def test_files_are_written_plain(tmp_path: Path) -> None:
    """Nothing that comes out of an archive can be run."""
    path = _zip(tmp_path / "a.zip", (_entry("tool", stat.S_IFREG | 0o4755), b"#!/bin/sh"))
    assert (extract_zip(path, tmp_path / "target") / "tool").stat().st_mode & 0o7111 == 0


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    """51 MB of zeros in 50 KB are no photographs."""
    path = _zip(tmp_path / "bomb.zip", ("a.jpg", bytes(51_000_000)))
    with pytest.raises(DataError, match=r"would grow to 0\.1 GB"):
        extract_zip(path, tmp_path / "target")
    assert _is_clean(tmp_path, "bomb.zip")


def test_a_bomb_of_one_content_under_many_names_is_refused(tmp_path: Path) -> None:
    """Entries that share their bytes count each: the bytes of the file on the disk are what they are held against."""
    path = _zip(tmp_path / "bomb.zip", ("a.jpg", os.urandom(100_000)))
    with zipfile.ZipFile(path, "a") as made:
        first = made.infolist()[0]
        for number in range(15_000):
            copy = _entry(f"{number}.jpg")
            copy.CRC, copy.file_size, copy.compress_size = first.CRC, first.file_size, first.compress_size
            copy.header_offset = first.header_offset
            made.filelist.append(copy)
        made._didModify = True  # type: ignore[attr-defined]
    assert path.stat().st_size < 1_300_000
    with pytest.raises(DataError, match="would grow to"):
        extract_zip(path, tmp_path / "target")


def test_too_much_and_too_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole size and the number of entries have limits, whatever the ratio."""
    path = _zip(tmp_path / "large.zip", *((f"{number}.jpg", os.urandom(1000)) for number in range(20)))
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 19_999)
    with pytest.raises(DataError, match="more than any data set"):
        extract_zip(path, tmp_path / "target")
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 20_000)
    monkeypatch.setattr(archive, "MAX_ENTRIES", 19)
    with pytest.raises(DataError, match="20 entries"):
        extract_zip(path, tmp_path / "target")
    monkeypatch.setattr(archive, "MAX_ENTRIES", 20)
    assert len(_contents(extract_zip(path, tmp_path / "target"))) == 20


def test_a_huge_table_of_contents_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of entries that would fill the memory is an error instead."""
    path = _zip(tmp_path / "many.zip", *((f"{number}.jpg", b"") for number in range(200)))
    monkeypatch.setattr(archive, "_MAX_CONTENTS_BYTES", 5000)
    with pytest.raises(DataError, match="no zip archive"):
        extract_zip(path, tmp_path / "target")


def test_an_archive_that_lies_about_a_size_is_noticed(tmp_path: Path) -> None:
    """A file that is larger or smaller than announced is damage, and no byte beyond what was announced is written."""
    for shown in (10, 2000):
        with zipfile.ZipFile(tmp_path / "lie.zip", "w") as made:
            entry = _entry("a.jpg")
            entry.compress_type = zipfile.ZIP_STORED
            made.writestr(entry, b"x" * 1000)
            entry.file_size = shown
        with pytest.raises(DataError, match=r"damaged at a\.jpg"):
            extract_zip(tmp_path / "lie.zip", tmp_path / "target")
        assert _is_clean(tmp_path, "lie.zip")


def test_a_password_is_said(tmp_path: Path) -> None:
    """An encrypted archive is an error of its own with another way out."""
    with zipfile.ZipFile(tmp_path / "secret.zip", "w") as made:
        entry = _entry("a.jpg")
        made.writestr(entry, b"secret")
        entry.flag_bits |= 1
    with pytest.raises(DataError, match="password") as caught:
        extract_zip(tmp_path / "secret.zip", tmp_path / "target")
    assert "Unpack it" in caught.value.hint


def test_a_rare_way_of_packing_is_said(tmp_path: Path) -> None:
    """LZMA may ask for gigabytes of memory, so it is left to other programs."""
    with zipfile.ZipFile(tmp_path / "rare.zip", "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.jpg", b"photograph")
    with pytest.raises(DataError, match="packed in a way") as caught:
        extract_zip(tmp_path / "rare.zip", tmp_path / "target")
    assert "Unpack it" in caught.value.hint


def _truncate(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _damage(content: bytes) -> bytes:
    return content[:2000] + bytes(64) + content[2064:]


@pytest.mark.parametrize("spoil", [_truncate, _damage, lambda content: b"", lambda content: b"image_id,dx\n"])
def test_broken_archives_are_an_error(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    """Cut, damaged, empty, or no zip at all: a sentence that names the file, and nothing stays behind."""
    path = _zip(tmp_path / "broken.zip", *((f"{number}.jpg", os.urandom(5000)) for number in range(5)))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=r"broken\.zip") as caught:
        extract_zip(path, tmp_path / "target")
    assert caught.value.hint
    assert _is_clean(tmp_path, "broken.zip")


def test_a_missing_archive_and_a_folder_that_exists_are_errors(tmp_path: Path) -> None:
    """There is nothing to unpack, or nowhere to unpack it to."""
    with pytest.raises(DataError, match="could not be read"):
        extract_zip(tmp_path / "missing.zip", tmp_path / "target")
    path = _zip(tmp_path / "a.zip", ("a.jpg", b"new"))
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "a.jpg").write_bytes(b"old")
    with pytest.raises(DataError, match="already"):
        extract_zip(path, tmp_path / "target")
    assert _contents(tmp_path / "target") == {"a.jpg": b"old"}


def test_the_same_file_twice_is_written_once(tmp_path: Path) -> None:
    """Kaggle's archive holds each image folder twice, once in lower case: one of them is enough."""
    path = _zip(
        tmp_path / "kaggle.zip",
        ("HAM10000_images_part_1/a.jpg", b"one"),
        ("ham10000_images_part_1/A.JPG", b"one"),
        ("HAM10000_images_part_1/a.jpg", b"one"),
        ("./HAM10000_images_part_1//b.jpg", b"two"),
    )
    found = _contents(extract_zip(path, tmp_path / "target"))
    assert found == {"HAM10000_images_part_1/a.jpg": b"one", "HAM10000_images_part_1/b.jpg": b"two"}


@pytest.mark.parametrize("twin", ["a.jpg", "A.jpg", "ä.jpg"])
def test_two_different_files_of_one_name_are_refused(tmp_path: Path, twin: str) -> None:
    """Which of them would be read depends on the system; so none is."""
    name = unicodedata.normalize("NFD", twin) if twin == "ä.jpg" else "a.jpg"
    with pytest.raises(DataError, match="two different files"):
        extract_zip(_zip(tmp_path / "two.zip", (name, b"one"), (twin, b"two")), tmp_path / "target")


def test_a_file_that_is_a_folder_too_is_refused(tmp_path: Path) -> None:
    """A name is one or the other."""
    path = _zip(tmp_path / "both.zip", ("a", b"file"), ("A/b.jpg", b"in the folder"))
    with pytest.raises(DataError, match="as a file and as a folder"):
        extract_zip(path, tmp_path / "target")


def test_names_in_any_script_are_kept(tmp_path: Path) -> None:
    """Names that are not ASCII come out as they were meant, also from programs that do not say it is UTF-8."""
    names = ["Läsion/Åse.jpg", "病変/画像　1.jpg", "родинка.png", "emoji 🙂.jpg"]
    said = _zip(tmp_path / "said.zip", *((name, name.encode()) for name in names))
    assert set(_contents(extract_zip(said, tmp_path / "said"))) == set(names)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for number, name in enumerate(names):
            made.writestr(str(number) * len(name.encode()), name.encode())
    plain = content.getvalue()
    for number, name in enumerate(names):  # UTF-8 without a word about it, as macOS writes it
        plain = plain.replace(str(number).encode() * len(name.encode()), name.encode())
    (tmp_path / "unsaid.zip").write_bytes(plain)
    assert _contents(extract_zip(tmp_path / "unsaid.zip", tmp_path / "unsaid")) == _contents(tmp_path / "said")
    old = io.BytesIO()
    with zipfile.ZipFile(old, "w") as made:
        made.writestr("L?sion.jpg", b"in the code page of DOS")
    (tmp_path / "old.zip").write_bytes(old.getvalue().replace(b"L?sion", b"L\x84sion"))
    assert list(_contents(extract_zip(tmp_path / "old.zip", tmp_path / "old"))) == ["Läsion.jpg"]


def test_what_systems_add_is_left_out(tmp_path: Path) -> None:
    """The traces of macOS and Windows are no part of a data set; an archive of nothing else is an error."""
    junk = [("__MACOSX/._a.jpg", b"?"), ("images/.DS_Store", b"?"), ("images/Thumbs.db", b"?"), ("empty/", b"")]
    path = _zip(tmp_path / "a.zip", *junk, ("images/a.jpg", b"one"))
    assert _contents(extract_zip(path, tmp_path / "target")) == {"images/a.jpg": b"one"}
    with pytest.raises(DataError, match="no files"):
        extract_zip(_zip(tmp_path / "b.zip", *junk), tmp_path / "other")


def test_twenty_thousand_files_are_unpacked(tmp_path: Path) -> None:
    """Twice as many files as HAM10000 has are no trouble."""
    path = _zip(tmp_path / "many.zip", *((f"images/{number:05d}.jpg", b"%d" % number) for number in range(20_000)))
    target = extract_zip(path, tmp_path / "target")
    assert sum(1 for _ in (target / "images").iterdir()) == 20_000
    assert (target / "images" / "12345.jpg").read_bytes() == b"12345"
    shutil.rmtree(target)  # pytest would keep them for days


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    """Cancel is heard between two files, and what was unpacked so far is removed."""
    path = _zip(tmp_path / "a.zip", *((f"{number}.jpg", b"?") for number in range(200)))
    control = Control()

    def on_event(event: Event) -> None:
        control.cancel()

    with pytest.raises(Cancelled):
        extract_zip(path, tmp_path / "target", control=control, on_event=on_event)
    assert _is_clean(tmp_path, "a.zip")


def test_a_full_disk_is_said_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room on the disk is checked before the first file is written."""
    path = _zip(tmp_path / "a.zip", ("a.jpg", b"?" * 1000))
    monkeypatch.setattr(archive, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(DiskError, match="disk has only"):
        extract_zip(path, tmp_path / "target")
    assert _is_clean(tmp_path, "a.zip")


def test_leftovers_of_a_killed_unpacking_are_removed(tmp_path: Path) -> None:
    """What a program that was killed left behind goes the next day; what may still be at work stays."""
    path = _zip(tmp_path / "a.zip", ("a.jpg", b"?"))
    for name, age in ((".target.1-old.unpacking", 2 * 86400), (".target.2-new.unpacking", 0)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    extract_zip(path, tmp_path / "target")
    assert _is_clean(tmp_path, "a.zip", "target", ".target.2-new.unpacking")


_FILES = {"images/a.jpg": bytes(range(256)), "images/b.jpg": b"b" * 300, "table.csv": b"image_id,dx\na,nv\n"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_gets_through(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever bytes are changed or cut off: an error of the engine, or files whose contents are what they were."""
    folder = tmp_path_factory.mktemp("fuzz")
    content = bytearray(_zip(folder / "a.zip", *_FILES.items()).read_bytes())
    for position, value in data.draw(st.dictionaries(st.integers(0, len(content) - 1), st.integers(0, 255))).items():
        content[position] = value
    (folder / "a.zip").write_bytes(content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])
    try:
        target = extract_zip(folder / "a.zip", folder / "target")
    except EngineError:
        assert _is_clean(folder, "a.zip")
    else:
        assert set(_contents(target).values()) <= set(_FILES.values()) | {b""}
        assert _is_clean(folder, "a.zip", "target")
