"""What a training works on."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.checks import open_checked
from engine.data.images import read_image, to_pixels
from engine.data.split_modes import make_folds
from engine.data.summary import inspect
from engine.data_results import NearDuplicate
from engine.errors import Cancelled, DataError
from engine.events import Control, Event, StatusChanged, ignore_events
from engine.labels import CODES
from engine.training import material as material_module
from engine.training.material import prepare
from tests.engine.training.conftest import MakeConfig


def _with_rows(demo_data: Path, folder: Path, keep: Callable[[dict[str, str]], bool]) -> Path:
    """A data set with some of the demo data's rows, its images linked."""
    folder.mkdir()
    with (demo_data / "HAM10000_metadata.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if keep(row)]
    with (folder / "HAM10000_metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    wanted = {row["image_id"] for row in rows}
    for path in demo_data.rglob("*.jpg"):
        if path.stem in wanted:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_every_image_of_a_part_has_its_own_pixels_and_label(make_config: MakeConfig, demo_data: Path) -> None:
    """Positions lead to the pixels of the image that the split names, in its order."""
    config = make_config()
    material = prepare(config, Control(), ignore_events)
    files = {path.stem: path for path in demo_data.rglob("*.jpg")}
    for name, part in (("train", material.train), ("val", material.val)):
        rows = material.split[material.split["part"] == name]
        assert [CODES[label] for label in part.labels] == list(rows["dx"])
        assert part.lesion_ids == tuple(rows["lesion_id"])
        for position, image_id in list(zip(part.positions, rows["image_id"], strict=True))[:3]:
            expected = to_pixels(read_image(files[image_id]), config.preprocessing)
            np.testing.assert_array_equal(material.pixels[position], expected)


def test_priors_come_from_the_training_part_alone(make_config: MakeConfig) -> None:
    """The data's prior is what the training images are, the training's what is drawn of them."""
    material = prepare(make_config(balancing="equal"), Control(), ignore_events)
    counts = Counter(material.train.labels.tolist())
    shares = [counts[index] / len(material.train) for index in range(7)]
    assert material.data_prior == pytest.approx(shares)
    assert material.training_prior == pytest.approx([1 / len(counts) if counts[index] else 0 for index in range(7)])


def test_a_limit_takes_whole_lesions_and_leaves_the_fingerprint(make_config: MakeConfig, demo_data: Path) -> None:
    """About so many images; the fingerprint is that of the whole data set, as its summary shows it."""
    limited = prepare(make_config(limit=60), Control(), ignore_events)
    assert 45 <= len(limited.split) <= 80
    assert limited.data_fingerprint == inspect(demo_data).fingerprint
    whole = prepare(make_config(limit=None), Control(), ignore_events)
    n_images = whole.split.groupby("lesion_id").size()
    assert (limited.split.groupby("lesion_id").size() == n_images[limited.split["lesion_id"].unique()]).all()


def test_data_too_small_to_validate_is_refused(make_config: MakeConfig, demo_data: Path, tmp_path: Path) -> None:
    """Without a validation part there is no best epoch: a sentence and a hint."""
    kept: set[str] = set()

    def keep_one_of_each(row: dict[str, str]) -> bool:
        is_first = row["dx"] in ("mel", "nv") and row["dx"] not in kept
        kept.add(row["dx"])
        return is_first

    data = _with_rows(demo_data, tmp_path / "tiny", keep_one_of_each)
    with pytest.raises(DataError, match="too few") as caught:
        prepare(replace(make_config(limit=None), data=data), Control(), ignore_events)
    assert caught.value.hint


@pytest.mark.usefixtures("no_duplicates")
def test_data_of_one_class_is_refused(make_config: MakeConfig, demo_data: Path, tmp_path: Path) -> None:
    """There is nothing to tell apart: a sentence and a hint."""
    data = _with_rows(demo_data, tmp_path / "one", lambda row: row["dx"] == "nv")
    with pytest.raises(DataError, match="one class") as caught:
        prepare(replace(make_config(limit=None), data=data), Control(), ignore_events)
    assert "two" in caught.value.hint


def test_cancel_is_heard(make_config: MakeConfig) -> None:
    """Preparation stops when the user cancels."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        prepare(make_config(), control, ignore_events)


def _write_parts(demo_data: Path, path: Path, leaking: bool) -> Path:
    """A split of the demo data as a user may have it: by lesion, or at random."""
    with (demo_data / "HAM10000_metadata.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    parts = ("Training", "training", "valid", "test")
    lines = [
        f"{row['image_id']},{parts[number % 4 if leaking else int(row['lesion_id'][-1]) % 4]}"
        for number, row in enumerate(rows)
    ]
    path.write_text("\n".join(["image,split", *lines]))
    return path


def test_the_users_own_split_is_used(make_config: MakeConfig, demo_data: Path, tmp_path: Path) -> None:
    """A file with image ids and parts, whatever they are called, decides which images are for training."""
    file = _write_parts(demo_data, tmp_path / "mine.csv", leaking=False)
    material = prepare(make_config(split=str(file), limit=None), Control(), ignore_events)
    part_of_digit = {0: "train", 1: "train", 2: "val", 3: "test"}
    wanted = [part_of_digit[int(lesion_id[-1]) % 4] for lesion_id in material.split["lesion_id"]]
    assert material.split["part"].tolist() == wanted
    assert not material.audit.is_leaking


def test_a_leaking_split_is_refused_unless_the_user_says_so(
    make_config: MakeConfig, demo_data: Path, tmp_path: Path
) -> None:
    """Its figures would be no result; who wants them all the same gets a mark on everything."""
    file = str(_write_parts(demo_data, tmp_path / "mine.csv", leaking=True))
    with pytest.raises(DataError, match=r"mine\.csv leaks") as caught:
        prepare(make_config(split=file), Control(), ignore_events)
    assert "allow a leaking split" in caught.value.hint
    assert prepare(make_config(split=file, allow_leaking_split=True), Control(), ignore_events).audit.is_leaking


@pytest.fixture
def no_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Near-duplicates are not looked for, which takes longest where the data set is new."""
    monkeypatch.setattr(material_module, "find_duplicates", lambda *_, **__: ())


@pytest.mark.usefixtures("no_duplicates")
@pytest.mark.parametrize("leaking", [False, True])
def test_the_split_of_the_data_set_is_honoured_unless_it_leaks(
    make_config: MakeConfig, demo_data: Path, tmp_path: Path, leaking: bool
) -> None:
    """A split.csv beside the images is used; one that leaks is said and replaced by one by lesion."""
    data = _with_rows(demo_data, tmp_path / "data", lambda row: True)
    _write_parts(demo_data, data / "split.csv", leaking)
    events: list[Event] = []
    material = prepare(make_config(data=data, limit=None), Control(), events.append)
    said = [event.text for event in events if isinstance(event, StatusChanged) and "leaks" in event.text]
    assert bool(said) == leaking
    assert not material.audit.is_leaking
    assert material.split.groupby("group")["part"].nunique().max() == 1
    new = prepare(make_config(data=data, limit=None, split="new"), Control(), ignore_events)
    assert new.split.equals(material.split) == leaking


def test_a_split_of_other_images_is_refused(make_config: MakeConfig, tmp_path: Path) -> None:
    """A file that names none of the images is an error that says so."""
    file = tmp_path / "other.csv"
    file.write_text("image_id,part\nISIC_1,train\n")
    with pytest.raises(DataError, match=r"other\.csv puts none of the \d+ images into the training part"):
        prepare(make_config(split=str(file)), Control(), ignore_events)


def test_near_duplicates_stand_in_one_part_and_are_written_down(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lesions that share an image share a part; the audit of the split is clean and names the pairs."""
    plain = prepare(make_config(), Control(), ignore_events).split
    of_part = {part: list(plain.loc[plain["part"] == part, "image_id"])[:5] for part in ("train", "test")}
    pairs = tuple(
        NearDuplicate(first=first, second=second, alike=0.9)
        for first, second in zip(of_part["train"], of_part["test"], strict=True)
    )
    monkeypatch.setattr(material_module, "find_duplicates", lambda *_, **__: pairs)
    material = prepare(make_config(), Control(), ignore_events)
    parts = dict(zip(material.split["image_id"], material.split["part"], strict=True))
    assert all(parts[pair.first] == parts[pair.second] for pair in pairs)
    assert not material.audit.is_leaking
    assert len(material.audit.near_duplicates) == 5


def test_a_split_of_the_user_that_parts_near_duplicates_is_refused(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By lesion it would be clean; the sentence says what it shares."""
    plain = prepare(make_config(), Control(), ignore_events).split
    plain[["image_id", "part"]].to_csv(tmp_path / "mine.csv", index=False)
    train, test = (plain.loc[plain["part"] == part, "image_id"].iloc[0] for part in ("train", "test"))
    pair = NearDuplicate(first=train, second=test, alike=0.9)
    monkeypatch.setattr(material_module, "find_duplicates", lambda *_, **__: (pair,))
    config = make_config(split=str(tmp_path / "mine.csv"))
    with pytest.raises(DataError, match="near-duplicate under another lesion id"):
        prepare(config, Control(), ignore_events)
    allowed = prepare(replace(config, allow_leaking_split=True), Control(), ignore_events)
    assert allowed.audit.is_leaking


def test_a_fold_of_the_users_table(make_config: MakeConfig, demo_data: Path, tmp_path: Path) -> None:
    """One of several folds, told by its number; without one, or with one that is not there, it is said."""
    make_folds(open_checked(demo_data).rows, 3, 0).to_csv(tmp_path / "folds.csv", index=False)
    config = make_config(split=str(tmp_path / "folds.csv"))
    with pytest.raises(DataError, match="holds 3 folds") as caught:
        prepare(config, Control(), ignore_events)
    assert "--fold" in caught.value.hint
    with pytest.raises(DataError, match="has no fold 3"):
        prepare(replace(config, fold=3), Control(), ignore_events)
    tested: list[str] = []
    for fold in range(3):
        split = prepare(replace(config, fold=fold), Control(), ignore_events).split
        tested += split.loc[split["part"] == "test", "image_id"].tolist()
    assert len(tested) == len(set(tested)) == len(split)
