"""Progress and control: counted, at most about ten times a second, and stopped at once."""

import pytest

from engine import events
from engine.errors import Cancelled
from engine.events import Control, Event, Progress, ProgressDone


def test_progress_is_throttled_and_ends_at_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 steps in two seconds give about 20 events, the last of which says that all is done."""
    now = [0.0]
    monkeypatch.setattr(events.time, "monotonic", lambda: now[0])
    said: list[Event] = []
    progress = Progress(10_000, "images", Control(), said.append)
    for _ in range(10_000):
        now[0] += 2 / 10_000
        progress.advance()
    assert 15 <= len(said) <= 22
    assert said[-1] == ProgressDone(done=10_000, total=10_000, unit="images", seconds_left=0.0)
    halfway = next(event for event in said if isinstance(event, ProgressDone) and event.done >= 5_000)
    assert halfway.seconds_left == pytest.approx(1.0, rel=0.1)


def test_cancel_stops_at_the_next_step() -> None:
    """A scan ends at the first step after `cancel()`, and finishing early does not end it."""
    control = Control()
    progress = Progress(3, "images", control, events.ignore_events)
    control.finish_early()
    progress.advance()
    control.cancel()
    with pytest.raises(Cancelled):
        progress.advance()


def test_a_pause_is_heard_only_where_it_can_be() -> None:
    """Scans go on; the job that can be paused says from when until when."""
    control = Control()
    with control.hearing_pause():
        assert control.hears_pause
    assert not control.hears_pause
    control.pause()
    assert control.is_pausing
    Progress(1, "images", control, lambda event: None).advance()
