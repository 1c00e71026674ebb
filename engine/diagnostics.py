"""Writes what somebody needs who is to find a fault: a zip of logs, versions and settings, without images or names."""

import io
import json
import platform
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine import __version__, atomic, home_choice, places, runs
from engine.build_info import read_build_info
from engine.events import Control, OnEvent, ignore_events
from engine.libraries import versions
from engine.records import as_json
from engine.scrubbing import Scrubber, paths_in

_LONGEST_LOG = 500_000  # bytes from the end of each
_MOST_RUNS = 20
_CHOICES = ("last_folder", "last_model", "last_run", "download_folder", "recent_folders")  # paths, all of them


def save(
    path: Path,
    facts: Mapping[str, str],
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Path:
    """Write the zip to `path` and return it; `facts` are what the window knows: device, screen, Qt.

    Inside: about.json, settings.json, the ends of the logs, and config and history of the newest runs. No image, no
    table of a data set, no path of the user, no name. Raises `DiskError`.
    """
    control = control or Control()
    content = io.BytesIO()
    scrubber = Scrubber(_known_paths())
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _texts(facts, scrubber):
            control.raise_if_cancelled()
            archive.writestr(name, text)
    atomic.write_bytes(path, content.getvalue())
    return path


def describe(facts: Mapping[str, str]) -> dict[str, object]:
    """Versions and system, as they stand in about.json."""
    build = read_build_info()
    return {
        "lesion_lab": __version__,
        "build": as_json(build) if build is not None else "from source",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "is_packaged": bool(getattr(sys, "frozen", False)),
        "libraries": versions(),
        **facts,
    }


def _texts(facts: Mapping[str, str], scrubber: Scrubber) -> Iterator[tuple[str, str]]:
    """Every file of the zip by name, scrubbed."""
    yield "about.json", _as_text(scrubber.scrub_json(describe(facts)))
    yield "settings.json", _as_text(_settings())
    for log in sorted(places.log_dir().glob("*.log*")):
        yield f"logs/{log.name}", scrubber.scrub(_end_of(log))
    for number, run in enumerate(_newest_runs(), start=1):
        try:
            config = scrubber.scrub_json(json.loads(run.config.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            config = "cannot be read"
        yield f"runs/{number}/config.json", _as_text(config)
        history = runs.read_history(run.history)
        yield f"runs/{number}/history.json", _as_text(as_json(history))
        yield f"runs/{number}/files.json", _as_text(_own_files(run.path))


def _settings() -> dict[str, object]:
    """Which settings there are: of paths only whether they are set."""
    lines = _end_of(places.home_dir() / "window.ini").splitlines()
    names = {line.partition("=")[0]: line.partition("=")[2] for line in lines if "=" in line}
    kept: dict[str, object] = {name: bool(value) for name, value in names.items() if name in _CHOICES}
    return {
        **kept,
        "others": sorted(set(names) - set(_CHOICES)),
        "home_was_chosen": home_choice.chosen() is not None,
        "home_is_set_from_outside": home_choice.is_set_from_outside(),
    }


def _newest_runs() -> list[runs.RunFolder]:
    folders = sorted((path.parent for path in places.runs_dir().glob("*/config.json")), key=lambda one: one.name)
    return [runs.RunFolder(folder) for folder in folders[-_MOST_RUNS:]]


def _own_files(run: Path) -> dict[str, int]:
    """Sizes in bytes of the files that a run consists of; what else lies in its folder is nobody's business."""
    folder = runs.RunFolder(run)
    own = (folder.config, folder.split, folder.history, folder.final_model, folder.best_so_far, folder.features)
    slots = (slot / runs.MANIFEST for slot in folder.slots)
    return {str(path.relative_to(run).as_posix()): path.stat().st_size for path in (*own, *slots) if path.is_file()}


def _known_paths() -> set[str]:
    """Paths of the user that the program knows of: a log may hold them without quotes, blanks and all."""
    texts = [run.config for run in _newest_runs()]
    found = {str(path) for text in texts for path in paths_in(_end_of(text))}
    for line in _end_of(places.home_dir() / "window.ini").splitlines():
        name, _, value = line.partition("=")
        if name in _CHOICES:
            found |= {value.strip('"'), *paths_in(value.strip('"').replace('\\"', '"'))}
    return {one for one in found if len(Path(one).parts) > 1}


def _end_of(path: Path) -> str:
    try:
        return path.read_bytes()[-_LONGEST_LOG:].decode("utf-8", errors="replace")
    except OSError:
        return ""


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
