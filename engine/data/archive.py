"""Unpacks zip archives that nobody vouches for: names, kinds and sizes are checked before anything is written."""

import contextlib
import glob
import io
import os
import re
import secrets
import shutil
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine import atomic
from engine.errors import DataError, DiskError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events

MAX_ENTRIES = 200_000
MAX_UNPACKED_BYTES = 60 * 10**9
MAX_RATIO = 100
"""Unpacked bytes per byte of the archive. Photographs do not shrink at all and tables about tenfold."""

_HARMLESS_BYTES = 50_000_000  # so little may shrink as well as it likes
_MAX_CONTENTS_BYTES = 32_000_000  # of the table at the end of the archive, which is read into memory
_MAX_DEPTH = 16
_MAX_NAME_BYTES = 255
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may ask for gigabytes of memory
_PIECE = 1 << 20
_SPARE_BYTES = 100_000_000
_LEFTOVER_SECONDS = 24 * 60 * 60
_ENCRYPTED, _UTF8 = 0x2041, 0x800
_LEFT_OUT = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
_UNFIT = re.compile(r"[\x00-\x1f\x7f:]")  # ends a name, or names a stream of a file, on some system
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d) *(\..*)?", re.IGNORECASE)  # open devices on Windows
_GET_AGAIN = "Get the archive again from where it comes from, or unpack it yourself and choose the folder."
_UNPACK = "Unpack it with the program that made it, and choose the folder."

_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class _File:
    """One file to write."""

    entry: zipfile.ZipInfo
    parts: tuple[str, ...]
    """Its folders and its name."""


def extract_zip(path: Path, target: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Path:
    """Unpack the archive `path` into the new folder `target` and return it: all of it, or nothing.

    What some systems add on their own (`__MACOSX` and the like) is left out; of files that are the same under one name
    (upper and lower case are one) the first is written. Raises `DataError` for an archive that is cut, damaged,
    encrypted or made to do harm, `DiskError` and `Cancelled`.
    """
    control = control or Control()
    if target.exists():
        raise DataError(f"There already is a folder {target.name}.", "Choose another name for the folder.")
    on_event(StatusChanged(text=f"Unpacking {path.name}"))
    staging = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.unpacking")
    with _open(path) as archive:
        files = _plan(path, archive.infolist())
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(target)
            _check_space(path, target, sum(file.entry.file_size for file in files))
            for folder in {file.parts[:-1] for file in files}:
                staging.joinpath(*folder).mkdir(parents=True, exist_ok=True)
            progress = Progress(len(files), "files", control, on_event)
            for file in files:
                _write(path, archive, file, staging, control)
                progress.advance()
            atomic.move(staging, target)
        except OSError as error:
            raise atomic.disk_error(error, target) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return target


class _BoundedFile(io.FileIO):
    """A file that refuses to be read in very large pieces: `zipfile` reads the whole table of contents at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            here = self.tell()
            size = self.seek(0, os.SEEK_END) - here
            self.seek(here)
        if size > _MAX_CONTENTS_BYTES:
            raise zipfile.BadZipFile("too many entries")
        return super().read(size) or b""


@contextlib.contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        file = _BoundedFile(path)
    except OSError as error:
        fault = f"{path.name} could not be read: {error.strerror or error}."
        raise DataError(fault, "Check that the file exists and that you may read it.") from error
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _FAULTS as error:
            raise DataError(f"{path.name} is no zip archive, or it is cut short.", _GET_AGAIN) from error
        with archive:
            yield archive


def _plan(path: Path, entries: list[zipfile.ZipInfo]) -> list[_File]:
    """The files to write, in the order of the archive. Raises `DataError` if any entry is not to be trusted."""
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED_BYTES:
        fault = f"holds {len(entries):,} entries with {total / 1e9:,.1f} GB, more than any data set this program knows"
        raise _refusal(path, fault)
    if total > max(_HARMLESS_BYTES, MAX_RATIO * path.stat().st_size):
        raise _refusal(path, f"would grow to {total / 1e9:,.1f} GB, as archives do that are made to fill disks")
    files: dict[str, _File] = {}
    folders: set[str] = set()
    for entry in entries:
        parts = _check(path, entry)
        if not parts or not _LEFT_OUT.isdisjoint(part.lower() for part in parts):
            continue
        keys = [_key(parts[: depth + 1]) for depth in range(len(parts))]
        folders.update(keys if _is_folder(entry) else keys[:-1])
        if _is_folder(entry):
            continue
        known = files.setdefault(keys[-1], _File(entry, parts)).entry
        if (known.CRC, known.file_size) != (entry.CRC, entry.file_size):
            raise _refusal(path, f"holds two different files of the name {'/'.join(parts)}")
    if both := folders & files.keys():
        raise _refusal(path, f"holds {min(both)} as a file and as a folder")
    if not files:
        raise DataError(f"{path.name} holds no files.", "Choose the archive with the images and their table.")
    return list(files.values())


def _check(path: Path, entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The folders and the name of an entry that may be written; () for one that names nothing."""
    if entry.flag_bits & _ENCRYPTED:
        raise DataError(f"{path.name} is protected by a password.", _UNPACK)
    name = _name(entry)
    shown = ascii(name)[1:61]
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refusal(path, f"holds a link or a device, {shown}")
    if name.startswith(("/", "\\")) or re.match("[a-z]:", name, re.IGNORECASE):
        raise _refusal(path, f"holds a file with an absolute path, {shown}")
    parts = tuple(part for part in re.split(r"[/\\]", name) if part not in ("", "."))
    if any(not part.strip(". ") for part in parts):
        raise _refusal(path, f"holds a file that leads out of its folder, {shown}")
    if _UNFIT.search(name) or any(_DEVICES.fullmatch(part) for part in parts):
        raise _refusal(path, f"holds a file whose name no system should open, {shown}")
    if len(parts) > _MAX_DEPTH or any(len(part.encode(errors="replace")) > _MAX_NAME_BYTES for part in parts):
        raise _refusal(path, f"holds a file whose name is too long, {shown}")
    if entry.compress_type not in _METHODS and not _is_folder(entry):
        raise DataError(f"{path.name} is packed in a way that this program cannot read.", _UNPACK)
    return parts


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: some programs write UTF-8 without saying so."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.orig_filename.endswith(("/", "\\")) or stat.S_ISDIR(entry.external_attr >> 16)


def _key(parts: tuple[str, ...]) -> str:
    """What is the same for names that some systems take for one."""
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()


def _write(path: Path, archive: zipfile.ZipFile, file: _File, folder: Path, control: Control) -> None:
    """Write one file."""
    with folder.joinpath(*file.parts).open("xb") as output:
        for piece in _read(path, archive, file):
            control.raise_if_cancelled()
            output.write(piece)


def _read(path: Path, archive: zipfile.ZipFile, file: _File) -> Iterator[bytes]:
    """The content of a file in pieces. Its faults are the archive's, not the disk's to which it is written.

    `zipfile` never gives more than the announced size, but it compares the checksum only where that size is true.
    """
    size = checksum = 0
    try:
        with archive.open(file.entry) as source:
            while piece := source.read(_PIECE):
                size, checksum = size + len(piece), zlib.crc32(piece, checksum)
                yield piece
        if (size, checksum) != (file.entry.file_size, file.entry.CRC):
            raise zipfile.BadZipFile("another size or checksum than announced")
    except _FAULTS as error:
        raise DataError(f"{path.name} is damaged at {'/'.join(file.parts)}.", _GET_AGAIN) from error


def _check_space(path: Path, target: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if free < n_bytes + _SPARE_BYTES:
        raise DiskError(
            f"{path.name} unpacks to {n_bytes / 1e9:.1f} GB, but the disk has only {free / 1e9:.1f} GB left.",
            f"Free some space on the disk that holds {target.parent} and try again.",
        )


def _remove_leftovers(target: Path) -> None:
    """Remove what an unpacking that was killed left behind."""
    yesterday = time.time() - _LEFTOVER_SECONDS
    for folder in target.parent.glob(f".{glob.escape(target.name)}.*.unpacking"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < yesterday:
                shutil.rmtree(folder, ignore_errors=True)


def _refusal(path: Path, fault: str) -> DataError:
    return DataError(f"{path.name} {fault}; it was not unpacked.", _GET_AGAIN)
