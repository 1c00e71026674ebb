"""What checkpoints cost a training; prints seconds and shares, and never fails on a time."""

import statistics
import time
from pathlib import Path

import pytest
import torch

from engine.config import BACKBONES, TrainingConfig
from engine.model import network
from engine.model.file import save_model
from engine.model.probabilities import EQUAL_PRIOR
from engine.results import EpochRecord
from engine.runs import RunFolder
from engine.training.checkpoint import Slots, TrainingState, read_newest
from engine.training.interval import Interval
from engine.training.learner import Learner
from tests.engine.evaluation.untrained_run import CARD

pytestmark = pytest.mark.slow
_REPEATS = 3
_HISTORY = tuple(
    EpochRecord(
        epoch=epoch,
        train_loss=1.0,
        val_loss=1.0,
        train_balanced_accuracy=0.5,
        val_balanced_accuracy=0.5,
        val_recall=(0.5,) * 7,
        learning_rate=1e-3,
        seconds=60.0,
    )
    for epoch in range(1, 31)
)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_what_a_checkpoint_costs(backbone: str, tmp_path: Path) -> None:
    """How long the training waits, what the writer takes of the processor, and the interval that follows from both."""
    config = TrainingConfig(data=tmp_path, out=tmp_path, backbone=backbone)  # type: ignore[arg-type]
    learner = Learner(network.build(backbone), config, EQUAL_PRIOR, torch.device("cpu"))
    learner.step(torch.zeros(2, 3, 64, 64), torch.tensor([0, 1]), 1e-3)
    folder = RunFolder(tmp_path / "run")
    save_model(folder.best_so_far, learner.module, CARD, None)
    state = TrainingState(
        config=config, card=CARD, history=_HISTORY, step=1, seconds=0.0, halvings=0, portion=32, scoring_portion=64
    )
    waits, costs, walls = [], [], []
    with Slots(folder) as slots:
        for _ in range(_REPEATS):
            started = time.perf_counter()
            slots.write(state, learner.tensors())
            waits.append(time.perf_counter() - started)
            slots.wait()
            walls.append(time.perf_counter() - started)
            assert slots.cost is not None
            costs.append(slots.cost)
    started = time.perf_counter()
    newest = read_newest(folder)
    reading = time.perf_counter() - started
    size = sum(file.stat().st_size for file in newest.slot.iterdir())
    cost = statistics.median(costs)
    interval = next(seconds for seconds in range(60, 601) if seconds == 600 or _is_due(cost, seconds))
    wait, wall = 1000 * statistics.median(waits), statistics.median(walls)
    print(
        f"\n{backbone}: {size / 1e6:.0f} MB; the training waits {wait:.0f} ms; on the disk after {wall:.2f} s; "
        f"cost {cost:.2f} s, so every {interval} s: {100 * cost / interval:.2f} % of the time; read in {reading:.2f} s"
    )


def _is_due(cost: float, seconds: float) -> bool:
    interval = Interval()
    interval._since -= seconds
    return interval.is_due(cost)
