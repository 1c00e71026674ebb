"""What the pages share."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.state import AppState
from engine import places
from engine.calls import Call
from engine.results import DeviceInfo
from tests.desktop.datasets import summary


def test_each_change_is_said(qtbot: QtBot, state: AppState, tmp_path: Path) -> None:
    """The value is there when the signal comes."""
    device = DeviceInfo(kind="cpu", name="CPU", reason="There is no other.")
    dataset = summary(tmp_path)
    with qtbot.waitSignal(state.dataset_changed):
        state.set_dataset(dataset)
    with qtbot.waitSignal(state.model_changed):
        state.set_model(tmp_path / "model.safetensors")
    with qtbot.waitSignal(state.runs_changed):
        state.set_run(tmp_path)
    with qtbot.waitSignal(state.device_changed):
        state.set_device(device)
    assert (state.dataset, state.model, state.run, state.device) == (
        dataset,
        tmp_path / "model.safetensors",
        tmp_path,
        device,
    )
    assert state.model_card is None
    assert state.runs_dir == places.runs_dir()


def test_a_training_is_known_while_it_runs(
    qtbot: QtBot, state: AppState, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a training counts; it is known from its first to its last moment, whatever becomes of it."""
    monkeypatch.setattr("desktop.jobs.TRAIN", "tests.engine.process_targets:raise_engine_error")
    state.follow(runner)
    told: list[bool] = []
    state.training_changed.connect(lambda: told.append(state.is_training))
    other = runner.start(Call("tests.engine.process_targets:add", {"a": 1, "b": 1}), "Adding")
    qtbot.waitUntil(lambda: other.is_over, timeout=60_000)
    training = runner.start(Call("tests.engine.process_targets:raise_engine_error", {}), "Training")
    qtbot.waitUntil(lambda: told == [True, False], timeout=180_000)
    assert training.is_over
    assert not state.is_training
