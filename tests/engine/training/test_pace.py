"""How long a training will still take."""

import pytest

from engine.training.pace import Pace


class _Clock:
    now = 0.0

    def perf_counter(self) -> float:
        return self.now


def test_the_time_left_counts_training_and_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A training of constant speed is foretold exactly once a validation was seen, and about right before."""
    clock = _Clock()
    monkeypatch.setattr("engine.training.pace.time", clock)
    pace = Pace(epochs=3, n_positions=100, n_val=30)
    seconds_per_image, validation_seconds = 0.5, 8.0
    end = 3 * (100 * seconds_per_image + validation_seconds)
    for epoch in (1, 2, 3):
        pace.start_epoch(epoch)
        for _ in range(10):
            clock.now += 10 * seconds_per_image
            pace.count(10)
            assert pace.images_per_second == pytest.approx(2)
            accuracy = 0.1 if epoch == 1 else 1e-9
            assert pace.seconds_left == pytest.approx(end - clock.now, rel=accuracy)
        clock.now += validation_seconds
        assert pace.end_epoch() == pytest.approx(58)
        assert pace.seconds_left_after_epoch == pytest.approx(end - clock.now, abs=1e-6)
