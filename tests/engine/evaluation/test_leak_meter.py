"""Tests of engine.evaluation.leak_meter."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from engine.data import demo
from engine.data.checks import open_checked
from engine.data.split_modes import notebook_split
from engine.errors import Cancelled, DataError
from engine.evaluation.leak_meter import find_nearest, measure_leak
from engine.events import Control, Progress, ignore_events
from engine.leak_results import LeakMeter
from engine.records import as_json, from_json

SEED = 3


@pytest.fixture(scope="module")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo data set; for reading only."""
    return demo.create(tmp_path_factory.mktemp("data") / "demo")


@pytest.fixture(scope="module")
def meter(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> LeakMeter:
    """What is measured on the demo data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(tmp_path_factory.mktemp("home")))
        return measure_leak(demo_data, SEED)


def _progress(total: int, control: Control | None = None) -> Progress:
    return Progress(total, "images", control or Control(), ignore_events)


def test_the_nearest_image_is_that_of_scikit_learn() -> None:
    """Every neighbour is as near as scikit-learn's exhaustive search finds one, across blocks."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (700, 4, 4, 3), dtype=np.uint8)
    order = random.permutation(700)
    known, asked = order[:300], order[300:]
    nearest = find_nearest(pixels, known, asked, _progress(400))
    flat = pixels.reshape(700, -1).astype(float)
    right = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(flat[known]).kneighbors(flat[asked])[1][:, 0]
    assert nearest.tolist() == right.tolist()


def test_a_known_image_finds_itself_and_of_equals_the_first_counts() -> None:
    """Worked by hand: a copy is its own neighbour even beside a twin; an unknown image takes the first of two twins."""
    values = np.array([10, 10, 200, 12, 12], np.uint8)  # images 0 and 1 look alike, 3 and 4 too
    pixels = np.broadcast_to(values[:, None, None, None], (5, 2, 2, 3)).copy()
    known = np.array([2, 1, 0])
    nearest = find_nearest(pixels, known, np.array([0, 1, 3, 4, 3]), _progress(5))
    assert nearest.tolist() == [2, 1, 1, 1, 1]


def test_the_share_of_copies_is_counted_as_the_split_has_it(meter: LeakMeter, demo_data: Path) -> None:
    """Test rows whose image, or lesion, has a row in training; split by lesion there is none."""
    split = notebook_split(open_checked(demo_data).rows, SEED)
    train, test = (split[split["part"] == part] for part in ("train", "test"))
    images, lesions = set(train["image_id"]), set(train["lesion_id"])
    assert meter.notebook.n_test == len(test)
    assert meter.notebook.n_images_seen == sum(image_id in images for image_id in test["image_id"])
    assert meter.notebook.n_lesions_seen == sum(lesion_id in lesions for lesion_id in test["lesion_id"])
    assert meter.notebook.share_seen > 0.5
    assert (meter.by_lesion.n_images_seen, meter.by_lesion.n_lesions_seen) == (0, 0)
    assert meter.by_lesion.n_train + meter.by_lesion.n_test < meter.n_images


def test_copies_make_a_look_up_look_good(meter: LeakMeter) -> None:
    """The same look-up scores far higher where most of the test rows are training images."""
    assert meter.notebook.balanced_accuracy.low > meter.by_lesion.balanced_accuracy.high
    assert meter.notebook.accuracy.value > meter.notebook.share_seen - 0.05


def test_the_same_seed_gives_the_same_figures(meter: LeakMeter, demo_data: Path) -> None:
    """And the record crosses to another process and back."""
    assert measure_leak(demo_data, SEED) == meter
    assert from_json(LeakMeter, as_json(meter)) == meter


def test_a_cancel_ends_it(demo_data: Path) -> None:
    """Before anything is compared."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        measure_leak(demo_data, control=control)


def test_too_few_images_are_a_sentence(demo_data: Path, tmp_path: Path) -> None:
    """Two images leave a part of the split empty."""
    names = sorted(demo_data.rglob("*.jpg"))[:2]
    for name, file in zip(("mel", "nv"), names, strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name / file.name).write_bytes(file.read_bytes())
    with pytest.raises(DataError, match="too few"):
        measure_leak(tmp_path)


def test_figures_of_ham10000(ham10000: Path) -> None:
    """On real images most of the notebook's test rows are copies, and a look-up that learns nothing looks superb."""
    meter = measure_leak(ham10000)
    assert 0.80 < meter.notebook.share_seen < 0.85
    assert meter.notebook.balanced_accuracy.low > 0.95
    assert meter.by_lesion.balanced_accuracy.high < 0.40
