"""Saves answers for others: a table, JSON lines, or a page with pictures that needs nothing else."""

import json
from collections.abc import Sequence
from pathlib import Path

from engine import atomic
from engine.answer_record import COLUMNS, as_record, as_row
from engine.config import DeviceName
from engine.errors import ConfigError
from engine.events import Control, OnEvent, ignore_events
from engine.model.file import read_card
from engine.prediction.export_page import make_page
from engine.prediction.same_model import match_models
from engine.prediction_results import Prediction
from engine.spreadsheet import write_table

SUFFIXES = (".csv", ".jsonl", ".html")


def save_answers(
    models: Sequence[Path],
    predictions: Sequence[Prediction],
    path: Path,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Path:
    """Write answers of the model files `models` to `path` and return it, as CSV, JSON lines or a page by its ending.

    Each answer says by its SHA-256 which model gave it. Images are named without their folder, and pictures are made
    anew, so that nothing of their metadata goes along. Written whole or not at all. Raises `ConfigError` for another
    ending or answers of none of the models, `ModelFileError`, `DiskError` and `Cancelled`.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise ConfigError(f"Answers cannot be saved as {path.name}.", f"Use the ending {', '.join(SUFFIXES)}.")
    cards = {sha256: (model, read_card(model)) for sha256, model in match_models(models, predictions).items()}
    demos = {sha256 for sha256, (_, card) in cards.items() if card.is_demo}

    def is_demo(answer: Prediction) -> bool:
        return answer.model_sha256 in demos or (not answer.model_sha256 and bool(demos))

    if kind == ".csv":
        write_table(path, COLUMNS, (as_row(answer, is_demo=is_demo(answer)) for answer in predictions))
    elif kind == ".jsonl":
        records = (as_record(answer, is_demo=is_demo(answer)) for answer in predictions)
        _write(path, "".join(json.dumps(one, ensure_ascii=False, allow_nan=False) + "\n" for one in records))
    else:
        _write(path, make_page(cards, predictions, device, control or Control(), on_event))
    return path


def _write(path: Path, text: str) -> None:
    atomic.write_bytes(path, text.encode("utf-8", "backslashreplace"))  # a name may be no text
