"""Notes where the data of a run, or of a set of folds, lie now, and where it is to compute when it is resumed."""

import json
from pathlib import Path
from typing import Any

from engine.atomic import write_json
from engine.config import DeviceName, read_config
from engine.data.checks import fingerprint, open_checked
from engine.errors import TrainingError
from engine.events import Control, OnEvent, ignore_events
from engine.fold_sets import FoldSet, is_fold_set
from engine.model.device import choose
from engine.runs import RunFolder


def relocate(
    path: Path,
    data: Path | None = None,
    device: DeviceName | None = None,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> None:
    """Write `data` and `device`, where given, into the config of the run in `path`, or of a set of folds and its runs.

    Evaluations find the data there too. Nothing is written unless the data are those that the training began with and
    the device is there. Raises `ConfigError`, `DataError`, `TrainingError`, `DiskError` and `Cancelled`.
    """
    changes: dict[str, str] = {}
    configs = sorted(path.glob("*/config.json")) if is_fold_set(path) else [RunFolder(path).config]
    for config in configs:
        read_config(config)
    if device is not None:
        choose(device)
        changes["device"] = device
    if data is not None:
        found = fingerprint(open_checked(data.absolute(), control=control or Control(), on_event=on_event))
        if any(_read(config).get("data_fingerprint") != found for config in configs):
            raise TrainingError(
                f"The data set in {data} is not the one that this training began with.",
                "Name the folder that now holds the images and diagnoses of that one, unchanged.",
            )
        changes["data"] = str(data.absolute())
    for file in [*configs, *([FoldSet(path).asked_file] if is_fold_set(path) else [])]:
        content = _read(file)
        write_json(file, {**content, "training": {**content["training"], **changes}})


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
