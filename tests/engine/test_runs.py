"""Run folders: names, states, histories and the count of test openings."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from engine import runs
from engine.atomic import write_json
from engine.errors import DataError, DiskError
from engine.labels import CODES
from engine.results import EpochRecord

NOW = datetime(2026, 11, 23, 10, 15)


def record(epoch: int, balanced_accuracy: float) -> EpochRecord:
    return EpochRecord(
        epoch=epoch,
        train_loss=1.0,
        val_loss=1.25,
        train_balanced_accuracy=0.5,
        val_balanced_accuracy=balanced_accuracy,
        val_recall=(0.5, None, 1.0, 0.0, 0.25, 0.75, None),
        learning_rate=0.001,
        seconds=2.5,
    )


def make_run(out: Path, history: list[EpochRecord], now: datetime = NOW) -> runs.RunFolder:
    folder = runs.create_run(out, "resnet18", now)
    write_json(folder.config, {"training": {"epochs": 30, "backbone": "resnet18"}, "is_demo": True})
    with folder.history.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(runs.history_columns(record(1, 0), CODES)))
        writer.writeheader()
        writer.writerows(runs.history_columns(row, CODES) for row in history)
    return folder


def test_runs_of_one_second_get_different_folders(tmp_path: Path) -> None:
    """No run ever writes into another's folder."""
    names = [runs.create_run(tmp_path, "resnet18", NOW).path.name for _ in range(3)]
    assert names == ["2026-11-23_101500_resnet18", "2026-11-23_101500_resnet18_2", "2026-11-23_101500_resnet18_3"]


def test_a_runs_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """A file in the way of the runs folder is a `DiskError`."""
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(DiskError):
        runs.create_run(tmp_path / "runs", "resnet18", NOW)


def test_history_is_read_back(tmp_path: Path) -> None:
    """What is written per epoch is read back equal, absent classes included."""
    history = [record(1, 0.3), record(2, 0.4)]
    assert runs.read_history(make_run(tmp_path, history).history) == tuple(history)


def test_a_torn_history_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A history that ends in the middle of a row gives the rows before it."""
    folder = make_run(tmp_path, [record(1, 0.3), record(2, 0.4)])
    text = folder.history.read_text()
    folder.history.write_text(text[: text.rindex("0.001")])
    assert len(runs.read_history(folder.history)) == 1


def test_list_tells_finished_from_interrupted(tmp_path: Path) -> None:
    """A run with its final model is finished; with only the best so far it is interrupted; others are left out."""
    interrupted = make_run(tmp_path, [record(1, 0.3), record(2, 0.5), record(3, 0.4)])
    interrupted.best_so_far.parent.mkdir()
    interrupted.best_so_far.write_bytes(b"model")
    finished = make_run(tmp_path, [record(1, 0.3)], NOW.replace(hour=11))
    finished.final_model.write_bytes(b"model")
    make_run(tmp_path, [], NOW.replace(hour=12))
    (tmp_path / "something else").mkdir()
    first, second = runs.list_runs(tmp_path)
    assert (first.path, first.state, first.model) == (finished.path, "finished", finished.final_model)
    assert (second.state, second.model, second.best_epoch) == ("interrupted", interrupted.best_so_far, 2)
    assert second.name == "resnet18, 23 Nov 10:15, demo"


def test_where_resuming_goes_on_is_read_from_the_newer_checkpoint(tmp_path: Path) -> None:
    """The epochs of the history may be more than those; a slot without a manifest, or torn, does not count."""
    folder = make_run(tmp_path, [record(1, 0.3), record(2, 0.5)])
    for slot, number, epochs, steps in ((folder.slots[0], 4, 1, 3), (folder.slots[1], 3, 1, 0)):
        write_json(slot / "state.json", {"history": epochs * [{}], "step": steps})
        write_json(slot / runs.MANIFEST, {"number": number})
    (listed,) = runs.list_resumable(tmp_path)
    assert (listed.epochs_run, listed.saved_epochs, listed.saved_steps) == (2, 1, 3)
    (folder.slots[0] / runs.MANIFEST).unlink()
    (listed,) = runs.list_resumable(tmp_path)
    assert (listed.saved_epochs, listed.saved_steps) == (1, 0)
    (folder.slots[1] / "state.json").write_text("{")
    (listed,) = runs.list_resumable(tmp_path)
    assert (listed.saved_epochs, listed.saved_steps) == (None, 0)


def test_list_of_a_missing_folder_is_empty(tmp_path: Path) -> None:
    """Before the first run there is nothing, and no error."""
    assert runs.list_runs(tmp_path / "none") == ()


def test_discard_deletes_runs_only(tmp_path: Path) -> None:
    """A run folder goes; a folder of something else stays."""
    folder = make_run(tmp_path, [])
    runs.discard_run(folder.path)
    assert not folder.path.exists()
    other = tmp_path / "photos"
    other.mkdir()
    (other / "holiday.jpg").write_bytes(b"")
    runs.discard_run(other)
    assert (other / "holiday.jpg").exists()


def test_openings_are_counted_per_split_across_runs(tmp_path: Path) -> None:
    """Two runs on one split share a count; another split has its own."""
    assert runs.count_test_openings(tmp_path, "a") == 0
    assert runs.record_test_opening(tmp_path, "a", tmp_path / "run1", NOW) == 1
    assert runs.record_test_opening(tmp_path, "a", tmp_path / "run2", NOW) == 2
    assert runs.record_test_opening(tmp_path, "b", tmp_path / "run1", NOW) == 1
    assert runs.count_test_openings(tmp_path, "a") == 2


def test_a_broken_count_is_not_taken_for_zero(tmp_path: Path) -> None:
    """A damaged list of openings is said, not silently begun anew."""
    runs.record_test_opening(tmp_path, "a", tmp_path / "run1", NOW)
    (tmp_path / "test_openings.json").write_text('{"a": [')
    with pytest.raises(DataError, match="test openings"):
        runs.count_test_openings(tmp_path, "a")
