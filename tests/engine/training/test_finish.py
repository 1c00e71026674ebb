"""The end of a training."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.config import TrainingConfig
from engine.errors import TrainingError
from engine.model import network
from engine.model.file import load_model, round_weights, save_model, weights_sha256
from engine.model.probabilities import EQUAL_PRIOR
from engine.results import ModelCard
from engine.runs import RunFolder
from engine.training.finish import finish
from engine.training.learner import Learner
from tests.engine.evaluation.untrained_run import CARD

_CPU = torch.device("cpu")


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

    def score() -> float:
        scored.append(weights_sha256(learner.scored))
        return 0.5

    result = finish(
        folder, learner, score, 0.5, tolerance=0.0, epochs_run=7, stopped="early", complete=lambda card: (card, None)
    )
    assert scored == [result.weights_sha256]
    card = load_model(result.model, _CPU).card
    assert (card.is_finished, card.epochs_run, result.epochs_run, result.stopped) == (True, 7, 7, "early")


def test_what_completes_the_model_is_what_is_written(folder: RunFolder) -> None:
    """Rounded after its score was found again: the file holds the rounded weights and the card made of them."""
    learner = _learner()

    def complete(card: ModelCard) -> tuple[ModelCard, None]:
        round_weights(learner.scored)
        return replace(card, temperature=1.7), None

    result = finish(
        folder, learner, lambda: 0.5, 0.5, tolerance=0.0, epochs_run=7, stopped="finished", complete=complete
    )
    loaded = load_model(result.model, _CPU)
    assert loaded.card.temperature == 1.7
    assert weights_sha256(loaded.module) == result.weights_sha256 == weights_sha256(learner.scored)
    assert result.model.stat().st_size < 0.55 * folder.best_so_far.stat().st_size


def test_a_model_that_does_not_score_as_logged_is_not_written(folder: RunFolder) -> None:
    """Faulty memory or a faulty disk: said with both figures; a GPU may round a little otherwise."""
    with pytest.raises(TrainingError, match=r"scores 0\.5010, not 0\.5000"):
        finish(
            folder,
            _learner(),
            lambda: 0.501,
            0.5,
            tolerance=0.0,
            epochs_run=7,
            stopped="finished",
            complete=lambda card: (card, None),
        )
    assert not folder.final_model.exists()
    finish(
        folder,
        _learner(),
        lambda: 0.501,
        0.5,
        tolerance=0.005,
        epochs_run=7,
        stopped="finished",
        complete=lambda card: (card, None),
    )
    assert folder.final_model.exists()
