"""Keeps the computer from falling asleep while it trains; the screen may go dark."""

from collections.abc import Iterator
from contextlib import contextmanager

from wakepy import keep


@contextmanager
def kept_awake() -> Iterator[bool]:
    """Within, the system does not go to sleep by itself; gives whether it agreed.

    Where it offers no way to ask, as on a server, the training runs all the same; after a sleep it goes on.
    """
    with keep.running(on_fail="pass") as mode:
        yield bool(mode.active)
