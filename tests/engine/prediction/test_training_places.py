"""Tests of engine.prediction.training_places."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine import starter
from engine.data.split import read_split
from engine.errors import Cancelled, DataError
from engine.events import Control, Event, ProgressDone
from engine.model.file import load_model
from engine.prediction import training_places
from engine.prediction.training_places import find_data, find_run, index_training_images, read_places
from engine.runs import RunFolder


@pytest.fixture
def run(shared: tuple[Path, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of the shared run, with the pixels of its home; nothing is known of another test."""
    monkeypatch.setenv("LESION_LAB_HOME", str(shared[0]))
    training_places._known.clear()
    shutil.copytree(shared[1].path, tmp_path / "run", ignore=shutil.ignore_patterns("features*"))
    return RunFolder(tmp_path / "run")


def _sha256(run: RunFolder) -> str:
    return load_model(run.final_model, training_places.choose("cpu")).sha256


def test_places_are_spread_out_and_kept(run: RunFolder) -> None:
    """All training images, each once, their places about the mean; read again the same in half precision."""
    seen: list[Event] = []
    n_images = index_training_images(run.final_model, on_event=seen.append)
    split = read_split(run.split)
    assert n_images == (split["part"] == "train").sum()
    assert any(isinstance(event, ProgressDone) and event.done == event.total == n_images for event in seen)
    found = read_places(run, _sha256(run))
    assert found is not None
    assert {row[1] for row in found.rows} == set(split.loc[split["part"] == "train", "image_id"])
    assert np.linalg.norm(found.places, axis=1) == pytest.approx(1, abs=2e-3)
    cosines = found.places @ found.places.T
    assert abs(np.median(cosines)) < 0.2


def test_kept_places_belong_to_one_model(run: RunFolder) -> None:
    """Another model's, damaged ones and those of an earlier kind are as good as none."""
    sha256 = _sha256(run)
    index_training_images(run.final_model)
    assert read_places(run, "0" * 64) is None
    assert read_places(run, sha256) is not None
    for content in (b"no places", b""):
        training_places._known.clear()
        run.features.write_bytes(content)
        assert read_places(run, sha256) is None


def test_other_data_is_refused(run: RunFolder, tmp_path: Path) -> None:
    """A run whose data is gone or another by now, and a model outside of a run, get a sentence; nothing is written."""
    mailed = tmp_path / "mailed.safetensors"
    shutil.copy(run.final_model, mailed)
    with pytest.raises(DataError, match="lies in no run"):
        index_training_images(mailed)
    config = json.loads(run.config.read_text(encoding="utf-8"))
    config["training"]["data"] = str(tmp_path / "gone")
    run.config.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(DataError, match="not on this computer"):
        index_training_images(run.final_model)
    assert not run.features.exists()


def test_changed_data_is_refused(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card's fingerprint of the data is held against the data there is."""
    monkeypatch.setattr(training_places, "fingerprint", lambda dataset: "1" * 64)
    with pytest.raises(DataError, match="has changed"):
        index_training_images(run.final_model)


def test_cancel_leaves_no_file(run: RunFolder) -> None:
    """It is heard, and nothing half is kept."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        index_training_images(run.final_model, control=control)
    assert not run.features.exists()


def test_the_starter_model_lies_beside_no_images() -> None:
    """Its folder looks like a run, but its config names no folders: nobody knows where the images are."""
    model = starter.starter_model()
    assert model is not None
    folder = find_run(model)
    assert folder is None or find_data(folder) is None
