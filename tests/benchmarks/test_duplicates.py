"""How long near-duplicates are looked for, and how much memory that takes; prints, and never fails on a time."""

import os
import time
from pathlib import Path

import psutil
import pytest

from engine.data import duplicates
from engine.data.cache import open_cache
from engine.data.checks import open_checked
from engine.data.duplicates import find_duplicates
from engine.events import Event, StatusChanged

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
_FULL = 10_015  # images of HAM10000


def test_a_whole_data_set_is_searched_in_minutes(ham10000: Path) -> None:
    """With the pixels prepared. The search grows with the square of the images, the comparison with their number."""
    dataset = open_checked(ham10000)
    open_cache(dataset, duplicates._PIXELS)
    steps: list[tuple[float, float]] = []

    def note(event: Event) -> None:
        if isinstance(event, StatusChanged):
            steps.append(_clocks())

    started = _clocks()
    pairs = find_duplicates(dataset, on_event=note)
    ended = _clocks()
    reading, search, comparison = (
        [late - early for early, late in zip(before, after, strict=True)]
        for before, after in zip([started, *steps], [*steps, ended], strict=True)
    )
    scale = _FULL / len(dataset.rows)
    wall, cpu = (scale * (reading[clock] + comparison[clock]) + scale * scale * search[clock] for clock in (0, 1))
    before = time.perf_counter()
    find_duplicates(dataset)
    again = time.perf_counter() - before
    print(
        f"\n{len(pairs)} pairs in {len(dataset.rows):,} images: "
        f"search {search[0]:.0f} s ({search[1]:.0f} s of one core), "
        f"comparison {comparison[0]:.0f} s ({comparison[1]:.0f} s), load {os.getloadavg()[0]:.1f} on {os.cpu_count()} "
        f"cores; {_FULL:,} images would take {wall:.0f} s here now, {cpu / 2:.0f} s on two cores of their own; "
        f"again in {again:.2f} s; {psutil.Process().memory_info().rss / 1e9:.2f} GB held"
    )


def _clocks() -> tuple[float, float]:
    """Seconds by the wall and of computing."""
    return time.perf_counter(), time.process_time()
