"""How long an audit takes once near-duplicates are known, against reading the table; never fails on a time."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.data.audit import audit
from engine.data.readers import open_dataset
from engine.data.split import make_split
from engine.data.split_modes import notebook_split
from engine.data_results import NearDuplicate

pytestmark = pytest.mark.slow
_ROUNDS = 7


def test_an_audit_is_quicker_than_reading_the_table(ham10000: Path) -> None:
    """Our split and the notebook's, which has several times the rows; interleaved rounds, medians."""
    rows = open_dataset(ham10000).rows
    rows = rows.assign(sha256=rows["image_id"])
    ours, notebook = make_split(rows, 0), notebook_split(rows, 0)
    ids = list(rows["image_id"])
    pairs = [NearDuplicate(first=ids[at], second=ids[at + 1], alike=1.0) for at in range(0, 200, 10)]
    works: dict[str, Callable[[], object]] = {
        "reading the table": lambda: open_dataset(ham10000),
        "making the split": lambda: make_split(rows, 0),
        f"audit of our split ({len(ours):,} rows)": lambda: audit(rows, ours, pairs),
        f"audit of the notebook's split ({len(notebook):,} rows)": lambda: audit(rows, notebook, pairs),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(_ROUNDS):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - started)
    table = statistics.median(seconds["reading the table"])
    print()
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{name}: {1000 * median:.0f} ms, {median / table:.2f} of reading the table")
