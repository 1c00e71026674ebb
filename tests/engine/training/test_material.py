"""What a training works on."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.images import read_image, to_pixels
from engine.data.summary import inspect
from engine.errors import Cancelled, DataError
from engine.events import Control, ignore_events
from engine.labels import CODES
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
