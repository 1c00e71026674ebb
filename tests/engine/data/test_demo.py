"""engine/data/demo.py."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data import demo
from engine.data.readers import Dataset, open_dataset
from engine.data.split import make_split
from engine.errors import Cancelled, DataError
from engine.events import Control, Event, ProgressDone
from engine.labels import CODES, INDEX


@pytest.fixture(scope="module")
def dataset(demo_data: Path) -> Dataset:
    return open_dataset(demo_data)


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_demo_data_is_a_flawless_small_kaggle_folder(dataset: Dataset) -> None:
    """About 300 images of seven kinds, several to many lesions, nv the most common, and marked as demo data."""
    rows = dataset.rows
    assert dataset.is_demo
    assert not dataset.findings
    assert 280 <= len(rows) <= 350
    lesions = rows.drop_duplicates("lesion_id")["dx"].value_counts()
    assert set(lesions.index) == set(CODES)
    assert lesions.index[0] == "nv"
    assert set(lesions.index[-2:]) == {"df", "vasc"}
    assert lesions.min() >= 6
    assert (rows.groupby("lesion_id").size() > 1).mean() > 0.5
    assert rows["image_id"].iloc[0] == "DEMO_0000001"
    assert (rows["age"] > 0).all()
    assert set(rows["sex"]) == {"male", "female"}


def test_every_kind_reaches_every_part(dataset: Dataset) -> None:
    """A training on the demo data has every class in training, validation and test."""
    split = make_split(dataset.rows, seed=0)
    assert (split.groupby(["dx", "part"]).size().unstack(fill_value=0) > 0).all(axis=None)


def test_the_images_are_small_photographs_that_differ(dataset: Dataset) -> None:
    """200x150, and no two alike, not even of one lesion."""
    contents = set()
    for path in dataset.rows["path"]:
        with Image.open(path) as image:
            assert (image.format, image.size, image.mode) == ("JPEG", (200, 150), "RGB")
        contents.add(Path(path).read_bytes())
    assert len(contents) == len(dataset.rows)


def test_the_kinds_can_be_learned_but_not_read_off(dataset: Dataset) -> None:
    """The nearest image of another lesion names the kind far more often than chance, and not always."""
    features = []
    for path in dataset.rows["path"]:
        with Image.open(path) as image:
            middle = np.asarray(image, np.float64)[40:110, 60:140].reshape(-1, 3)
        features.append(np.concatenate((middle.mean(axis=0), middle.std(axis=0))))
    table = np.array(features)
    distance = ((table[:, None] - table[None]) ** 2).sum(axis=2)
    lesion = dataset.rows["lesion_id"].to_numpy()
    distance[lesion[:, None] == lesion[None]] = np.inf
    truth = dataset.rows["dx"].map(INDEX).to_numpy()
    named = truth[distance.argmin(axis=1)]
    recall = [float((named[truth == index] == index).mean()) for index in range(7)]
    assert 0.4 < np.mean(recall) < 0.95


def test_the_same_data_every_time(demo_data: Path, tmp_path: Path) -> None:
    """Drawn again, every file has the same bytes."""
    assert _hashes(demo.create(tmp_path / "again")) == _hashes(demo_data)


def test_an_interrupted_creation_is_completed(demo_data: Path, tmp_path: Path) -> None:
    """Cancelled half way, the folder is no data set yet; the next time only what is missing is drawn."""
    control, folder = Control(), tmp_path / "demo"

    def cancel_soon(event: Event) -> None:
        if isinstance(event, ProgressDone):
            control.cancel()

    with pytest.raises(Cancelled):
        demo.create(folder, control=control, on_event=cancel_soon)
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("*.jpg")}
    assert 0 < len(kept) < 300
    with pytest.raises(DataError):
        open_dataset(folder)
    demo.create(folder)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert _hashes(folder) == _hashes(demo_data)


def test_a_lost_image_is_drawn_again(demo_data: Path, tmp_path: Path) -> None:
    """What was deleted comes back when the demo data is asked for again."""
    folder = demo.create(tmp_path / "demo")
    next(folder.rglob("*.jpg")).unlink()
    assert _hashes(demo.create(folder)) == _hashes(demo_data)


def test_another_data_set_is_left_alone(tmp_path: Path) -> None:
    """Demo data is never mixed into a folder that holds a real data set."""
    (tmp_path / demo.TABLE_NAME).write_text("lesion_id,image_id,dx\n")
    with pytest.raises(DataError, match="already holds another data set") as caught:
        demo.create(tmp_path)
    assert "empty folder" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == [demo.TABLE_NAME]
