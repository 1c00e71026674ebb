"""Tests of engine.prediction.similar."""

import json
import shutil
from pathlib import Path

import pytest

from engine.data.split import read_split
from engine.errors import Cancelled, DataError
from engine.events import Control, Event, ProgressDone
from engine.prediction import similar
from engine.prediction.similar import MOST, find_similar
from engine.runs import RunFolder


@pytest.fixture
def run(shared: tuple[Path, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of the shared run, with the pixels of its home; nothing is known of another test."""
    monkeypatch.setenv("LESION_LAB_HOME", str(shared[0]))
    similar._known.clear()
    shutil.copytree(shared[1].path, tmp_path / "run", ignore=shutil.ignore_patterns("features*"))
    return RunFolder(tmp_path / "run")


def _data(run: RunFolder) -> Path:
    return Path(json.loads(run.config.read_text(encoding="utf-8"))["training"]["data"])


def _image_of(run: RunFolder, part: str) -> Path:
    split = read_split(run.split)
    image_id = split.loc[split["part"] == part, "image_id"].iloc[0]
    return next(path for path in _data(run).rglob("*.jpg") if path.stem == image_id)


def test_a_training_image_is_most_similar_to_itself(run: RunFolder) -> None:
    """Eight training images with their diagnoses, most similar first, the image itself with similarity 1."""
    asked = _image_of(run, "train")
    found = find_similar(run.final_model, asked)
    assert len(found) == MOST
    assert found[0].image_id == asked.stem
    assert found[0].path == asked
    assert found[0].similarity == pytest.approx(1, abs=1e-3)
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)
    split = read_split(run.split).set_index("image_id")
    for one in found:
        assert (split.loc[one.image_id, "part"], split.loc[one.image_id, "dx"]) == ("train", one.dx)
        assert split.loc[one.image_id, "lesion_id"] == one.lesion_id


def test_features_are_computed_once_and_kept(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time, in another process too, the data set is not opened; a damaged file is made anew."""
    asked, seen = _image_of(run, "test"), list[Event]()
    first = find_similar(run.final_model, asked, on_event=seen.append)
    assert any(isinstance(event, ProgressDone) and event.done == event.total for event in seen)
    assert run.features.is_file()
    similar._known.clear()
    with monkeypatch.context() as patch:
        patch.setattr(similar, "open_checked", None)
        again = find_similar(run.final_model, asked)
    assert [one.image_id for one in again] == [one.image_id for one in first]
    similar._known.clear()
    run.features.write_bytes(b"no features")
    assert find_similar(run.final_model, asked) == first


def test_without_run_or_data_there_is_none(run: RunFolder, tmp_path: Path) -> None:
    """A model that was mailed, and a run whose data is gone or another by now."""
    asked = _image_of(run, "test")
    mailed = tmp_path / "mailed.safetensors"
    shutil.copy(run.final_model, mailed)
    assert find_similar(mailed, asked) == ()
    config = json.loads(run.config.read_text(encoding="utf-8"))
    for data in (tmp_path / "gone", tmp_path):
        config["training"]["data"] = str(data)
        run.config.write_text(json.dumps(config), encoding="utf-8")
        assert find_similar(run.final_model, asked) == ()
    assert not run.features.exists()


def test_bad_images_and_cancel_are_said(run: RunFolder, tmp_path: Path) -> None:
    """An image that cannot be read is an error with a hint; Cancel leaves no file."""
    (tmp_path / "text.jpg").write_text("Dear doctor,")
    with pytest.raises(DataError):
        find_similar(run.final_model, tmp_path / "text.jpg")
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        find_similar(run.final_model, _image_of(run, "test"), control=control)
    assert not run.features.exists()
