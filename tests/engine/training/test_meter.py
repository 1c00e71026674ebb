"""What the steps of an epoch give."""

import math

import numpy as np
import pytest
import torch

from engine.errors import TrainingError
from engine.events import BatchesDone, Event
from engine.training import meter as meter_module
from engine.training.meter import Meter
from engine.training.pace import Pace


class _Clock:
    """Time that a test sets."""

    now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """A clock in place of the real one, for meter and pace."""
    clock = _Clock()
    monkeypatch.setattr("engine.training.meter.time", clock)
    monkeypatch.setattr("engine.training.pace.time", clock)
    return clock


def _meter(events: list[Event], epoch: int = 1) -> Meter:
    pace = Pace(epochs=2, n_positions=40, n_val=10)
    pace.start_epoch(epoch)
    return Meter(epoch, pace, events.append)


def _add(meter: Meter, loss: float, named: list[int]) -> None:
    meter.add(torch.tensor(loss), torch.tensor(named))


def test_losses_are_told_in_few_events_and_none_is_lost(clock: _Clock) -> None:
    """However fast the steps are, events come at most eight times a second and hold every loss in order."""
    events: list[BatchesDone] = []
    meter = _meter(events)  # type: ignore[arg-type]
    for step in range(1000):
        clock.now += 0.001
        _add(meter, float(step), [0, 1])
    assert 7 <= len(events) <= 9
    meter.sum_up(np.zeros(2000, dtype=np.int64))
    assert [loss for event in events for loss in event.losses] == [float(step) for step in range(1000)]
    assert events[-1].step == 1000
    assert events[-1].images_per_second == pytest.approx(2000)


def test_the_sum_weighs_batches_by_their_images(clock: _Clock) -> None:
    """Mean loss over images, balanced accuracy over classes, of the images that were shown only."""
    meter = _meter([])
    _add(meter, 1.0, [0, 0, 0])
    _add(meter, 5.0, [1])
    loss, accuracy = meter.sum_up(np.array([0, 0, 1, 1, 6, 6]))  # the epoch was cut after four images
    assert loss == pytest.approx(2.0)
    assert accuracy == pytest.approx((1 + 0.5) / 2)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_names_its_step_however_late_it_is_read(clock: _Clock, value: float) -> None:
    """Of losses that were still on the device the first broken one is named."""
    meter = _meter([], epoch=3)
    _add(meter, 1.0, [0])  # is told at once
    for loss in (1.0, value, math.nan):
        _add(meter, loss, [0])
    with pytest.raises(TrainingError, match=f"became {value} in epoch 3, step 3"):
        meter.sum_up(np.zeros(4, dtype=np.int64))


def test_the_time_left_is_not_guessed_from_the_first_steps(clock: _Clock) -> None:
    """The first steps of the first epoch, which set things up, promise nothing."""
    events: list[BatchesDone] = []
    meter = _meter(events)  # type: ignore[arg-type]
    for _ in range(4):
        clock.now += 1
        _add(meter, 1.0, [0] * 4)
    assert [event.seconds_left is None for event in events] == [True, True, False, False]


def test_reports_are_no_more_than_eight_a_second() -> None:
    """The promise of the events: at most about 10 a second, of which these are most."""
    assert meter_module._REPORT_SECONDS >= 0.125


def test_a_meter_goes_on_where_another_stopped(clock: _Clock) -> None:
    """Steps, mean loss and balanced accuracy of an epoch in two halves are those of the epoch as a whole."""
    first, second, whole = (_meter([]) for _ in range(3))
    events: list[BatchesDone] = []
    second = _meter(events)  # type: ignore[arg-type]
    for meter in (first, whole):
        _add(meter, 1.5, [0, 0, 1])
        _add(meter, 0.1, [1])
    second.load(first.tensors())
    for meter in (second, whole):
        _add(meter, 0.7, [6, 6])
    labels = np.array([0, 1, 1, 1, 6, 2])
    assert second.sum_up(labels) == whole.sum_up(labels)
    assert [event.step for event in events] == [3]
    second.load({})
    assert _meter([]).tensors() == {}
