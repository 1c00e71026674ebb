"""engine/data/checks.py."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine import places
from engine.data import checks
from engine.data.checks import fingerprint, open_checked
from engine.data.summary import inspect
from engine.errors import Cancelled, DataError, DiskError
from engine.events import Control, Event, ProgressDone, StatusChanged
from engine.labels import CODES
from tests.engine.data.conftest import draw_image
from tests.engine.data.test_images import giant_jpeg

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]
ROWS = [("L1", "I1", "nv"), ("L1", "I2", "nv"), ("L2", "I3", "mel"), ("L3", "I4", "df"), ("L4", "I5", "df")]


def _image(folder: Path, image_id: str) -> Path:
    return folder / "HAM10000_images_part_1" / f"{image_id}.jpg"


def test_every_bad_image_is_named_and_the_rest_is_used(make_data: MakeData) -> None:
    """Missing, cut in half, 65500x65500 and text: each is a finding with a sentence, and leaves its row out."""
    folder = make_data(ROWS)
    _image(folder, "I1").unlink()
    cut = _image(folder, "I2").read_bytes()
    _image(folder, "I2").write_bytes(cut[: len(cut) // 2])
    _image(folder, "I3").write_bytes(giant_jpeg())
    _image(folder, "I4").write_bytes(b"text")
    dataset = open_checked(folder)
    assert list(dataset.rows["image_id"]) == ["I5"]
    assert list(dataset.rows.index) == [0]
    assert [(one.kind, one.subject) for one in dataset.findings] == [
        ("missing", "I1"),
        ("cut", "I2"),
        ("unreadable", "I3"),
        ("unreadable", "I4"),
    ]
    assert dataset.findings[1].message.startswith("I2.jpg is cut")
    assert all(one.action for one in dataset.findings)


def test_no_usable_image_is_an_error(make_data: MakeData) -> None:
    """With nothing left there is no data set; the sentence says why by the first image."""
    folder = make_data(ROWS)
    for _, image_id, _ in ROWS:
        _image(folder, image_id).write_bytes(b"text")
    with pytest.raises(DataError, match=r"None of the 5 images can be used\. I1\.jpg is not a JPEG") as caught:
        open_checked(folder)
    assert caught.value.hint


def test_the_second_time_nothing_is_read(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is remembered, good and bad; only a file that changed is looked at again."""
    folder = make_data(ROWS)
    _image(folder, "I4").write_bytes(b"text")
    events: list[Event] = []
    first = open_checked(folder, on_event=events.append)
    assert [event.text for event in events if isinstance(event, StatusChanged)][-1] == "Checking 5 images"
    assert any(isinstance(event, ProgressDone) for event in events)
    read: list[str] = []
    original = checks._check
    monkeypatch.setattr(checks, "_check", lambda path: (read.append(Path(path).stem), original(path))[1])
    second = open_checked(folder)
    assert not read
    assert second.rows.equals(first.rows)
    assert second.findings == first.findings
    shutil.copyfile(_image(folder, "I5"), _image(folder, "I4"))
    assert len(open_checked(folder).rows) == 5
    assert read == ["I4"]


def test_a_file_that_could_not_be_opened_is_tried_again(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing right to read can be given without changing the file, so it is not remembered."""
    folder = make_data(ROWS)
    opened = checks.read_image_bytes

    def refuse(path: Path) -> bytes:
        if path.stem == "I1":
            raise DataError("I1.jpg could not be read: Permission denied.", "Check that you may read it.")
        return opened(path)

    monkeypatch.setattr(checks, "read_image_bytes", refuse)
    assert len(open_checked(folder).rows) == 4
    monkeypatch.undo()
    monkeypatch.setenv("LESION_LAB_HOME", str(places.home_dir()))
    assert len(open_checked(folder).rows) == 5


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 1, "files": {"a": 1}}', '{"format": 0}'])
def test_a_damaged_memory_is_ignored(make_data: MakeData, content: str) -> None:
    """The images are simply checked again."""
    folder = make_data(ROWS)
    open_checked(folder)
    [memory] = (places.cache_dir() / "checks").iterdir()
    memory.write_text(content)
    assert len(open_checked(folder).rows) == 5


def test_a_cancelled_check_keeps_what_it_found(make_data: MakeData) -> None:
    """Cancelled half way, the next time goes on from there."""
    folder = make_data([(f"L{number}", f"I{number:03d}", "nv") for number in range(120)])
    control = Control()

    class StopAtTen(list[str]):
        def append(self, path: str) -> None:
            super().append(path)
            if len(self) == 10:
                control.cancel()

    checked = StopAtTen()
    original = checks._check
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "_check", lambda path: (original(path), checked.append(path))[0])
        with pytest.raises(Cancelled):
            open_checked(folder, control=control)
    events: list[Event] = []
    open_checked(folder, on_event=events.append)
    [text] = [event.text for event in events if isinstance(event, StatusChanged) and "Checking" in event.text]
    assert 0 < int(text.split()[1]) < 120


def test_the_fingerprint_is_of_the_data_and_not_of_the_place(make_data: MakeData, tmp_path: Path) -> None:
    """A copy has the same; another diagnosis, lesion or content has another."""
    folder = make_data(ROWS)
    original = fingerprint(open_checked(folder))
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy)
    assert fingerprint(open_checked(copy)) == original
    table = copy / "HAM10000_metadata.csv"
    text = table.read_text()
    for changed in (text.replace("I3,mel", "I3,bkl"), text.replace("L4,I5", "L5,I5")):
        table.write_text(changed)
        assert fingerprint(open_checked(copy)) != original
    table.write_text(text)
    shutil.copyfile(_image(copy, "I1"), _image(copy, "I2"))
    assert fingerprint(open_checked(copy)) != original


def test_the_summary_counts_what_can_be_used(make_data: MakeData) -> None:
    """Images and lesions of each class in their order, empty classes included."""
    folder = make_data(ROWS)
    _image(folder, "I4").write_bytes(b"text")
    summary = inspect(folder)
    assert (summary.n_rows, summary.n_images, summary.n_lesions) == (5, 4, 3)
    assert [one.code for one in summary.classes] == list(CODES)
    counts = {one.code: (one.n_images, one.n_lesions) for one in summary.classes if one.n_images}
    assert counts == {"nv": (2, 1), "mel": (1, 1), "df": (1, 1)}
    assert len(summary.findings) == 1
    assert summary.fingerprint == fingerprint(open_checked(folder))
    assert not summary.is_demo


def test_the_demo_data_is_flawless(demo_data: Path) -> None:
    """Every demo image can be read."""
    summary = inspect(demo_data)
    assert summary.is_demo
    assert summary.n_images == summary.n_rows
    assert not summary.findings


def test_tiny_images_are_left_out_and_other_colours_converted(make_data: MakeData) -> None:
    """Less than 32 pixels show nothing; grey and transparent images are used, and both are said."""
    folder = make_data(ROWS)
    draw_image("I1", (31, 45)).save(_image(folder, "I1"))
    draw_image("I2").convert("L").save(_image(folder, "I2"))
    draw_image("I3").convert("CMYK").save(_image(folder, "I3"))
    _image(folder, "I4").unlink()
    draw_image("I4").convert("RGBA").save(_image(folder, "I4").with_suffix(".png"))
    for _ in range(2):  # the second time from memory
        dataset = open_checked(folder)
        assert list(dataset.rows["image_id"]) == ["I2", "I3", "I4", "I5"]
        assert list(dataset.left_out["image_id"]) == ["I1"]
        assert [(one.severity, one.kind, one.subject) for one in dataset.findings] == [
            ("warning", "tiny", "I1"),
            ("info", "not RGB", "I2"),
            ("info", "not RGB", "I3"),
            ("info", "not RGB", "I4"),
        ]


def test_a_cut_png_is_called_cut(make_data: MakeData) -> None:
    """JPEG and PNG say by their end whether they are whole."""
    folder = make_data(ROWS)
    path = _image(folder, "I1").with_suffix(".png")
    draw_image("I1").save(path)
    _image(folder, "I1").unlink()
    path.write_bytes(path.read_bytes()[:-2000])
    assert [(one.kind, one.subject) for one in open_checked(folder).findings] == [("cut", "I1")]


def test_a_folder_that_vanishes_while_it_is_read_is_said(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table was read, the images are gone: each is a finding, and nothing at all left is an error."""
    folder = make_data(ROWS)
    listed = checks.open_dataset

    def open_and_lose(*arguments: object, **options: object) -> object:
        dataset = listed(*arguments, **options)  # type: ignore[arg-type]
        shutil.rmtree(folder)
        return dataset

    monkeypatch.setattr(checks, "open_dataset", open_and_lose)
    with pytest.raises(DataError, match=r"None of the 5 images can be used\. I1\.jpg is not there"):
        open_checked(folder)


def test_a_read_only_home_only_costs_time(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be remembered, everything is checked again."""
    folder = make_data(ROWS)

    def refuse(*arguments: object) -> None:
        raise DiskError("The disk is read-only.", "Free it.")

    monkeypatch.setattr("engine.atomic.write_text", refuse)
    assert len(open_checked(folder).rows) == len(open_checked(folder).rows) == 5
