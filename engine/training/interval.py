"""Decides when the next checkpoint is due: often enough to lose little, seldom enough to cost little."""

import time

_SHARE = 0.02  # of the time may go into checkpoints
_SHORTEST, _LONGEST = 60.0, 600.0  # seconds, within an epoch


class Interval:
    """The time between two checkpoints."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def begin(self) -> None:
        """A checkpoint is being written now."""
        self._since = time.perf_counter()

    def is_due(self, cost: float | None, *, at_epoch_end: bool = False) -> bool:
        """Whether one should be written now, where the last one cost so many seconds; None before the first.

        At the end of an epoch it need not be a minute since the last one: what is cheap may be done more often.
        """
        elapsed = time.perf_counter() - self._since
        wanted = 0.0 if cost is None else cost / _SHARE
        return elapsed >= min(_LONGEST, wanted if at_epoch_end else max(_SHORTEST, wanted))
