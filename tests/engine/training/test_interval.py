"""When checkpoints are due."""

import pytest

from engine.training.interval import Interval


class _Clock:
    """Time that a test sets."""

    now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr("engine.training.interval.time", clock)
    return clock


def _due_after(clock: _Clock, cost: float | None, *, at_epoch_end: bool) -> float:
    interval = Interval()
    interval.begin()
    started = clock.now
    while not interval.is_due(cost, at_epoch_end=at_epoch_end):
        clock.now += 0.5
    return clock.now - started


@pytest.mark.parametrize(("cost", "seconds"), [(None, 60), (0.1, 60), (1.2, 60), (2.0, 100), (6.0, 300), (50.0, 600)])
def test_within_an_epoch_it_adapts_between_one_and_ten_minutes(
    clock: _Clock, cost: float | None, seconds: float
) -> None:
    """A checkpoint that costs more comes less often, so that all of them take 2 % of the time at most."""
    assert _due_after(clock, cost, at_epoch_end=False) == seconds


@pytest.mark.parametrize(("cost", "seconds"), [(None, 0), (0.01, 0.5), (0.4, 20), (3.0, 150), (50.0, 600)])
def test_at_the_end_of_an_epoch_it_follows_the_cost_alone(clock: _Clock, cost: float | None, seconds: float) -> None:
    """The first epoch always ends with one; later ones do as soon as it is worth 2 % of the time."""
    assert _due_after(clock, cost, at_epoch_end=True) == seconds
