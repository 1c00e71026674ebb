"""Ends a training: restores the best epoch, makes sure of what it scores, writes the finished model."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import torch

from engine.errors import TrainingError
from engine.model.file import load_model, save_model, weights_sha256
from engine.prediction.gate_fit import FittedGate
from engine.results import ModelCard, TrainingResult
from engine.runs import RunFolder
from engine.training.learner import Learner

Stop = Literal["finished", "patience", "early"]


def finish(
    folder: RunFolder,
    learner: Learner,
    score: Callable[[], float],
    logged: float,
    *,
    tolerance: float,
    epochs_run: int,
    stopped: Stop,
    complete: Callable[[ModelCard], tuple[ModelCard, FittedGate | None]],
) -> TrainingResult:
    """Put the best model so far into `learner` and write it for good, if `score` gives what was `logged` for it.

    `complete` is given the best epoch's card, and returns that of what it leaves in `learner`, and a gate. Raises
    `TrainingError` where it does not, and `DiskError`.
    """
    best = load_model(folder.best_so_far, torch.device("cpu"))
    learner.scored.load_state_dict(best.module.state_dict())
    again = score()
    if abs(again - logged) > tolerance:
        raise TrainingError(
            f"The saved model scores {again:.4f}, not {logged:.4f} as logged.",
            "Memory or disk of this computer may be faulty. Do not trust this run; train again.",
        )
    card, gate = complete(best.card)
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
