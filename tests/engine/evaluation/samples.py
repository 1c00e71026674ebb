"""Evaluations as a model could have earned them, for the tests of figures and reports."""

from dataclasses import replace
from pathlib import Path

from engine.evaluation_results import Evaluation, Interval, Scores
from engine.results import EpochRecord
from tests.engine.evaluation.made_up_scores import Confusion, calibration, curves, scores, slices

CONFUSION = (
    (27, 2, 1, 0, 6, 7, 6),
    (5, 41, 5, 8, 5, 13, 0),
    (13, 4, 91, 13, 10, 26, 8),
    (1, 0, 0, 10, 2, 3, 1),
    (8, 19, 15, 10, 91, 16, 8),
    (49, 74, 51, 53, 57, 666, 56),
    (0, 2, 2, 0, 2, 1, 14),
)


def history(epochs: int) -> tuple[EpochRecord, ...]:
    """A training that gets better by the epoch."""
    return tuple(
        EpochRecord(
            epoch=epoch,
            train_loss=2 / epoch,
            val_loss=2.2 / epoch**0.5,
            train_balanced_accuracy=1 - 0.7 / epoch,
            val_balanced_accuracy=0.8 - 0.5 / epoch,
            val_recall=tuple(0.8 - 0.5 / epoch + shift for shift in (-0.1, 0.05, 0.0, -0.2, -0.12, 0.15, 0.1)),
            learning_rate=1e-3,
            seconds=3.0,
        )
        for epoch in range(1, epochs + 1)
    )


def evaluation(folder: Path = Path("run")) -> Evaluation:
    """A validation part of 1,503 images, all classes present."""
    return Evaluation(
        run=folder,
        model=folder / "model.safetensors",
        part="val",
        split_sha256="ab12" * 16,
        test_openings=0,
        n_images=sum(map(sum, CONFUSION)),
        n_lesions=1120,
        by_image=_level(CONFUSION),
        by_lesion=replace(_level(CONFUSION), balanced_accuracy=Interval(value=0.6, low=0.55, high=0.65)),
        calibration=calibration(),
        slices=slices(),
        curves=curves(),
        history=history(12),
        best_epoch=9,
        is_demo=False,
        files=(),
        leak_suspected=False,
    )


def evaluation_of_few() -> Evaluation:
    """Demo data after one epoch: a class without an image, one all wrong, one all right."""
    rows = [list(row) for row in CONFUSION]
    rows[0], rows[3], rows[6] = [0, 0, 2, 0, 1, 0, 0], [0] * 7, [0, 0, 0, 0, 0, 0, 3]
    confusion = tuple(tuple(row) for row in rows)
    one_epoch = tuple(replace(record, val_recall=(0.0, 0.5, 0.5, None, 0.5, 0.6, 1.0)) for record in history(1))
    return replace(
        evaluation(),
        is_demo=True,
        by_image=_level(confusion),
        history=one_epoch,
        best_epoch=1,
    )


def _level(confusion: Confusion) -> Scores:
    return scores(
        confusion,
        tuple((3 * sum(row) + 3) // 4 for row in confusion),
        balanced_accuracy=Interval(value=0.58, low=0.54, high=0.63),
        accuracy=Interval(value=0.63, low=0.6, high=0.66),
        majority_baseline=0.67,
    )
