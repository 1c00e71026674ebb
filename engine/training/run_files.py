"""Writes what a training leaves in its run folder: config, split, history, and the card of its model."""

import csv
import io
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import PIL
import torch
import torchvision

from engine import __version__
from engine.atomic import write_json, write_text
from engine.config import NAMED_SPLITS, TrainingConfig
from engine.data.split import write_split
from engine.labels import CODES, LIMITS, NOTICE
from engine.records import as_json
from engine.results import DeviceInfo, EpochRecord, ModelCard
from engine.runs import RunFolder, history_columns
from engine.training.material import Material

_HAM10000_LICENCE = "CC BY-NC 4.0 (HAM10000, doi:10.7910/DVN/DBW86T)"
_DEMO_LICENCE = "drawn by the program"
_OTHER_LICENCE = "that of the images; this program does not know it"


def write_start(
    folder: RunFolder, config: TrainingConfig, material: Material, device: DeviceInfo, weights: str, now: datetime
) -> ModelCard:
    """Write `config.json` and `split.csv`; returns the card of a model that has not learned anything yet."""
    versions = _versions()
    settings = {
        "training": as_json(config),
        "data_fingerprint": material.data_fingerprint,
        "is_demo": material.is_demo,
        "leaking_split": material.audit.is_leaking,
        "audit": as_json(material.audit),
        "device": as_json(device),
        "weights": weights,
        "versions": versions,
    }
    write_json(folder.config, settings)
    return ModelCard(
        name=f"{config.backbone}, {now:%d %b %Y %H:%M}{', leaking split' if material.audit.is_leaking else ''}",
        created=now.isoformat(timespec="seconds"),
        backbone=config.backbone,
        weights=weights,
        preprocessing=config.preprocessing,
        classes=CODES,
        training_prior=material.training_prior,
        data_prior=material.data_prior,
        temperature=1.0,
        operating_points=(),
        best_epoch=0,
        epochs_run=0,
        is_finished=False,
        validation={},
        split_sha256=write_split(material.split, folder.split),
        data_fingerprint=material.data_fingerprint,
        data_licence=_name_licence(material),
        is_demo=material.is_demo,
        training=_without_folders(config),
        versions=versions,
        limits=LIMITS,
        notice=NOTICE,
        leaking_split=material.audit.is_leaking,
    )


def write_history(path: Path, records: Sequence[EpochRecord]) -> None:
    """Write `history.csv` anew, whole or not at all."""
    rows = [history_columns(record, CODES) for record in records]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _name_licence(material: Material) -> str:
    if material.is_demo:
        return _DEMO_LICENCE
    return _HAM10000_LICENCE if material.is_ham10000 else _OTHER_LICENCE


def _without_folders(config: TrainingConfig) -> TrainingConfig:
    """A model file is handed on: it must not tell the names of its maker's folders, often a person's name."""
    own_file = config.weights not in ("auto", "none", "download")
    weights = Path(config.weights).name if own_file else config.weights
    split = config.split if config.split in NAMED_SPLITS else Path(config.split).name
    return replace(config, data=Path(config.data.name), out=Path(config.out.name), weights=weights, split=split)


def _versions() -> dict[str, str]:
    return {
        "lesion-lab": __version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "torchvision": str(torchvision.__version__),
        "numpy": np.__version__,
        "pillow": PIL.__version__,
    }
