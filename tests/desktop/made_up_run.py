"""A run folder as a training leaves it, without a training: its model file holds nothing."""

import csv
import json
from pathlib import Path

from engine import places, runs
from engine.labels import CODES
from engine.runs import RunFolder
from tests.desktop.samples import history


def make_run(
    name: str = "2026-11-23_101500_resnet18", *, epochs_run: int = 8, finished: bool = True, is_demo: bool = False
) -> Path:
    """A run of 30 asked epochs in the default folder for runs."""
    folder = RunFolder(places.runs_dir() / name)
    folder.best_so_far.parent.mkdir(parents=True)
    config = {"training": {"epochs": 30, "backbone": "resnet18"}, "is_demo": is_demo}
    folder.config.write_text(json.dumps(config), encoding="utf-8")
    rows = [runs.history_columns(record, CODES) for record in history(epochs_run)]
    with folder.history.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder.final_model if finished else folder.best_so_far).write_bytes(b"no model")
    return folder.path
