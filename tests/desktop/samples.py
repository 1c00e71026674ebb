"""Made-up results for the tests of widgets and pages: what the engine would send, without the engine."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from engine.config import Preprocessing
from engine.evaluation_results import Evaluation, Interval
from engine.labels import CODES, LIMITS, NOTICE
from engine.prediction_results import Prediction
from engine.results import EpochRecord, ModelCard, OperatingPoint, Part
from tests.engine.evaluation.made_up_scores import calibration, curves, scores, slices

CONFUSION = (
    (20, 8, 10, 0, 4, 3, 0),
    (7, 50, 6, 2, 3, 8, 1),
    (6, 5, 110, 3, 20, 20, 0),
    (0, 1, 2, 9, 0, 3, 0),
    (3, 2, 22, 0, 85, 54, 0),
    (4, 10, 50, 6, 95, 840, 3),
    (0, 1, 0, 0, 1, 2, 18),
)
POINT = OperatingPoint(
    name="95 % point", threshold=0.11, n_lesions=61, n_missed=3, n_other_lesions=500, n_false_alarms=210
)


def png(width: int, height: int, color: str = "#B07A5A") -> bytes:
    """One plain picture as the engine would send it."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content.data())


def evaluation(run: Path, part: Part = "val", *, openings: int = 0, **changes: object) -> Evaluation:
    """A plausible evaluation of one part."""
    lesions = tuple(max(4, sum(row) * 2 // 3) for row in CONFUSION)
    level = scores(
        CONFUSION,
        lesions,
        balanced_accuracy=Interval(value=0.64, low=0.60, high=0.68),
        accuracy=Interval(value=0.71, low=0.69, high=0.73),
        majority_baseline=0.67,
    )
    whole = Evaluation(
        run=run,
        model=run / "model.safetensors",
        part=part,
        split_sha256="5" * 64,
        test_openings=openings,
        n_images=sum(map(sum, CONFUSION)),
        n_lesions=1120,
        by_image=level,
        by_lesion=replace(level, balanced_accuracy=Interval(value=0.66, low=0.61, high=0.70)),
        calibration=calibration(),
        slices=slices(),
        curves=curves(),
        history=history(8),
        best_epoch=6,
        is_demo=False,
        files=(run / "evaluation" / part / "metrics.json",),
        leak_suspected=False,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def history(epochs: int) -> tuple[EpochRecord, ...]:
    """Falling losses and a balanced accuracy that is best two epochs before the end."""
    return tuple(
        EpochRecord(
            epoch=epoch,
            train_loss=1.9 / epoch**0.5,
            val_loss=1.8 / epoch**0.4,
            train_balanced_accuracy=0.2 + 0.06 * epoch,
            val_balanced_accuracy=0.2 + 0.07 * epoch - (0.1 if epoch > epochs - 2 else 0.0),
            val_recall=tuple(min(1.0, 0.1 * row + 0.04 * epoch) for row in range(len(CODES))),
            learning_rate=1e-3,
            seconds=12.0,
        )
        for epoch in range(1, epochs + 1)
    )


def prediction(path: Path, code: str = "nv", top: float = 0.81, **changes: object) -> Prediction:
    """An answer with `top` for `code` and the rest spread unevenly."""
    weights = [6.0, 1.0, 5.0, 2.0, 11.0, 3.0, 0.1]
    weights[CODES.index(code)] = 0.0
    rest = [(1 - top) * weight / sum(weights) for weight in weights]
    rest[CODES.index(code)] = top
    whole = Prediction(
        path=path,
        code=code,
        probabilities=tuple(rest),
        group_probability=0.06,
        prevalence=0.195,
        operating_point=POINT,
        seen_in_training=False,
        error=None,
        hint=None,
        thumbnail=png(128, 96),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def refusal(path: Path) -> Prediction:
    """An image that could not be read."""
    return Prediction(
        path=path,
        code=None,
        probabilities=(),
        group_probability=None,
        prevalence=None,
        operating_point=None,
        seen_in_training=None,
        error=f"{path.name} is not a JPEG or PNG image.",
        hint="Choose a photograph taken through a dermatoscope, saved as JPEG or PNG.",
    )


def card(name: str = "resnet18, 23 Nov 2026 10:15", *, is_demo: bool = False) -> ModelCard:
    """The card of a finished model."""
    return ModelCard(
        name=name,
        created="2026-11-23T10:15:00",
        backbone="resnet18",
        weights="none",
        preprocessing=Preprocessing(image_size=64),
        classes=CODES,
        training_prior=(1 / 7,) * 7,
        data_prior=(1 / 7,) * 7,
        temperature=1.2,
        operating_points=(POINT,),
        best_epoch=6,
        epochs_run=8,
        is_finished=True,
        validation={"balanced_accuracy": 0.64},
        split_sha256="5" * 64,
        data_fingerprint="f" * 64,
        data_licence="CC BY-NC 4.0",
        is_demo=is_demo,
        training=None,
        versions={},
        limits=LIMITS,
        notice=NOTICE,
    )
