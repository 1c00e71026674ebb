"""Saves heat maps as pictures: each image with what speaks for its class over it."""

import io
from collections.abc import Sequence
from pathlib import Path

from engine import atomic
from engine.config import DeviceName
from engine.data.images import read_image
from engine.errors import DataError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.labels import INDEX
from engine.prediction.explain import explain
from engine.prediction.overlay import lay_over
from engine.prediction.same_model import check_model
from engine.prediction_results import Prediction
from engine.wording import count, name_file


def save_heat_maps(
    model: Path,
    predictions: Sequence[Prediction],
    folder: Path,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Path:
    """Write a PNG "image.jpg_mel.png" into `folder` for each image that has an answer, and return the folder.

    An image that went away since it was answered is passed over. Raises `ModelFileError`, `ConfigError` for answers of
    another model, `DiskError` and `Cancelled`.
    """
    check_model(model, predictions)
    control = control or Control()
    named = [(answer, answer.code) for answer in predictions if answer.is_named and not answer.fused_from]
    on_event(StatusChanged(text=f"Drawing {count(len(named), 'heat map')}"))
    progress = Progress(len(named), "heat maps", control, on_event)
    used: set[str] = set()
    for answer, code in named:
        progress.advance()
        if code is None:
            continue
        try:
            heat = explain(model, answer.path, device, control=control).maps[INDEX[code]]
            image = lay_over(read_image(answer.path), heat)
        except DataError:
            continue
        png = io.BytesIO()
        image.save(png, "PNG")
        atomic.write_bytes(folder / f"{_free_name(f'{name_file(answer.path)}_{code}', used)}.png", png.getvalue())
    return folder


def _free_name(name: str, used: set[str]) -> str:
    """`name`, or with a number where an image of another folder has it already; file systems may not tell cases."""
    number, free = 1, name
    while free.lower() in used:
        number += 1
        free = f"{name}_{number}"
    used.add(free.lower())
    return free
