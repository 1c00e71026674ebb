"""Checks every image of a data set as untrusted and remembers what was found."""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from engine import atomic, places
from engine.data.images import GET_AGAIN, decode_image, is_cut, mode_of, read_image_bytes
from engine.data.readers import Dataset, open_dataset
from engine.errors import DataError, DiskError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.results import Finding

_FORMAT = 2  # raise it whenever a check finds more or less than before


MIN_SIDE = 32
"""Pixels; nothing can be told from less."""

_LEFT_OUT = "The image is left out."
_ACTIONS = {
    "unreadable": _LEFT_OUT,
    "cut": _LEFT_OUT,
    "tiny": _LEFT_OUT,
    "not RGB": "It is converted to colours and used.",
}
"""What is done by kind of finding."""


@dataclass(frozen=True)
class _Check:
    """What one file was found to be."""

    stamp: tuple[int, int]
    """Size in bytes and time of change in nanoseconds, when it was checked."""
    sha256: str
    kind: str = ""
    """A key of `_ACTIONS`; "" if nothing is the matter."""
    message: str = ""
    """What is the matter, as a sentence."""
    hint: str = ""
    is_lasting: bool = True
    """False if the file could not be read at all, which may be mended without changing it."""

    @property
    def is_usable(self) -> bool:
        return _ACTIONS.get(self.kind) != _LEFT_OUT


def open_checked(path: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Dataset:
    """Like `open_dataset`, with every image decoded once: rows of unreadable ones are left out, each a finding.

    Results are remembered per file (path, size, time of change), so that the second time takes no time. Raises
    `DataError` where no image can be used.
    """
    on_event(StatusChanged(text="Reading the table"))
    dataset = open_dataset(path, control=control, on_event=on_event)
    paths = list(dataset.rows["path"])
    checks = _check_files(dataset.path, paths, control or Control(), on_event)
    usable = [checks[path].is_usable for path in paths]
    findings = tuple(
        Finding(
            severity="info" if check.is_usable else "warning",
            kind=check.kind,
            subject=image_id,
            message=check.message,
            action=_ACTIONS[check.kind],
        )
        for image_id, check in zip(dataset.rows["image_id"], map(checks.__getitem__, paths), strict=True)
        if check.kind
    )
    if not any(usable):
        first = checks[paths[0]]
        raise DataError(f"None of the {len(paths):,} images can be used. {first.message}", first.hint)
    left_out = pd.concat([dataset.left_out, dataset.rows[~np.array(usable)]], ignore_index=True)
    rows = dataset.rows.assign(sha256=[checks[path].sha256 for path in paths])[usable].reset_index(drop=True)
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
    stamp, name = _stamp(path), Path(path).name
    try:
        content = read_image_bytes(Path(path))
    except DataError as error:
        return _Check(stamp, "", "unreadable", error.message, error.hint, is_lasting=False)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        image = decode_image(content, name)
    except DataError as error:
        if is_cut(content):
            return _Check(stamp, sha256, "cut", f"{name} is cut: its end is missing.", GET_AGAIN)
        return _Check(stamp, sha256, "unreadable", error.message, error.hint)
    if min(image.size) < MIN_SIDE:
        size = f"{image.width} x {image.height}"
        message = f"{name} is tiny, {size} pixels: nothing can be told from less than {MIN_SIDE} a side."
        return _Check(stamp, sha256, "tiny", message, "Use larger images.")
    mode = mode_of(content)
    if mode != "RGB":
        return _Check(stamp, sha256, "not RGB", f"{name} is not saved as plain colours, but as {mode}.")
    return _Check(stamp, sha256)


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
            str(path): _Check((int(size), int(mtime_ns)), str(sha256), str(kind), str(message), str(hint))
            for path, (size, mtime_ns, sha256, kind, message, hint) in saved["files"].items()
            if kind in ("", *_ACTIONS)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember(memory: Path, checks: dict[str, _Check]) -> None:
    files = {
        path: [*one.stamp, one.sha256, one.kind, one.message, one.hint]
        for path, one in checks.items()
        if one.is_lasting
    }
    with contextlib.suppress(DiskError):  # only costs time: the check is made again
        atomic.write_text(memory, json.dumps({"format": _FORMAT, "files": files}))
