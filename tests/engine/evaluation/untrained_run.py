"""A run folder as a training leaves it, made in a moment: demo data, a real split, a network with random weights."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch

from engine.atomic import write_json, write_text
from engine.config import Preprocessing, TrainingConfig
from engine.data import demo
from engine.data.cache import open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.fingerprints import Fingerprints
from engine.data.split import make_split, write_split
from engine.labels import CODES, LIMITS, NOTICE
from engine.model.file import save_model
from engine.model.network import build
from engine.records import as_json
from engine.results import ModelCard, OperatingPoint
from engine.runs import RunFolder, history_columns
from tests.engine.evaluation.samples import history

CARD = ModelCard(
    name="resnet18, 23 Nov 2026 10:15",
    created="2026-11-23T10:15:00",
    backbone="resnet18",
    weights="random",
    preprocessing=Preprocessing(image_size=32),
    classes=CODES,
    training_prior=(1 / 7,) * 7,
    data_prior=(0.03, 0.05, 0.11, 0.01, 0.11, 0.67, 0.02),
    temperature=1.3,
    operating_points=(
        OperatingPoint(
            name="95 % point", threshold=0.15, n_lesions=60, n_missed=3, n_other_lesions=500, n_false_alarms=200
        ),
    ),
    best_epoch=1,
    epochs_run=1,
    is_finished=True,
    validation={"balanced_accuracy": 0.2},
    split_sha256="0" * 64,
    data_fingerprint="0" * 64,
    data_licence="none",
    is_demo=True,
    training=None,
    versions={},
    limits=LIMITS,
    notice=NOTICE,
)


@cache
def make_shared_run(session: Path) -> tuple[Path, RunFolder]:
    """A home and, made with it, a run on demo data, for all tests of a session, which must not change them.

    `session` is the folder that pytest gave the session.
    """
    home = session / "shared-home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(home))
        return home, make_run(session / "shared-runs", demo.create(session / "shared-demo"))


def make_run(out: Path, data: Path) -> RunFolder:
    """A finished run of one epoch in `out`, on the demo data in `data`. The network answers, but knows nothing."""
    dataset = open_checked(data)
    folder = RunFolder(out / "2026-11-23_101500_resnet18")
    split = make_split(dataset.rows, seed=1)
    card = replace(CARD, split_sha256=write_split(split, folder.split), data_fingerprint=fingerprint(dataset))
    config = TrainingConfig(data=data, out=out, backbone="resnet18", preprocessing=CARD.preprocessing, epochs=1)
    settings = {"training": as_json(config), "data_fingerprint": card.data_fingerprint, "is_demo": True}
    write_json(folder.config, settings)
    columns = history_columns(history(1)[0], CODES)
    write_text(folder.history, f"{','.join(columns)}\n{','.join(map(str, columns.values()))}\n")
    pixels = open_cache(dataset, CARD.preprocessing)
    learned = dataset.rows[(split["part"] != "test").to_numpy()]
    positions = [pixels.positions[image_id] for image_id in learned["image_id"]]
    save_model(folder.final_model, make_network(), card, Fingerprints.of(learned, pixels.pixels[positions]))
    return folder


def make_network() -> torch.nn.Module:
    """A resnet18 that answers differently for different images, and always the same for the same."""
    torch.manual_seed(0)
    module = build("resnet18")
    layers = [layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = None  # a plain mean: two batches are enough
    with torch.no_grad():  # normalisation layers that know the scale of their input: otherwise all answers are one
        for _ in range(2):
            module.train()(torch.randn(16, 3, 32, 32))
    return module.eval()
