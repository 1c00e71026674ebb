"""Gets HAM10000 from Harvard Dataverse into a folder in the Kaggle layout, once its licence was accepted."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import atomic
from engine.data.archive import extract_zip
from engine.data.demo import DEMO_MARKER, TABLE_NAME
from engine.errors import ConfigError, DataError, DiskError, EngineError
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.fetch import Meter, Remote, RemoteFile, fetch_bytes, fetch_file
from engine.licences import HAM10000

SERVER = "https://dataverse.harvard.edu"
LICENCE_FILE = "HAM10000_licence.txt"

_DATASET = "doi:10.7910/DVN/DBW86T"
_WORK = ".ham10000-download"  # hidden: no other part of the program looks into it
_MAX_BYTES = 10 * 10**9
_MAX_LIST_BYTES = 10_000_000
_SPARE_BYTES = 200_000_000
_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
_WHO = "Harvard Dataverse"
_BY_HAND = (
    "Or download the two archives of images and the table by hand from https://doi.org/10.7910/DVN/DBW86T, "
    "unpack them into one folder and choose it."
)


@dataclass(frozen=True)
class _Wanted:
    """One file of the data set on the server."""

    file_id: int
    """As Dataverse counts; a new version of the file has another."""
    name: str

    @property
    def stem(self) -> str:
        """The name without its ending, which Dataverse changes for tables."""
        return self.name.rsplit(".", 1)[0]


_TABLE = _Wanted(4338392, TABLE_NAME)
_ARCHIVES = (_Wanted(3172585, "HAM10000_images_part_1.zip"), _Wanted(3172584, "HAM10000_images_part_2.zip"))


def download_ham10000(
    target: Path, accept_licence: bool, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> Path:
    """Download HAM10000 into the folder `target` and return it; nothing is done where it is there already.

    The folder is new, empty, or that of a download which did not come to its end: it goes on where it was. The table
    comes last, so that nothing takes half a download for a data set. Raises `ConfigError` unless `accept_licence`,
    `DataError` where something else lies in the folder, `EngineError` when the server does not give what it should,
    `DiskError`, and `Cancelled`, after which what has arrived waits for the next time.
    """
    if not accept_licence:
        fault = f"HAM10000 is under the licence {HAM10000.name}, which was not accepted."
        raise ConfigError(fault, "Read the licence and accept it, if your use is non-commercial.")
    control, target = control or Control(), target.absolute()
    try:
        if _is_complete(target):
            return target
        work = _prepare(target)
        on_event(StatusChanged(text=f"Asking {_WHO} for its files"))
        remotes = _list_files(control, on_event)
        _fetch_all(target, work, remotes, control, on_event)
        for archive in _ARCHIVES:
            _unpack(archive, target, work, control, on_event)
        _publish(target, work)
    except OSError as error:
        raise atomic.disk_error(error, target) from error
    return target


def _is_complete(target: Path) -> bool:
    folders = all((target / archive.stem).is_dir() for archive in _ARCHIVES)
    return folders and (target / TABLE_NAME).is_file() and not (target / DEMO_MARKER).exists()


def _prepare(target: Path) -> Path:
    """The folder for what is not finished, in `target`, which holds nothing else."""
    work = target / _WORK
    if target.exists() and not target.is_dir():
        raise DataError(f"{target.name} is a file, not a folder.", "Choose a new or an empty folder.")
    if target.is_dir() and not work.is_dir() and any(not path.name.startswith(".") for path in target.iterdir()):
        raise DataError(f"The folder {target.name} already holds something else.", "Choose a new or an empty folder.")
    work.mkdir(parents=True, exist_ok=True)
    for leftover in work.glob("*.unpacking"):  # of a program that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    return work


def _list_files(control: Control, on_event: OnEvent) -> dict[_Wanted, RemoteFile]:
    """What Dataverse says about each file: where it is, how large, and its checksum."""
    url = f"{SERVER}/api/datasets/:persistentId/?persistentId={_DATASET}"
    remote = Remote(url=url, name="its list of files", server=_WHO, hint=_BY_HAND, max_bytes=_MAX_LIST_BYTES)
    answer = fetch_bytes(remote, control=control, on_event=on_event)
    try:
        entries = [entry["dataFile"] for entry in json.loads(answer)["data"]["latestVersion"]["files"]]
        return {wanted: _describe(wanted, entries) for wanted in (_TABLE, *_ARCHIVES)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        fault = f"{_WHO} describes the files of HAM10000 in a way that this program does not understand."
        raise EngineError(fault, f"Try again later. {_BY_HAND}") from error


def _describe(wanted: _Wanted, entries: list[Mapping[str, object]]) -> RemoteFile:
    """The file with its id, or in a later version of the data set the one with its name. Raises `ValueError`."""
    by_id = [entry for entry in entries if entry["id"] == wanted.file_id]
    by_name = [entry for entry in entries if str(entry["filename"]).rsplit(".", 1)[0] == wanted.stem]
    if not (by_id or by_name):
        raise EngineError(f"{_WHO} no longer lists {wanted.name}.", _BY_HAND)
    entry = (by_id or by_name)[0]
    # Dataverse rewrites tables; the checksum is that of the original, and the size of the original stands apart.
    is_table = "originalFileFormat" in entry or str(entry["filename"]).endswith(".tab")
    size = entry.get("originalFileSize") if is_table else entry["filesize"]
    checksum = entry["checksum"]
    if not (isinstance(entry["id"], int) and isinstance(checksum, Mapping)):
        raise ValueError("no id or checksum")
    if not (size is None or (isinstance(size, int) and 0 < size <= _MAX_BYTES)):
        raise ValueError("no size")
    algorithm, digits = _ALGORITHMS[checksum["type"]], str(checksum["value"]).lower()
    if not re.fullmatch("[0-9a-f]{32,128}", digits):
        raise ValueError("no checksum")
    return RemoteFile(
        url=f"{SERVER}/api/access/datafile/{entry['id']}{'?format=original' if is_table else ''}",
        name=wanted.name,
        server=_WHO,
        hint=_BY_HAND,
        max_bytes=_MAX_BYTES,
        size=size,
        algorithm=algorithm,
        checksum=digits,
    )


def _fetch_all(
    target: Path, work: Path, remotes: Mapping[_Wanted, RemoteFile], control: Control, on_event: OnEvent
) -> None:
    """Bring what is neither here nor unpacked yet into `work`: the small table first, to learn early what fails."""
    archives = [one for one in _ARCHIVES if not ((target / one.stem).is_dir() or (work / one.stem).is_dir())]
    sizes = {wanted: remotes[wanted].size or 0 for wanted in (_TABLE, *archives)}
    _check_space(work, sum(sizes.values()), max((sizes[archive] for archive in archives), default=0))
    meter = Meter(sum(sizes.values()), on_event)
    for wanted in sizes:
        fetch_file(remotes[wanted], work / wanted.name, meter, control=control, on_event=on_event)
    meter.settle()


def _check_space(work: Path, to_download: int, to_unpack: int) -> None:
    """What is here already is in the way of nothing; photographs are as large packed as unpacked."""
    here = sum(path.stat().st_size for path in work.iterdir() if path.is_file())
    needed, free = max(0, to_download - here) + to_unpack, shutil.disk_usage(work).free
    if free < needed + _SPARE_BYTES:
        raise DiskError(
            f"HAM10000 needs {needed / 1e9:.1f} GB while it is unpacked, but only {free / 1e9:.1f} GB are free.",
            f"Free some space on the disk that holds {work.parent}, or choose a folder on another disk.",
        )


def _unpack(archive: _Wanted, target: Path, work: Path, control: Control, on_event: OnEvent) -> None:
    """Unpack an archive, unless that was done before, and remove it: there may not be room for all of them twice."""
    folder, packed = work / archive.stem, work / archive.name
    if not ((target / archive.stem).is_dir() or folder.is_dir()):
        extract_zip(packed, folder, control=control, on_event=on_event)
        if hasattr(os, "sync"):  # the images are on the disk before the archive is gone
            os.sync()
    packed.unlink(missing_ok=True)


def _publish(target: Path, work: Path) -> None:
    """Move everything to where it belongs, the table last."""
    for archive in _ARCHIVES:
        if (work / archive.stem).is_dir():
            atomic.move(work / archive.stem, target / archive.stem)
    atomic.write_text(target / LICENCE_FILE, HAM10000.text + "\n")
    atomic.move(work / TABLE_NAME, target / TABLE_NAME)
    shutil.rmtree(work, ignore_errors=True)
