"""The end of a training."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, cast

import numpy as np
import pytest
import torch

from engine.config import TrainingConfig
from engine.errors import TrainingError
from engine.events import Control, ignore_events
from engine.model import network
from engine.model.file import load_model, save_model, weights_sha256
from engine.model.probabilities import EQUAL_PRIOR
from engine.prediction.portion import Portion
from engine.results import EpochRecord, TrainingResult
from engine.runs import RunFolder
from engine.training.finish import finish
from engine.training.learner import Learner
from engine.training.material import Material
from engine.training.validation import Score
from tests.engine.evaluation.untrained_run import CARD

_CPU = torch.device("cpu")


def _logged(epoch: int = CARD.best_epoch, val_loss: float = 0.5) -> EpochRecord:
    return EpochRecord(
        epoch=epoch,
        train_loss=0.4,
        val_loss=val_loss,
        train_balanced_accuracy=0.6,
        val_balanced_accuracy=0.5,
        val_recall=(0.5,) * 7,
        learning_rate=1e-3,
        seconds=1.0,
    )


def _score(loss: float) -> Score:
    return Score(logits=np.zeros((0, 7), np.float32), loss=loss, balanced_accuracy=0.5, recall=(None,) * 7)


def _finish(
    folder: RunFolder,
    learner: Learner,
    score: Callable[[str], Score] = lambda when: _score(0.5),
    logged: EpochRecord | None = None,
    *,
    is_exact: bool = True,
    weight_bits: Literal[16, 32] = 32,
) -> TrainingResult:
    config = TrainingConfig(data=Path("d"), out=Path("o"), weight_bits=weight_bits)
    none = SimpleNamespace(positions=np.zeros(0, np.int64))
    few = SimpleNamespace(pixels=None, train=none, val=none, test_positions=none.positions)  # too few for a gate
    portion, control = Portion(64, 1, "where images are scored", ignore_events), Control()
    return finish(
        folder,
        learner,
        config,
        cast(Material, few),
        logged or _logged(),
        score,
        portion,
        control,
        ignore_events,
        is_exact=is_exact,
        epochs_run=7,
        stopped="early",
    )


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run with the model of its best epoch."""
    torch.manual_seed(0)
    folder = RunFolder(tmp_path / "run")
    save_model(folder.best_so_far, network.build(CARD.backbone), CARD, None)
    return folder


def _learner() -> Learner:
    """After more epochs: with other weights."""
    torch.manual_seed(1)
    config = TrainingConfig(data=Path("d"), out=Path("o"))
    return Learner(network.build(CARD.backbone), config, EQUAL_PRIOR, _CPU)


def test_the_best_epoch_is_scored_again_and_written(folder: RunFolder) -> None:
    """What is scored is the network of the file, and so is what is written."""
    learner, scored = _learner(), []

    def score(when: str) -> Score:
        scored.append(weights_sha256(learner.scored))
        return _score(0.5)

    result = _finish(folder, learner, score)
    assert scored == [result.weights_sha256]
    card = load_model(result.model, _CPU).card
    assert (card.is_finished, card.epochs_run, result.epochs_run, result.stopped) == (True, 7, 7, "early")


def test_a_model_of_16_bits_is_rounded_and_calibrated_anew(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its score was found again: the file holds the rounded weights and the card made of them."""
    learner, asked = _learner(), []

    def score(when: str) -> Score:
        asked.append(when)
        return _score(0.5)

    monkeypatch.setattr(
        "engine.training.finish.calibrate", lambda card, score, material: replace(card, temperature=1.7)
    )
    result = _finish(folder, learner, score, weight_bits=16)
    assert asked == ["of the best model", "with 16 bits"]
    loaded = load_model(result.model, _CPU)
    assert loaded.card.temperature == 1.7
    assert weights_sha256(loaded.module) == result.weights_sha256 == weights_sha256(learner.scored)
    assert result.model.stat().st_size < 0.55 * folder.best_so_far.stat().st_size


@pytest.mark.parametrize(
    ("logged", "again", "is_exact", "is_sound"),
    [
        (0.5, 0.5, True, True),
        (0.5, 0.5001, True, False),
        (0.5, 0.52, False, True),  # other kernels, half precision: an image or two may change sides
        (0.5, 0.58, False, False),
        (3.0, 3.1, False, True),
    ],
)
def test_a_model_that_does_not_score_as_logged_is_not_written(
    folder: RunFolder, logged: float, again: float, is_exact: bool, is_sound: bool
) -> None:
    """Faulty memory or a faulty disk: said with both figures; what only rounds another way is no fault."""
    if is_sound:
        _finish(folder, _learner(), lambda when: _score(again), _logged(val_loss=logged), is_exact=is_exact)
        assert folder.final_model.exists()
        return
    with pytest.raises(TrainingError, match=rf"validation loss of {again:.4f}; .* with {logged:.4f}"):
        _finish(folder, _learner(), lambda when: _score(again), _logged(val_loss=logged), is_exact=is_exact)
    assert not folder.final_model.exists()


def test_the_model_of_another_epoch_is_not_written(folder: RunFolder) -> None:
    """However well it scores: the last epoch is not the best one."""
    with pytest.raises(TrainingError, match=rf"is of epoch {CARD.best_epoch} .* best was epoch 9"):
        _finish(folder, _learner(), logged=_logged(epoch=9), is_exact=False)
    assert not folder.final_model.exists()
