"""Resuming where the data were moved, or on another device."""

import json
import shutil
from pathlib import Path

import pytest

from engine import cli
from engine.errors import ConfigError, DataError, Paused, TrainingError
from engine.events import BatchesDone, Control, Event
from engine.fold_sets import AskedFolds, FoldSet, write_asked
from engine.runs import RunFolder
from engine.training import meter
from engine.training.relocation import relocate
from engine.training.trainer import resume, train
from tests.engine.training.conftest import MakeConfig


@pytest.fixture
def data(demo_data: Path, tmp_path: Path) -> Path:
    """A data set that may be moved."""
    return Path(shutil.copytree(demo_data, tmp_path / "data"))


@pytest.fixture
def paused(data: Path, make_config: MakeConfig, small_network: None, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that was paused at its first batch."""
    monkeypatch.setattr(meter, "_REPORT_SECONDS", 0.0)
    control = Control()

    def tell(event: Event) -> None:
        if isinstance(event, BatchesDone):
            control.pause()

    with pytest.raises(Paused) as caught:
        train(make_config(data, limit=60, weights="none", epochs=1), control=control, on_event=tell)
    return RunFolder(caught.value.run)


def _training(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))["training"]
    return found


def test_moved_data_are_named_once(data: Path, paused: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody edits a file by hand: the line that resumes says where they are, and the evaluation finds them there."""
    moved = data.rename(data.with_name("moved"))
    with pytest.raises(DataError):
        resume(paused.path)
    assert cli.main(["resume", str(paused.path), "--data", str(moved), "--device", "cpu"]) == 0, capsys.readouterr().err
    assert paused.final_model.is_file()
    assert _training(paused.config)["data"] == str(moved)


def test_other_data_or_a_missing_device_change_nothing(data: Path, paused: RunFolder) -> None:
    """A slip of the keyboard must not make a run that can be resumed one that cannot."""
    before = paused.config.read_bytes()
    other = Path(shutil.copytree(data, data.with_name("other")))
    next(other.rglob("*.jpg")).unlink()
    with pytest.raises(TrainingError, match="not the one that this training began with"):
        relocate(paused.path, other)
    with pytest.raises(DataError):
        relocate(paused.path, data.with_name("nowhere"))
    with pytest.raises(ConfigError):
        relocate(paused.path, data, "mps")
    assert paused.config.read_bytes() == before


def test_of_folds_all_runs_and_those_to_come_are_told(data: Path, paused: RunFolder, make_config: MakeConfig) -> None:
    """Finished folds are evaluated where the data lie now, the next ones are trained there."""
    folds = FoldSet(paused.path.parent)
    asked = AskedFolds(training=make_config(data), n_folds=3, open_test=False, split_sha256="5" * 64, is_demo=True)
    write_asked(folds, asked)
    moved = data.rename(data.with_name("moved"))
    relocate(folds.path, moved, "cpu")
    assert [_training(file)["data"] for file in (paused.config, folds.asked_file)] == [str(moved)] * 2
    assert (folds.asked().training.data, folds.asked().n_folds) == (moved, 3)
