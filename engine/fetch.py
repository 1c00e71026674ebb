"""Fetches files from servers: gone on with where the connection broke, checked as a whole, never half of one."""

import glob
import hashlib
import math
import os
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from engine import atomic
from engine.errors import EngineError
from engine.events import Control, OnEvent, ProgressDone, StatusChanged
from engine.https import Answer, BrokenOffError, RangeRefusedError, RefusedError

WAITS_SECONDS: tuple[float, ...] = (1, 2, 4, 8)
"""Before each new try, while nothing of note arrives in between."""

_MAX_WAIT_SECONDS = 60.0
_OF_NOTE = 1_000_000  # bytes
_MEGABYTE = 1_000_000
_PIECE = 1 << 20
_WINDOW_SECONDS, _REPORT_SECONDS = 10.0, 0.1

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Remote:
    """Something on a server."""

    url: str
    """https."""
    name: str
    """What it is, in a sentence: "the ImageNet weights"."""
    server: str
    """Who has it, at the beginning of a sentence: "PyTorch's server"."""
    hint: str
    """What else can be done where it cannot be had."""
    max_bytes: int
    """More is not accepted."""


@dataclass(frozen=True, kw_only=True)
class RemoteFile(Remote):
    """A file on a server, and how to know that it is the right one."""

    size: int | None
    """Bytes; None where only the server knows."""
    algorithm: str
    """Of the checksum, as `hashlib` names it."""
    checksum: str
    """Lower-case hex digits; the first ones are enough."""


class Meter:
    """Says how far a download of one or more files is, and how long the rest takes at the speed of the last seconds."""

    def __init__(self, total_bytes: int, on_event: OnEvent) -> None:
        self._total, self._on_event = total_bytes, on_event
        self._done = self._received = 0
        self._recent = deque([(time.monotonic(), 0)])  # when, and how much had been received by then

    def skip(self, n_bytes: int) -> None:
        """Count what is here already, or with a negative number what has to come again."""
        self._done += n_bytes

    def advance(self, n_bytes: int) -> None:
        """Count what has just arrived."""
        self._done += n_bytes
        self._received += n_bytes
        now = time.monotonic()
        if now - self._recent[-1][0] >= _REPORT_SECONDS:
            self._recent.append((now, self._received))
            while now - self._recent[0][0] > _WINDOW_SECONDS:
                self._recent.popleft()
            self._report()

    def settle(self) -> None:
        """Everything is here, even if it is less than was thought."""
        self._total = self._done
        self._report()

    def _report(self) -> None:
        (first, before), (last, received) = self._recent[0], self._recent[-1]
        left = max(0, self._total - self._done)
        is_known = received > before and last - first >= 1
        total = math.ceil(self._total / _MEGABYTE)
        self._on_event(
            ProgressDone(
                done=min(total, self._done // _MEGABYTE) if left else total,
                total=total,
                unit="MB",
                seconds_left=left * (last - first) / (received - before) if is_known else None,
            )
        )


def fetch_bytes(remote: Remote, *, control: Control, on_event: OnEvent) -> bytes:
    """A short answer as a whole. Raises `EngineError` and `Cancelled`."""

    def attempt() -> bytes:
        content = bytearray()
        with Answer(remote.url, {}, control) as answer:
            for piece in answer.pieces():
                content += piece
                if len(content) > remote.max_bytes:
                    raise _too_long(remote)
        if len(content) < (answer.length or 0):
            raise BrokenOffError("broke off the connection")
        return bytes(content)

    return _insist(remote, attempt, lambda: 0, control, on_event)


def fetch_file(remote: RemoteFile, target: Path, meter: Meter, *, control: Control, on_event: OnEvent) -> None:
    """Bring the file to `target`, whole and with the right checksum, or not at all; what is right there already stays.

    A cut connection is taken up again a few times; what has arrived waits beside `target` under a hidden name for the
    next call, also after `Cancelled`. Raises `EngineError`, `DiskError` and `Cancelled`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        transfer = _Transfer(remote, target, meter, control, on_event)
        if target.exists() and transfer.is_right(target):
            meter.skip(target.stat().st_size)
            return
        meter.skip(transfer.arrived())
        for _ in range(2):
            _insist(remote, transfer.attempt, transfer.arrived, control, on_event)
            if transfer.is_right(transfer.part):
                _publish(transfer.part, target)
                return
            transfer.discard()
            if not transfer.is_pieced:
                break
    except OSError as error:
        raise atomic.disk_error(error, target) from error
    fault = f"{remote.server} sent something else than {remote.name}; it was thrown away."
    raise EngineError(fault, f"Try again. {remote.hint}")


class _Transfer:
    """The tries to get one file, and the part of it that is here."""

    def __init__(self, remote: RemoteFile, target: Path, meter: Meter, control: Control, on_event: OnEvent) -> None:
        self._remote, self._meter, self._control, self._on_event = remote, meter, control, on_event
        # The checksum in the name: what remains of another version of the file is never continued.
        self.part = target.with_name(f".{target.name}.{remote.checksum[:8]}.part")
        self.is_pieced = self.arrived() > 0
        """Whether the part comes from more than one answer."""
        self._tag: str | None = None

    def arrived(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size if self.part.exists() else 0

    def discard(self) -> None:
        """Throw away the part."""
        self._meter.skip(-self.arrived())
        self.part.unlink(missing_ok=True)

    def attempt(self) -> None:
        """Get what is missing. Raises `BrokenOffError` when some of it still is."""
        if self._remote.size is not None and self.arrived() > self._remote.size:
            self.discard()
        have, size = self.arrived(), self._remote.size
        if have == size:
            return
        self._on_event(StatusChanged(text=f"Downloading {self._remote.name}"))
        headers = {}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self._tag is not None:
                headers["If-Range"] = self._tag
        try:
            with Answer(self._remote.url, headers, self._control) as answer:
                self._take(answer, self._find_start(answer, have))
        except RangeRefusedError:
            self.discard()
            raise

    def _find_start(self, answer: Answer, have: int) -> int:
        """Where in the file the answer begins: behind the part, or at 0 where the server gives all of it again."""
        size, tag = self._remote.size, answer.headers.get("ETag")
        self._tag = tag if tag is not None and tag.startswith('"') else None  # a weak one does not count here
        if answer.status == 206 and have:
            place = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
            if place is None or int(place[1]) != have or (size is not None and place[2] not in ("*", str(size))):
                self.discard()
                raise BrokenOffError("did not go on where it had broken off")
            self.is_pieced = True
            return have
        if answer.status != 200:
            raise RefusedError(f"its answer has the status {answer.status}")
        if size is not None and answer.length not in (None, size):
            fault = f"{self._remote.server} sends {answer.length:,} bytes for {self._remote.name} instead of {size:,}."
            raise EngineError(fault, f"Try again later. {self._remote.hint}")
        self.is_pieced = False
        return 0

    def _take(self, answer: Answer, start: int) -> None:
        """Write the answer to the part, from the byte `start` on."""
        self._meter.skip(start - self.arrived())
        end, limit = start, self._remote.max_bytes if self._remote.size is None else self._remote.size
        with self.part.open("r+b" if start else "wb") as file:
            file.seek(start)
            for piece in answer.pieces():
                end += len(piece)
                if end > limit:
                    raise _too_long(self._remote)
                file.write(piece)
                self._meter.advance(len(piece))
        expected = self._remote.size if answer.length is None else start + answer.length
        if end < (expected or 0) or end < (self._remote.size or 0):
            raise BrokenOffError("broke off the connection")

    def is_right(self, path: Path) -> bool:
        """Whether the file has the size and the checksum of the one on the server. It is read again from the disk."""
        if self._remote.size not in (None, path.stat().st_size):
            return False
        self._on_event(StatusChanged(text=f"Checking {self._remote.name}"))
        digest = hashlib.new(self._remote.algorithm, usedforsecurity=False)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                self._control.raise_if_cancelled()
                digest.update(piece)
        return digest.hexdigest().startswith(self._remote.checksum)


def _insist(
    remote: Remote, attempt: Callable[[], T], arrived: Callable[[], int], control: Control, on_event: OnEvent
) -> T:
    """Try until it works, waiting longer and longer while nothing of note arrives; give up after the last wait."""
    failures, reached = 0, arrived()
    while True:
        try:
            return attempt()
        except RefusedError as error:
            raise EngineError(f"{remote.server} refused {remote.name}: {error}.", remote.hint) from error
        except BrokenOffError as error:
            if arrived() >= reached + _OF_NOTE:
                failures, reached = 0, arrived()
            if failures == len(WAITS_SECONDS) or error.wait_seconds > _MAX_WAIT_SECONDS:
                kept = (
                    "What has arrived is kept: try again later to go on from there."
                    if arrived()
                    else "Try again later."
                )
                raise EngineError(f"{remote.server} {error}.", f"{kept} {remote.hint}") from error
            wait = max(WAITS_SECONDS[failures], error.wait_seconds)
            failures += 1
            on_event(StatusChanged(text=f"{remote.server} {error}; trying again in {wait:.0f} s"))
            _wait(wait, control)


def _wait(seconds: float, control: Control) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        control.raise_if_cancelled()
        time.sleep(min(0.1, left))


def _publish(part: Path, target: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    atomic.move(part, target)
    for other in target.parent.glob(f".{glob.escape(target.name)}.*.part"):  # of other versions of the file
        other.unlink(missing_ok=True)


def _too_long(remote: Remote) -> EngineError:
    fault = f"{remote.server} sends more than it should for {remote.name}."
    return EngineError(fault, f"Try again later. {remote.hint}")
