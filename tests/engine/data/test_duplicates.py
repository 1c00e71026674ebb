"""engine/data/duplicates.py."""

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageEnhance, ImageOps

from engine import places
from engine.data import duplicates
from engine.data.checks import open_checked
from engine.data.demo import TABLE_NAME
from engine.data.duplicates import duplicate_findings, find_duplicates, join_groups
from engine.data.readers import Dataset
from engine.data_results import NearDuplicate
from engine.errors import Cancelled
from engine.events import Control, Event, ProgressDone
from tests.engine.data.same_lesions import same_lesions

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]


def _pair(first: str, second: str) -> NearDuplicate:
    return NearDuplicate(first=first, second=second, alike=0.5)


def _ids(pairs: Sequence[NearDuplicate]) -> set[tuple[str, str]]:
    return {(pair.first, pair.second) for pair in pairs}


def _plant(rows: pd.DataFrame, chosen: pd.DataFrame, folder: Path) -> Dataset:
    """A data set of the images of `rows` and a changed copy of each chosen one, X_ and its id, as a new lesion."""
    images = folder / "HAM10000_images_part_1"
    images.mkdir(parents=True)
    random = np.random.default_rng(1)
    with (folder / TABLE_NAME).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization"))
        for row in rows.itertuples():
            shutil.copyfile(str(row.path), images / f"{row.image_id}.jpg")
            table.writerow((row.lesion_id, row.image_id, row.dx, "histo", "45.0", "male", "back"))
        for row in chosen.itertuples():
            (images / f"X_{row.image_id}.jpg").write_bytes(_changed(Path(str(row.path)), random))
            table.writerow((f"X_{row.image_id}", f"X_{row.image_id}", row.dx, "histo", "45.0", "male", "back"))
    return open_checked(folder)


def _changed(path: Path, random: np.random.Generator) -> bytes:
    """The image turned by any angle, mirrored, cropped by a tenth, brightened and saved as a poorer JPEG."""
    with Image.open(path) as file:
        image = ImageOps.mirror(file.convert("RGB").rotate(random.uniform(0, 360), Image.Resampling.BICUBIC))
    width, height = image.size
    left, top = random.integers(0, width // 10), random.integers(0, height // 10)
    image = image.crop((left, top, left + width * 9 // 10, top + height * 9 // 10))
    file = io.BytesIO()
    ImageEnhance.Brightness(image).enhance(random.uniform(1.1, 1.3)).save(file, "JPEG", quality=70)
    return file.getvalue()


@pytest.fixture(scope="module")
def planted(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """60 drawn lesions, and changed copies of six."""
    rows = open_checked(demo_data).rows.drop_duplicates("lesion_id").iloc[:60]
    return _plant(rows, rows.iloc[::10], tmp_path_factory.mktemp("planted"))


def test_changed_copies_are_found_and_nothing_else(planted: Dataset) -> None:
    """Turned, mirrored, cropped, brightened and saved anew, all at once, under a new lesion id.

    One in six may be missed: the stripes that are drawn on a nevus also agree when they are one stripe off.
    """
    events: list[Event] = []
    pairs = find_duplicates(planted, on_event=events.append)
    copies = [image_id for image_id in planted.rows["image_id"] if image_id.startswith("X_")]
    assert len(copies) == 6
    assert _ids(pairs) <= {(image_id.removeprefix("X_"), image_id) for image_id in copies}
    assert len(pairs) >= 5
    assert all(0 < pair.alike <= 1 for pair in pairs)
    counted = [event.unit for event in events if isinstance(event, ProgressDone) and event.done == event.total]
    assert counted == ["images", "images", "pairs"]  # pixels, search, comparison


def test_what_was_found_is_remembered(make_data: MakeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time nothing is looked at; a damaged memory, or one of another version, is made again."""
    dataset = open_checked(make_data([("L1", "I1", "nv"), ("L2", "I2", "mel"), ("L3", "I3", "nv")]))
    rows = dataset.rows.assign(sha256=["same", "other", "same"])
    monkeypatch.setattr(duplicates, "_look_alikes", lambda *_: [_pair("I1", "I2")])
    pairs = find_duplicates(replace(dataset, rows=rows))
    assert _ids(pairs) == {("I1", "I2"), ("I1", "I3")}
    (memory,) = (places.cache_dir() / "duplicates").iterdir()
    monkeypatch.setattr(duplicates, "_look_alikes", lambda *_: [])
    assert find_duplicates(replace(dataset, rows=rows)) == pairs
    for damage in ("", "{", "[]", '{"format": 0, "pairs": []}', '{"format": 1, "pairs": [["I1", "gone", 0.5]]}'):
        memory.write_text(damage, encoding="utf-8")
        assert _ids(find_duplicates(replace(dataset, rows=rows))) == {("I1", "I3")}


def test_the_same_file_under_two_lesions_is_found(make_data: MakeData) -> None:
    """Each copy is paired with the first; copies within a lesion are none of our business."""
    folder = make_data([("L1", "I1", "nv"), ("L1", "I2", "nv"), ("L2", "I3", "mel"), ("L3", "I4", "nv")])
    images = folder / "HAM10000_images_part_1"
    for name in ("I2", "I3", "I4"):
        shutil.copyfile(images / "I1.jpg", images / f"{name}.jpg")
    pairs = find_duplicates(open_checked(folder))
    assert pairs == tuple(NearDuplicate(first="I1", second=second, alike=1.0) for second in ("I3", "I4"))


def test_a_cancelled_search_remembers_nothing(make_data: MakeData) -> None:
    """It stops at the first question, and the next search is whole."""
    dataset = open_checked(make_data([("L1", "I1", "nv"), ("L2", "I2", "mel")]))
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        find_duplicates(dataset, control=control)
    assert not (places.cache_dir() / "duplicates").exists()


def test_pairs_share_a_group_whatever_their_diagnoses() -> None:
    """Groups hang together through pairs; all get the smallest name, the others keep theirs."""
    rows = pd.DataFrame({"image_id": list("abcde"), "group": ["g3", "g2", "g3", "g1", "g4"]})
    joined = join_groups(rows, [_pair("a", "b"), _pair("c", "d")])
    assert list(joined["group"]) == ["g1", "g1", "g1", "g1", "g4"]
    assert list(rows["group"]) == ["g3", "g2", "g3", "g1", "g4"]
    assert list(join_groups(rows, [])["group"]) == list(rows["group"])


def test_a_pair_is_a_finding_and_a_conflict_a_warning() -> None:
    """Each names both images, lesions and diagnoses."""
    rows = pd.DataFrame(
        {"image_id": list("abc"), "lesion_id": ["L1", "L2", "L3"], "dx": ["nv", "nv", "mel"], "sha256": list("xyx")}
    )
    plain, conflict = duplicate_findings(rows, [_pair("a", "b"), _pair("a", "c")])
    assert (plain.severity, plain.kind, plain.subject) == ("info", "near-duplicate", "a")
    assert plain.message == (
        "a (lesion L1, Melanocytic nevus (nv)) and b (lesion L2, Melanocytic nevus (nv)) seem to show one lesion."
    )
    assert (conflict.severity, conflict.kind) == ("warning", "conflicting near-duplicate")
    assert conflict.message.endswith("c (lesion L3, Melanoma (mel)) are the same file.")
    assert conflict.action == "They share a group, so no split parts them."


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_changed_copies_of_real_images_are_found(ham10000: Path, tmp_path: Path) -> None:
    """38 of 40 among 2,000 others at least; of those no two are joined but the ones known to show one lesion."""
    every = open_checked(ham10000).rows
    rows = every[every["lesion_id"].isin(every["lesion_id"].drop_duplicates().sample(1490, random_state=4))].iloc[:2000]
    dataset = _plant(rows, rows.sample(40, random_state=4), tmp_path / "planted")
    pairs = _ids(find_duplicates(dataset))
    found = {second for first, second in pairs if second == f"X_{first}"}
    assert len(found) >= 38
    lesions = dict(zip(dataset.rows["image_id"], dataset.rows["lesion_id"], strict=True))
    others = [
        {lesions[first], lesions[second.removeprefix("X_")]} for first, second in pairs if not first.startswith("X_")
    ]
    known = list(same_lesions())
    assert all(len(pair) == 1 or any(pair <= group for group in known) for pair in others)
