"""How long a training would take."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.errors import Cancelled, DataError, TrainingError
from engine.events import Control, Event, TrainingAdjusted
from engine.prediction import non_lesions
from engine.training import estimate
from engine.training.estimate import estimate_time, time_steps
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
    n_images = (plain.seconds_in_all - 3 * plain.seconds_per_epoch - plain.seconds_at_end) / 0.1
    assert n_images == pytest.approx(323)
    repeated = estimate_time(make_config(recipe="notebook", limit=None))
    assert repeated.seconds_per_epoch > 2 * plain.seconds_per_epoch


def test_a_large_network_is_measured_with_few_images(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one image takes seconds, the smallest batch does; when it takes nothing, the batch that was asked for."""
    sizes: list[int] = []

    def measure(seconds: float) -> list[int]:
        sizes.clear()

        def time_learning(learner: object, config: object, size: int, portion: int) -> float:
            sizes.append(size)
            return seconds * size

        monkeypatch.setattr(estimate, "_time_learning", time_learning)
        estimate_time(make_config())
        return sizes

    assert measure(2.0) == [2, 4]
    assert measure(0.1)[2] == 15
    assert set(measure(0.01)[2:]) == {16}


def test_what_follows_the_last_epoch_is_counted(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The best model is scored once more, and the gate looks at all parts and at other things; most of it for Quick."""
    monkeypatch.setattr(estimate, "time_steps", lambda *_: (1.0, 0.5))
    monkeypatch.setattr(estimate, "_time_reading", lambda *_: 0.0)
    monkeypatch.setattr(estimate, "_time_measuring", lambda *_: 0.25)
    plain = estimate_time(make_config(epochs=3, limit=None))
    n_val = round((plain.seconds_per_epoch - plain.n_train) * 2)
    n_others = 60 + 30 * len(non_lesions.HELD_OUT)
    assert plain.seconds_at_end == n_val * 0.5 + (323 + n_others) * 0.75
    assert plain.seconds_in_all == 3 * plain.seconds_per_epoch + plain.seconds_at_end
    halved = estimate_time(make_config(epochs=3, limit=None, weight_bits=16))
    assert halved.seconds_at_end == plain.seconds_at_end + n_val * 0.5
    few = estimate_time(make_config(epochs=3, limit=60))  # too few for a gate
    assert few.seconds_at_end < 60 * 0.5


class _Card:
    """A graphics card on which the first step takes long, and on which so many images fit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fits: int) -> None:
        self.sizes: list[tuple[int, int]] = []
        self._fits = fits
        monkeypatch.setattr(estimate, "Learner", lambda *_: None)
        monkeypatch.setattr(estimate, "_time_learning", self._learn)
        monkeypatch.setattr(estimate, "compute_logits", lambda *_, **__: None)
        monkeypatch.setattr(estimate.time, "perf_counter", iter(range(10**6)).__next__)

    def _learn(self, learner: object, config: object, size: int, portion: int) -> float:
        if portion > self._fits:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        self.sizes.append((size, portion))
        return (30.0 if len(self.sizes) == 1 else 0.04 + 0.32 * (len(self.sizes) == 3)) * size


def test_on_a_gpu_the_first_step_of_a_size_is_not_counted(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tries out ways to compute; of the others, all with a whole batch, the median counts."""
    card = _Card(monkeypatch, fits=1000)
    learning, scoring = time_steps(make_config(batch_size=128), torch.device("cuda"), Control(), 1.5)
    assert card.sizes == [(128, 128)] * 4
    assert learning == pytest.approx(0.04)
    assert scoring == pytest.approx(1 / 128)


def test_short_memory_is_met_as_in_a_training(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half as many images at a time, and half of that, which is told; a sentence where not even two fit."""
    card = _Card(monkeypatch, fits=50)
    told: list[Event] = []
    learning, _ = time_steps(make_config(batch_size=128), torch.device("cuda"), Control(), 1.5, told.append)
    assert learning == pytest.approx(0.04)
    assert set(card.sizes) == {(128, 32)}
    assert [event.text for event in told if isinstance(event, TrainingAdjusted)] == [
        "Memory is short: 64 images at a time from now on, 128 per step as before.",
        "Memory is short: 32 images at a time from now on, 128 per step as before.",
    ]
    _Card(monkeypatch, fits=1)
    with pytest.raises(TrainingError, match="not enough memory even for 2 images"):
        time_steps(make_config(batch_size=128), torch.device("cuda"), Control(), 1.5)


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
