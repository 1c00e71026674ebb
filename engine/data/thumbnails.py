"""Makes small pictures of many images for a grid, and remembers them, so that scrolling back costs nothing."""

import contextlib
import hashlib
import io
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from engine import places
from engine.data.images import decode_image, read_image_bytes
from engine.errors import DataError
from engine.events import Control, OnEvent, ignore_events

_FORMAT = 1  # raise it whenever the same file would give another picture
_QUALITY = 85
_MOST_REMEMBERED = 100_000  # pictures, of some 4 kB each
_WAIT_SECONDS = 2.0  # for another process that writes its own


def make_thumbnails(
    paths: Sequence[Path], max_side: int, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> tuple[bytes, ...]:
    """A JPEG of each image, upright, no side longer than `max_side` pixels; b"" where an image cannot be read."""
    control = control or Control()
    keys = [_key(path, max_side) for path in paths]
    with _memory() as memory:
        known = _recall(memory, keys)
        missing = {key: path for key, path in zip(keys, paths, strict=True) if key not in known}
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as executor:  # Pillow decodes without Python's lock
            try:
                made: dict[bytes, bytes] = {}
                for key, jpeg in zip(
                    missing, executor.map(lambda p: _make(p, max_side), missing.values()), strict=True
                ):
                    control.raise_if_cancelled()
                    made[key] = jpeg
            finally:
                executor.shutdown(cancel_futures=True)
        _remember(memory, made)
    known |= made
    return tuple(known[key] for key in keys)


def _make(path: Path, max_side: int) -> bytes:
    try:
        image = decode_image(read_image_bytes(path), path.name, at_least=max_side)
    except DataError:
        return b""
    image.thumbnail((max_side, max_side), Image.Resampling.BICUBIC)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=_QUALITY)
    return jpeg.getvalue()


def _key(path: Path, max_side: int) -> bytes:
    """Names a picture by its file as it is now: another size or time of change is another file."""
    try:
        status = path.stat()
        stamp = f"{status.st_size}:{status.st_mtime_ns}"
    except (OSError, ValueError):
        stamp = "none"
    text = f"{_FORMAT}:{max_side}:{stamp}:{path.absolute()}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()[:16]


@contextlib.contextmanager
def _memory() -> Iterator[sqlite3.Connection]:
    """The remembered pictures; for this once in memory where the disk does not have it."""
    file = places.cache_dir() / "thumbnails.sqlite"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        memory = _open(str(file))
    except (OSError, sqlite3.Error):
        memory = _open(":memory:")
    try:
        yield memory
    finally:
        memory.close()


def _open(name: str) -> sqlite3.Connection:
    memory = sqlite3.connect(name, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        memory.execute("CREATE TABLE IF NOT EXISTS thumbnails (key BLOB PRIMARY KEY, jpeg BLOB NOT NULL)")
    except sqlite3.OperationalError:  # held by another process, or the disk is full: it is used the next time
        memory.close()
        raise
    except sqlite3.DatabaseError:  # damaged: only costs time
        memory.close()
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return memory


def _recall(memory: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    known: dict[bytes, bytes] = {}
    with contextlib.suppress(sqlite3.Error):
        for key in keys:
            if row := memory.execute("SELECT jpeg FROM thumbnails WHERE key = ?", (key,)).fetchone():
                known[key] = bytes(row[0])
    return known


def _remember(memory: sqlite3.Connection, made: Mapping[bytes, bytes]) -> None:
    """Keep what was made; when there are very many, the older half goes."""
    pictures = [(key, jpeg) for key, jpeg in made.items() if jpeg]
    if not pictures:
        return
    with contextlib.suppress(sqlite3.Error):
        memory.execute("BEGIN IMMEDIATE")
        memory.executemany("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", pictures)
        (newest,) = memory.execute("SELECT max(rowid) FROM thumbnails").fetchone()
        (number,) = memory.execute("SELECT count(*) FROM thumbnails").fetchone()
        if number > _MOST_REMEMBERED:
            memory.execute("DELETE FROM thumbnails WHERE rowid <= ?", (newest - _MOST_REMEMBERED // 2,))
        memory.execute("COMMIT")
