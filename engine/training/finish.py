"""Ends a training: restores the best epoch, makes sure of what it scores, writes the finished model."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import torch

from engine.config import TrainingConfig
from engine.errors import TrainingError
from engine.events import Control, OnEvent
from engine.model.file import load_model, round_weights, save_model, weights_sha256
from engine.prediction.gate_fit import GateImages, fit_gate
from engine.prediction.portion import Portion
from engine.results import EpochRecord, TrainingResult
from engine.runs import RunFolder
from engine.training.learner import Learner
from engine.training.material import Material
from engine.training.validation import Score, calibrate

Stop = Literal["finished", "patience", "early"]

_ROUNDING = 0.05
"""By how much the validation loss may differ (above 1, as a share of it) where the numbers need not be the same: on a
GPU, after a resumption, with other batches. Scored with bfloat16 instead of float32, 600 images differ by 0.0004 and 20
by 0.002 at most. The loss is smooth; balanced accuracy is not: one image of the rarest class moves it by 0.01."""


def finish(
    folder: RunFolder,
    learner: Learner,
    config: TrainingConfig,
    material: Material,
    logged: EpochRecord,
    score: Callable[[str], Score],
    portion: Portion,
    control: Control,
    on_event: OnEvent,
    *,
    is_exact: bool,
    epochs_run: int,
    stopped: Stop,
) -> TrainingResult:
    """Put the best model so far into `learner` and write it for good, if it is the one that was `logged`.

    `score` gives the score of what is in `learner`, on the validation part, and is told in words what that is. The loss
    is that of the log, to the bit where it `is_exact`. Its gate looks at a `portion` of images at a time. Raises
    `TrainingError` for another model than the best, `DiskError` and `Cancelled`.
    """
    best = load_model(folder.best_so_far, torch.device("cpu"))
    learner.scored.load_state_dict(best.module.state_dict())
    again = score("of the best model").loss
    tolerance = 0.0 if is_exact else _ROUNDING * max(1.0, logged.val_loss)
    if best.card.best_epoch != logged.epoch or abs(again - logged.val_loss) > tolerance:
        raise TrainingError(
            f"The saved model is of epoch {best.card.best_epoch} and has a validation loss of {again:.4f}; the best "
            f"was epoch {logged.epoch} with {logged.val_loss:.4f}.",
            "Memory or disk of this computer may be faulty. Do not trust this run; train again.",
        )
    card = best.card
    if config.weight_bits == 16:
        round_weights(learner.scored)
        card = calibrate(card, score("with 16 bits"), material)
    images = GateImages(material.pixels, material.train.positions, material.val.positions, material.test_positions)
    gate = fit_gate(learner.scored, config.preprocessing, learner.device, images, control, on_event, portion)
    settings, tables = (None, None) if gate is None else (gate.settings, gate.tables)
    card = replace(card, is_finished=True, epochs_run=epochs_run, gate=settings)
    save_model(folder.final_model, learner.scored, card, best.fingerprints, tables)
    return TrainingResult(
        run=folder.path,
        model=folder.final_model,
        split_sha256=card.split_sha256,
        best_epoch=card.best_epoch,
        epochs_run=card.epochs_run,
        stopped=stopped,
        validation=card.validation,
        weights_sha256=weights_sha256(learner.scored),
        is_demo=card.is_demo,
        leaking_split=card.leaking_split,
    )
