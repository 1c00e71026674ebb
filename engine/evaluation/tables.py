"""The figures of an evaluation as tables for other programs: by class, by slice, and the bins of reliability."""

import pandas as pd

from engine.evaluation_results import Calibration, ClassScore, Evaluation, Interval, Scores
from engine.labels import CLASSES, INDEX


def make_tables(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Each table by its file name. Where a figure cannot be computed its cell is empty."""
    return {
        "per_class.csv": _class_table(evaluation.by_image),
        "per_class_by_lesion.csv": _class_table(evaluation.by_lesion),
        "slices.csv": _slice_table(evaluation),
        "reliability.csv": _reliability_table(evaluation.calibration),
    }


def _class_table(scores: Scores) -> pd.DataFrame:
    return pd.DataFrame([_class_row(score) for score in scores.classes])


def _class_row(score: ClassScore) -> dict[str, object]:
    row: dict[str, object] = {
        "class": score.code,
        "name": CLASSES[INDEX[score.code]].name,
        "n_images": score.n_images,
        "n_lesions": score.n_lesions,
        "prevalence": score.prevalence,
        "too_few_to_tell": score.sensitivity.is_too_wide if score.sensitivity else True,
        "share_wrong": 1 - score.sensitivity.value if score.sensitivity else None,
    }
    for name in ("sensitivity", "specificity", "precision", "npv", "f1", "auc", "average_precision"):
        row |= _cells(name, getattr(score, name))
    return row


def _slice_table(evaluation: Evaluation) -> pd.DataFrame:
    columns = ["column", "value", "n_images", "n_lesions", "n_classes", "too_few_to_tell"]
    for name in ("balanced_accuracy", "group_sensitivity", "group_specificity"):
        columns += _cells(name, None)
    rows = [
        {
            "column": slicing.column,
            "value": one.value,
            "n_images": one.n_images,
            "n_lesions": one.n_lesions,
            "n_classes": one.n_classes,
            "too_few_to_tell": one.is_too_few,
            **_cells("balanced_accuracy", one.balanced_accuracy),
            **_cells("group_sensitivity", one.group_sensitivity),
            **_cells("group_specificity", one.group_specificity),
        }
        for slicing in evaluation.slices
        for one in slicing.slices
    ]
    return pd.DataFrame(rows, columns=columns)


def _reliability_table(calibration: Calibration) -> pd.DataFrame:
    questions = {
        ("group", "before"): calibration.group_before,
        ("group", "after"): calibration.group_after,
        ("top class", "before"): calibration.top_before,
        ("top class", "after"): calibration.top_after,
    }
    rows = [
        {
            "question": question,
            "temperature": when,
            "low": one.low,
            "high": one.high,
            "n_images": one.n_images,
            "n_lesions": one.n_lesions,
            "mean_probability": one.mean_probability,
            **_cells("observed", one.observed),
        }
        for (question, when), reliability in questions.items()
        for one in reliability.bins
    ]
    return pd.DataFrame(rows)


def _cells(name: str, figure: Interval | None) -> dict[str, float | None]:
    """A figure and the ends of its interval as three cells."""
    return {
        name: figure.value if figure else None,
        f"{name}_low": figure.low if figure else None,
        f"{name}_high": figure.high if figure else None,
    }
