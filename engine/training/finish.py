"""Ends a training: restores the best epoch, makes sure of what it scores, fits its gate, writes the finished model."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import torch

from engine.errors import TrainingError
from engine.model.file import load_model, save_model, weights_sha256
from engine.prediction.gate_fit import FittedGate
from engine.results import TrainingResult
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
    fit_gate: Callable[[], FittedGate | None],
) -> TrainingResult:
    """Put the best model so far into `learner` and write it for good, if `score` gives what was `logged` for it.

    `fit_gate` makes the gate of what is then in `learner`. Raises `TrainingError` where it does not, and `DiskError`.
    """
    best = load_model(folder.best_so_far, torch.device("cpu"))
    learner.scored.load_state_dict(best.module.state_dict())
    again = score()
    if abs(again - logged) > tolerance:
        raise TrainingError(
            f"The saved model scores {again:.4f}, not {logged:.4f} as logged.",
            "Memory or disk of this computer may be faulty. Do not trust this run; train again.",
        )
    gate = fit_gate()
    settings, tables = (None, None) if gate is None else (gate.settings, gate.tables)
    card = replace(best.card, is_finished=True, epochs_run=epochs_run, gate=settings)
    save_model(folder.final_model, best.module, card, best.fingerprints, tables)
    return TrainingResult(
        run=folder.path,
        model=folder.final_model,
        split_sha256=card.split_sha256,
        best_epoch=card.best_epoch,
        epochs_run=card.epochs_run,
        stopped=stopped,
        validation=card.validation,
        weights_sha256=weights_sha256(best.module),
        is_demo=card.is_demo,
        leaking_split=card.leaking_split,
    )
