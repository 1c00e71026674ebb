"""Figures of merit from labels, decisions and probabilities; None where one is undefined, never a warning."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.labels import CODES, INDEX
from engine.model.probabilities import Floats, Shares, decide, posterior

Ints = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]


def labels_of(codes: Sequence[str]) -> npt.NDArray[np.int64]:
    """Class indices of diagnosis codes, [n]."""
    return np.array([INDEX[code] for code in codes], dtype=np.int64)


def count_confusion(labels: Ints, named: Ints) -> npt.NDArray[np.int64]:
    """Cases by true class (rows) and named class (columns), [7, 7], from class indices [n]."""
    counts = np.zeros((len(CODES), len(CODES)), dtype=np.int64)
    np.add.at(counts, (labels, named), 1)
    return counts


def recalls(confusion: Ints) -> tuple[float | None, ...]:
    """Share of each class that is named right (sensitivity); None for a class without a case."""
    return _shares(np.diag(confusion), confusion.sum(axis=1))


def specificities(confusion: Ints) -> tuple[float | None, ...]:
    """Share of the other cases that are not named so, per class; None where there is no other case."""
    others = confusion.sum() - confusion.sum(axis=1)
    false_alarms = confusion.sum(axis=0) - np.diag(confusion)
    return _shares(others - false_alarms, others)


def precisions(confusion: Ints) -> tuple[float | None, ...]:
    """Share of the cases named so that are of the class; None for a class that is never named."""
    return _shares(np.diag(confusion), confusion.sum(axis=0))


def balanced_accuracy(confusion: Ints) -> float:
    """Mean recall over the classes that occur. Raises `ValueError` without any case."""
    present = [recall for recall in recalls(confusion) if recall is not None]
    if not present:
        raise ValueError("there is no case to score")
    return sum(present) / len(present)


def accuracy(confusion: Ints) -> float:
    """Share of all cases named right. Raises `ValueError` without any case."""
    if confusion.sum() == 0:
        raise ValueError("there is no case to score")
    return float(np.trace(confusion) / confusion.sum())


def majority_baseline(confusion: Ints) -> float:
    """Accuracy of always naming the most common class. Raises `ValueError` without any case."""
    if confusion.sum() == 0:
        raise ValueError("there is no case to score")
    return float(confusion.sum(axis=1).max() / confusion.sum())


def area_under_roc(scores: Floats, is_positive: Flags) -> float | None:
    """Area under the ROC curve; None unless both kinds of case occur."""
    if is_positive.all() or not is_positive.any():
        return None
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(is_positive, scores))


def average_precision(scores: Floats, is_positive: Flags) -> float | None:
    """Mean precision over the recall steps; None unless both kinds of case occur."""
    if is_positive.all() or not is_positive.any():
        return None
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(is_positive, scores))


def log_loss(probabilities: Floats, labels: Ints) -> float:
    """Mean negative log-probability of the true class, in nats. Raises `ValueError` without any case.

    A probability of 0 (a class that training never saw) counts as the smallest float step, about 36 nats.
    """
    if len(labels) == 0:
        raise ValueError("there is no case to score")
    from sklearn.metrics import log_loss as sklearn_log_loss

    exact = np.asarray(probabilities, dtype=np.float64)
    exact = exact / exact.sum(axis=1, keepdims=True)  # sums that are 1 only in float32 draw a warning
    return float(sklearn_log_loss(labels, exact, labels=np.arange(len(CODES))))


def brier(probabilities: Floats, labels: Ints) -> float:
    """Mean over cases of the summed squared errors of all classes' probabilities, 0 to 2."""
    from sklearn.metrics import brier_score_loss

    exact = np.asarray(probabilities, dtype=np.float64)
    exact = exact / exact.sum(axis=1, keepdims=True)
    return float(brier_score_loss(labels, exact, labels=np.arange(len(CODES)), scale_by_half=False))


def binary_brier(scores: Floats, is_positive: Flags) -> float:
    """Mean squared error of the probability of one kind, 0 to 1."""
    return float(np.mean((scores - is_positive) ** 2))


def f1_scores(confusion: Ints) -> tuple[float | None, ...]:
    """Harmonic mean of precision and recall of each class; None for a class without a case."""
    right, cases, named = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    shares = _shares(2 * right, cases + named)
    return tuple(share if n else None for share, n in zip(shares, cases, strict=True))


def summarize_validation(
    logits: Floats, labels: Ints, training_prior: Shares, data_prior: Shares, temperature: float
) -> dict[str, float | None]:
    """The figures of `ModelCard.validation` from the logits [n, 7] and labels [n] of the validation part.

    Decisions are at equal priors, the log loss at the data's prior after temperature.
    """
    confusion = count_confusion(labels, decide(logits, training_prior))
    return {
        "balanced_accuracy": balanced_accuracy(confusion),
        "accuracy": accuracy(confusion),
        "majority_baseline": majority_baseline(confusion),
        "log_loss": log_loss(posterior(logits, training_prior, data_prior, temperature), labels),
        **{f"recall_{code}": recall for code, recall in zip(CODES, recalls(confusion), strict=True)},
    }


def _shares(parts: Ints, wholes: Ints) -> tuple[float | None, ...]:
    return tuple(float(part / whole) if whole else None for part, whole in zip(parts, wholes, strict=True))
