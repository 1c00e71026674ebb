"""Tests of engine.prediction.similar."""

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from engine.data.split import read_split
from engine.errors import Cancelled, DataError
from engine.events import Control
from engine.prediction import training_places
from engine.prediction.similar import MOST, find_similar
from engine.prediction.training_places import find_data, index_training_images
from engine.runs import RunFolder


@pytest.fixture
def run(shared: tuple[Path, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of the shared run, with the pixels of its home; nothing is known of another test."""
    monkeypatch.setenv("LESION_LAB_HOME", str(shared[0]))
    training_places._known.clear()
    shutil.copytree(shared[1].path, tmp_path / "run", ignore=shutil.ignore_patterns("features*"))
    return RunFolder(tmp_path / "run")


def _image_of(run: RunFolder, part: str) -> Path:
    split, data = read_split(run.split), find_data(run)
    assert data is not None
    image_id = split.loc[split["part"] == part, "image_id"].iloc[0]
    return next(path for path in data.rglob("*.jpg") if path.stem == image_id)


def test_a_training_image_is_most_similar_to_itself(run: RunFolder) -> None:
    """Eight training images with diagnoses and pictures, most similar first, the image itself with similarity 1."""
    asked = _image_of(run, "train")
    index_training_images(run.final_model)
    found = find_similar(run.final_model, asked)
    assert (found.path, found.reason, found.n_to_look_at) == (asked, "", 0)
    assert len(found.images) == MOST
    assert found.images[0].path == asked
    assert found.images[0].similarity == pytest.approx(1, abs=1e-3)
    similarities = [one.similarity for one in found.images]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[1] < 0.98  # not all the same: raw cosines would be
    split = read_split(run.split).set_index("image_id")
    for one in found.images:
        assert (split.loc[one.image_id, "part"], split.loc[one.image_id, "dx"]) == ("train", one.dx)
        assert split.loc[one.image_id, "lesion_id"] == one.lesion_id
        assert max(Image.open(io.BytesIO(one.thumbnail)).size) <= 128


def test_training_images_are_looked_at_first(run: RunFolder) -> None:
    """Nobody waits for thousands of images without having asked for it: the number is said."""
    n_train = int((read_split(run.split)["part"] == "train").sum())
    found = find_similar(run.final_model, _image_of(run, "test"))
    assert (found.images, found.reason, found.n_to_look_at) == ((), "", n_train)
    assert not run.features.exists()


def test_files_that_went_away_are_passed_over(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next most similar ones are shown; where none is left, that is said."""
    asked = _image_of(run, "test")
    index_training_images(run.final_model)
    before = find_similar(run.final_model, asked).images
    places = next(iter(training_places._known.values()))
    gone = [one.image_id for one in before[:3]]
    rows = tuple(("/gone.jpg", *row[1:]) if row[1] in gone else row for row in places.rows)
    monkeypatch.setitem(places.__dict__, "rows", rows)
    after = find_similar(run.final_model, asked).images
    assert [one.image_id for one in after[:5]] == [one.image_id for one in before[3:]]
    assert len(after) == MOST
    monkeypatch.setitem(places.__dict__, "rows", tuple(("/gone.jpg", *row[1:]) for row in rows))
    assert find_similar(run.final_model, asked).reason.endswith("not on this computer any more.")


def test_without_run_or_data_the_reason_is_said(run: RunFolder, tmp_path: Path) -> None:
    """A model that was mailed, and a run whose data is gone."""
    asked = _image_of(run, "test")
    mailed = tmp_path / "mailed.safetensors"
    shutil.copy(run.final_model, mailed)
    assert find_similar(mailed, asked).reason.startswith("This model came without its run")
    run.config.write_text(run.config.read_text(encoding="utf-8").replace("shared-demo", "gone"), encoding="utf-8")
    found = find_similar(run.final_model, asked)
    assert (found.images, found.n_to_look_at) == ((), 0)
    assert found.reason.endswith("not on this computer any more.")


def test_bad_images_and_cancel_are_said(run: RunFolder, tmp_path: Path) -> None:
    """An image that cannot be read is an error with a hint; Cancel is heard."""
    (tmp_path / "text.jpg").write_text("Dear doctor,")
    with pytest.raises(DataError):
        find_similar(run.final_model, tmp_path / "text.jpg")
    index_training_images(run.final_model)
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        find_similar(run.final_model, _image_of(run, "test"), control=control)
