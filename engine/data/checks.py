"""Checks every image of a data set as untrusted and remembers what was found."""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from engine import atomic, places
from engine.data.images import decode_image, read_image_bytes
from engine.data.readers import Dataset, open_dataset
from engine.data.table import shorten
from engine.errors import DataError, DiskError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.results import Finding

_FORMAT = 1  # raise it whenever a check finds more or less than before


@dataclass(frozen=True)
class _Check:
    """What one file was found to be."""

    stamp: tuple[int, int]
    """Size in bytes and time of change in nanoseconds, when it was checked."""
    sha256: str
    fault: str
    """What is wrong with the image, as a sentence; "" if nothing is."""
    hint: str
    is_lasting: bool = True
    """False if the file could not be read at all, which may be mended without changing it."""


def open_checked(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Dataset:
    """Like `open_dataset`, with every image decoded once: rows of unreadable ones are left out, each a finding.

    Results are remembered per file (path, size, time of change), so that the second time takes no time. Raises
    `DataError` where no image can be used.
    """
    on_event(StatusChanged(text="Reading the table"))
    dataset = open_dataset(path)
    paths = list(dataset.rows["path"])
    checks = _check_files(dataset.path, paths, control or Control(), on_event)
    faulty = [bool(checks[path].fault) for path in paths]
    findings = [
        Finding(
            severity="warning",
            kind="unreadable",
            subject=image_id,
            message=checks[path].fault,
            action="The image is left out.",
        )
        for image_id, path, is_faulty in zip(dataset.rows["image_id"], paths, faulty, strict=True)
        if is_faulty
    ]
    rows = dataset.rows.assign(sha256=[checks[path].sha256 for path in paths])
    left_out = pd.concat([dataset.left_out, dataset.rows[faulty]], ignore_index=True)
    rows = rows[[not is_faulty for is_faulty in faulty]].reset_index(drop=True)
    if rows.empty:
        first = checks[paths[0]]
        raise DataError(f"None of the {len(paths):,} images can be used. {first.fault}", first.hint)
    findings = shorten(findings, "images cannot be read")
    return replace(dataset, rows=rows, left_out=left_out, findings=(*dataset.findings, *findings))


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 over ids, diagnoses and image contents of a checked data set: the same in any folder."""
    columns = (dataset.rows[name] for name in ("image_id", "lesion_id", "dx", "sha256"))
    lines = sorted("\t".join(row) for row in zip(*columns, strict=True))
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _check_files(folder: Path, paths: Sequence[str], control: Control, on_event: OnEvent) -> dict[str, _Check]:
    """The check of each path, taken from the last time where the file is unchanged."""
    memory = _memory_of(folder)
    checks = {path: check for path, check in _recall(memory).items() if check.stamp == _stamp(path)}
    new = [path for path in paths if path not in checks]
    if not new:
        return checks
    on_event(StatusChanged(text=f"Checking {len(new):,} images"))
    progress = Progress(len(new), "images", control, on_event)
    n_threads = min(8, os.cpu_count() or 1)  # Pillow decodes without Python's lock
    with ThreadPoolExecutor(n_threads) as executor:
        try:
            for path, check in zip(new, executor.map(_check, new), strict=True):
                checks[path] = check
                progress.advance()
        finally:  # what a cancelled check found is not lost
            executor.shutdown(cancel_futures=True)
            _remember(memory, checks)
    return checks


def _check(path: str) -> _Check:
    stamp = _stamp(path)
    try:
        content = read_image_bytes(Path(path))
    except DataError as error:
        return _Check(stamp, "", error.message, error.hint, is_lasting=False)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        decode_image(content, Path(path).name)
    except DataError as error:
        return _Check(stamp, sha256, error.message, error.hint)
    return _Check(stamp, sha256, "", "")


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116 - ten thousand times
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def _memory_of(folder: Path) -> Path:
    name = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return places.cache_dir() / "checks" / f"{name}.json"


def _recall(memory: Path) -> dict[str, _Check]:
    """What was remembered by path; nothing if the file is missing, of another version or damaged."""
    try:
        saved = json.loads(memory.read_text(encoding="utf-8"))
        if saved["format"] != _FORMAT:
            return {}
        return {
            str(path): _Check((int(size), int(mtime_ns)), str(sha256), str(fault), str(hint))
            for path, (size, mtime_ns, sha256, fault, hint) in saved["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember(memory: Path, checks: dict[str, _Check]) -> None:
    files = {path: [*one.stamp, one.sha256, one.fault, one.hint] for path, one in checks.items() if one.is_lasting}
    with contextlib.suppress(DiskError):  # only costs time: the check is made again
        atomic.write_text(memory, json.dumps({"format": _FORMAT, "files": files}))
