"""How long a training would take."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import Cancelled, DataError
from engine.events import Control
from engine.training import estimate
from engine.training.estimate import estimate_time
from tests.engine.training.conftest import FinishedTraining, MakeConfig


def test_the_estimate_is_of_the_right_size(finished: FinishedTraining) -> None:
    """A small training takes about as long as foretold; how nearly depends on what else the computer does meanwhile."""
    foretold = estimate_time(finished.config)
    records = [event.record for event in finished.events if hasattr(event, "record")]
    seen = min(record.seconds for record in records)
    assert seen / 10 < foretold.seconds_per_epoch < seen * 10
    assert foretold.n_train > 0
    assert foretold.device.kind == "cpu"


def test_epochs_and_balancing_count(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """All epochs are counted, and the notebook's repeated rows too."""
    monkeypatch.setattr(estimate, "time_steps", lambda *_: (1.0, 0.5))
    monkeypatch.setattr(estimate, "_time_reading", lambda *_: 0.1)
    plain = estimate_time(make_config(epochs=3, limit=None))
    n_val = (plain.seconds_per_epoch - plain.n_train) * 2
    assert 30 < n_val < 70
    n_images = (plain.seconds_in_all - 3 * plain.seconds_per_epoch) / 0.1
    assert n_images == pytest.approx(323)
    repeated = estimate_time(make_config(recipe="notebook", limit=None))
    assert repeated.seconds_per_epoch > 2 * plain.seconds_per_epoch


def test_a_large_network_is_measured_with_few_images(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one image takes seconds, the smallest batch does; when it takes nothing, the batch that was asked for."""
    sizes: list[int] = []

    def measure(seconds: float) -> list[int]:
        sizes.clear()

        def time_learning(learner: object, config: object, size: int) -> float:
            sizes.append(size)
            return seconds * size

        monkeypatch.setattr(estimate, "_time_learning", time_learning)
        estimate_time(make_config())
        return sizes

    assert measure(2.0) == [2, 4]
    assert measure(0.1)[2] == 15
    assert set(measure(0.01)[2:]) == {16}


def test_cancel_is_heard(make_config: MakeConfig) -> None:
    """A measurement stops when the user cancels."""
    control = Control()
    control.cancel()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        estimate_time(make_config(), control=control)
    assert time.monotonic() - started < 10


def test_a_folder_without_data_is_said(make_config: MakeConfig, tmp_path: Path) -> None:
    """The same error as in training."""
    with pytest.raises(DataError):
        estimate_time(replace(make_config(), data=tmp_path / "nowhere"))
