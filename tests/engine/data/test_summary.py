"""engine/data/summary.py."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.data.readers import open_dataset
from engine.data.summary import count_values, inspect, list_images
from engine.events import Event, ImagesListed
from engine.labels import CODES
from tests.engine.data.conftest import draw_image

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]
ROWS = [("L1", "I1", "nv"), ("L1", "I2", "nv"), ("L2", "I3", "mel"), ("L3", "I4", "df"), ("L4", "I5", "df")]


def test_the_counts_add_up(demo_data: Path) -> None:
    """Each chart counts every image and lesion once, and every bar its classes."""
    summary = inspect(demo_data)
    counts = summary.counts
    for bars in (counts.sexes, counts.ages, counts.localizations, counts.dx_types, counts.images_per_lesion):
        assert sum(bar.n_images for bar in bars) == summary.n_images
        assert sum(bar.n_lesions for bar in bars) == summary.n_lesions
        assert all(sum(bar.images_by_class) == bar.n_images for bar in bars)
    assert counts.sources == ()
    assert [bar.value for bar in counts.images_per_lesion] == ["1 image", "2 images", "3 images", "4 images"]
    by_class = [sum(bar.images_by_class[index] for bar in counts.sexes) for index in range(len(CODES))]
    assert by_class == [one.n_images for one in summary.classes]


def test_bars_stand_in_an_order_that_reads(make_data: MakeData) -> None:
    """The most common first and unknown last; decades in order, empty ones in between included."""
    rows = open_dataset(make_data(ROWS)).rows
    rows["sex"] = ["female", "", "", "male", "male"]
    rows["age"] = [45.0, 49.0, 71.0, float("nan"), 70.0]
    rows["source"] = ["a", "a", "b", "b", "b"]
    counts = count_values(rows)
    assert [(bar.value, bar.n_images, bar.n_lesions) for bar in counts.sexes] == [
        ("male", 2, 2),
        ("female", 1, 1),
        ("unknown", 2, 2),
    ]
    assert [(bar.value, bar.n_images) for bar in counts.ages] == [
        ("40 to 49", 2),
        ("50 to 59", 0),
        ("60 to 69", 0),
        ("70 to 79", 2),
        ("unknown", 1),
    ]
    assert [bar.value for bar in counts.sources] == ["b", "a"]


def test_a_column_that_says_nothing_has_no_chart(make_data: MakeData) -> None:
    """Nothing is drawn where the table says nothing."""
    rows = open_dataset(make_data(ROWS)).rows.assign(sex="", age=float("nan"))
    assert (count_values(rows).sexes, count_values(rows).ages) == ((), ())


def test_every_image_is_listed_with_what_was_found(make_data: MakeData) -> None:
    """Used ones and those left out, with their file where there is one and the kinds of findings about them."""
    folder = make_data([*ROWS, ("L5", "I6", "lentigo"), ("L4", "I7", "nv")])
    images = folder / "HAM10000_images_part_1"
    (images / "I1.jpg").unlink()
    (images / "I3.jpg").write_bytes(b"text")
    draw_image("I4").convert("L").save(images / "I4.jpg")
    events: list[Event] = []
    number = list_images(folder, on_event=events.append)
    listed = {row.image_id: row for event in events if isinstance(event, ImagesListed) for row in event.images}
    assert number == len(listed)
    assert list(listed) == sorted(listed)
    assert list(listed) == ["I1", "I2", "I3", "I4", "I5", "I6", "I7"]
    assert {row.image_id: (row.is_used, row.kinds) for row in listed.values()} == {
        "I1": (False, ("missing",)),
        "I2": (True, ()),
        "I3": (False, ("unreadable",)),
        "I4": (True, ("not RGB",)),
        "I5": (False, ("conflict",)),
        "I6": (False, ("unknown diagnosis",)),
        "I7": (False, ("conflict",)),
    }
    assert listed["I1"].path is None
    assert listed["I6"].path == images / "I6.jpg"
    assert (listed["I6"].dx, listed["I2"].dx, listed["I2"].age, listed["I2"].sex) == ("lentigo", "nv", 45.0, "male")


@pytest.mark.slow
def test_five_faults_among_real_images_are_named(ham10000: Path, tmp_path: Path) -> None:
    """Three deleted and two cut images of HAM10000: all five, and nothing else."""
    folder = tmp_path / "ham10000"
    shutil.copytree(ham10000, folder, copy_function=_link)
    images = sorted(folder.rglob("*.jpg"))
    ids = [path.stem for path in images[::1000][:5]]
    for path in images:
        if path.stem in ids[:3]:
            path.unlink()
        elif path.stem in ids[3:]:
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content[: len(content) // 2])
    summary = inspect(folder)
    found = sorted(((one.kind, one.subject) for one in summary.findings), reverse=True)
    assert found == [*(("missing", name) for name in ids[2::-1]), *(("cut", name) for name in ids[:2:-1])]
    assert summary.n_images == summary.n_rows - 5


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)
