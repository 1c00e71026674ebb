"""Tests of engine.evaluation.overlap."""

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.data import demo
from engine.data.checks import open_checked
from engine.data.fingerprints import Fingerprints
from engine.data.images import read_image, to_pixels
from engine.errors import Cancelled
from engine.evaluation.overlap import find_overlap
from engine.events import Control, Progress, ignore_events
from tests.engine.evaluation.untrained_run import CARD

Sample = tuple[pd.DataFrame, np.ndarray, Fingerprints]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The rows and pixels of demo data, and the fingerprints of a training on the first half of its lesions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(tmp_path_factory.mktemp("home")))
        rows = open_checked(demo.create(tmp_path_factory.mktemp("data") / "demo")).rows
    rows = rows.assign(is_known=_is_in_first_half(rows["lesion_id"])).sort_values("lesion_id", ignore_index=True)
    pixels = np.stack([to_pixels(read_image(Path(path)), CARD.preprocessing) for path in rows["path"]])
    known = rows["is_known"].to_numpy()
    return rows, pixels, Fingerprints.of(rows[known], pixels[known])


def _is_in_first_half(lesion_ids: "pd.Series[str]") -> "pd.Series[bool]":
    names = sorted(set(lesion_ids))
    return lesion_ids.isin(names[: len(names) // 2])


def _find(rows: pd.DataFrame, pixels: np.ndarray, fingerprints: Fingerprints) -> "pd.Series[str]":
    progress = Progress(len(rows), "images", Control(), ignore_events)
    return find_overlap(rows, pixels, np.arange(len(rows)), fingerprints, progress)


def _disguised(rows: pd.DataFrame, prefix: str = "") -> pd.DataFrame:
    """Other names, no lesions, other bytes: only the looks are left."""
    names = [f"{prefix}{number}" for number in range(len(rows))]
    contents = [hashlib.sha256(sha256.encode()).hexdigest() for sha256 in rows["sha256"]]
    return rows.assign(image_id=names, lesion_id=names, group=names, sha256=contents)


def test_exactly_the_images_of_the_training_are_met(sample: Sample) -> None:
    """By their bytes: all images of the known lesions, none of the others."""
    rows, pixels, fingerprints = sample
    met = _find(rows, pixels, fingerprints)
    assert set(met[rows["is_known"]]) == {"same file"}
    assert set(met[~rows["is_known"]]) == {""}


@pytest.mark.parametrize("lay", [lambda p: p, lambda p: p[:, :, ::-1], lambda p: np.rot90(p, 1, axes=(1, 2))])
def test_a_disguised_image_is_met_by_its_looks(sample: Sample, lay: object) -> None:
    """Renamed, saved anew, mirrored or turned: it is recognised, and no other image is."""
    rows, pixels, fingerprints = sample
    laid = np.ascontiguousarray(lay(pixels))  # type: ignore[operator]
    met = _find(_disguised(rows), laid, fingerprints)
    assert set(met[rows["is_known"]]) == {"same image"}
    assert set(met[~rows["is_known"]]) == {""}


def test_the_lesion_of_a_known_image_is_met_by_its_id(sample: Sample) -> None:
    """A new photograph of a lesion of the training: another name and another picture, but the lesion's id."""
    rows, pixels, fingerprints = sample
    known = rows["is_known"].to_numpy()
    new = _disguised(rows[~known][: known.sum()].reset_index(drop=True), "new")
    lesions = rows.loc[known, "lesion_id"].to_numpy()[: len(new)]
    new = new.assign(lesion_id=lesions, group=lesions)
    assert set(_find(new, pixels[~known][: len(new)], fingerprints)) == {"same lesion"}


def test_all_images_of_a_lesion_are_met_with_one(sample: Sample) -> None:
    """One copy in a folder makes the other images of its lesion, and of its group, no test either."""
    rows, pixels, fingerprints = sample
    known = rows["is_known"].to_numpy()
    chosen = [int(np.flatnonzero(known)[0]), *np.flatnonzero(~known)[:3].tolist()]
    new = _disguised(rows.iloc[chosen].reset_index(drop=True), "new").assign(
        lesion_id=["L1", "L1", "L2", "L3"], group=["P1", "P1", "P1", "P3"]
    )
    met = _find(new, pixels[chosen], fingerprints)
    assert met.tolist() == ["same image", "same lesion as a met image", "same lesion as a met image", ""]


def test_a_worldwide_id_is_enough_and_a_name_of_a_file_is_not(sample: Sample) -> None:
    """An id of the ISIC archive is that image, however it looks now; two folders may both have an image 0."""
    rows, pixels, _ = sample
    half = len(rows) // 2
    learned = _disguised(rows[:half])
    learned.loc[0, ["image_id", "lesion_id", "group"]] = "ISIC_0024306"
    fingerprints = Fingerprints.of(learned, pixels[:half])
    others = _disguised(rows[half : half + 3].reset_index(drop=True))
    others.loc[0, ["image_id", "lesion_id", "group"]] = "isic_0024306"
    assert "1" in set(learned["image_id"]) & set(others["image_id"])
    met = _find(others, pixels[half : half + 3], fingerprints)
    assert Counter(met) == {"same id": 1, "": 2}


def test_a_cancel_ends_it(sample: Sample) -> None:
    """Asked once per block of images."""
    rows, pixels, fingerprints = sample
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        find_overlap(
            rows, pixels, np.arange(len(rows)), fingerprints, Progress(len(rows), "images", control, ignore_events)
        )
