"""The shape of results as JSON for machines, as the command line prints it with --json."""

from typing import Any

from engine.answer_record import as_record
from engine.evaluation_results import Evaluation, Interval
from engine.prediction_results import Prediction
from engine.records import as_json
from engine.results import TrainingResult


def training_json(result: TrainingResult) -> dict[str, Any]:
    """What `train --json` prints."""
    return {
        "run": str(result.run),
        "model": str(result.model),
        "split_sha256": result.split_sha256,
        "weights_sha256": result.weights_sha256,
        "best_epoch": result.best_epoch,
        "epochs_run": result.epochs_run,
        "stopped": result.stopped,
        "validation": result.validation,
        "leaking_split": result.leaking_split,
        "demo": result.is_demo,
    }


def evaluation_json(result: Evaluation) -> dict[str, Any]:
    """What `evaluate --json` prints."""
    classes = {
        score.code: {
            "n_images": score.n_images,
            "n_lesions": score.n_lesions,
            "prevalence": score.prevalence,
            **_figure("sensitivity", score.sensitivity),
            **_figure("specificity", score.specificity),
            **_figure("precision", score.precision),
            **_figure("npv", score.npv),
            **_figure("f1", score.f1),
            **_figure("auc", score.auc),
            **_figure("average_precision", score.average_precision),
        }
        for score in result.classes
    }
    balanced, lesions = result.balanced_accuracy, result.balanced_accuracy_by_lesion
    return {
        "run": str(result.run),
        "part": result.part,
        "n_images": result.n_images,
        "n_lesions": result.n_lesions,
        "balanced_accuracy": balanced.value,
        "balanced_accuracy_interval": [balanced.low, balanced.high],
        "balanced_accuracy_by_lesion": lesions.value,
        "balanced_accuracy_by_lesion_interval": [lesions.low, lesions.high],
        "accuracy": result.accuracy.value,
        "accuracy_interval": [result.accuracy.low, result.accuracy.high],
        "majority_baseline": result.majority_baseline,
        **_figure("macro_auc", result.by_image.macro_auc),
        **_figure("group_auc", result.by_image.group.auc),
        **_figure("log_loss", result.by_image.log_loss),
        **_figure("brier", result.by_image.brier),
        **_figure("group_ece", result.calibration.group_after.ece),
        "classes": classes,
        "confusion": [list(row) for row in result.confusion],
        "split_sha256": result.split_sha256,
        "test_openings": result.test_openings,
        "leak_suspected": result.leak_suspected,
        "leaking_split": result.leaking_split,
        "external": as_json(result.external),
        "files": [str(path) for path in result.files],
        "demo": result.is_demo,
    }


def _figure(name: str, figure: Interval | None) -> dict[str, Any]:
    """A figure and its interval, null where it cannot be computed."""
    value, interval = (None, None) if figure is None else (figure.value, [figure.low, figure.high])
    return {name: value, f"{name}_interval": interval}


def prediction_json(answer: Prediction, *, is_demo: bool) -> dict[str, Any]:
    """One item of what `predict --json` prints: the record of the files, and where the image lies."""
    return {"path": str(answer.path), **as_record(answer, is_demo=is_demo)}
