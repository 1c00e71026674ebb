"""Tests of engine.evaluation.metrics. Warnings are errors: every call here also shows that it warns of nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from engine.evaluation import metrics
from engine.labels import CODES

_UNIFORM = np.full(7, 1 / 7)
_answers = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60)


@given(_answers)
def test_figures_of_the_confusion_equal_scikit_learns(answers: list[tuple[int, int]]) -> None:
    """Whatever the answers, counts, accuracy, recall and precision are those of scikit-learn where it defines them."""
    labels, named = np.array(answers).T
    confusion = metrics.count_confusion(labels, named)
    assert (confusion == sklearn_metrics.confusion_matrix(labels, named, labels=range(7))).all()
    assert metrics.accuracy(confusion) == pytest.approx(sklearn_metrics.accuracy_score(labels, named))
    recall = sklearn_metrics.recall_score(labels, named, labels=range(7), average=None, zero_division=np.nan)
    precision = sklearn_metrics.precision_score(labels, named, labels=range(7), average=None, zero_division=np.nan)
    for found, expected in ((metrics.recalls(confusion), recall), (metrics.precisions(confusion), precision)):
        assert [np.nan if value is None else value for value in found] == pytest.approx(expected, nan_ok=True)
    assert metrics.balanced_accuracy(confusion) == pytest.approx(np.nanmean(recall))


def test_a_class_that_is_absent_has_no_recall_and_does_not_count() -> None:
    """Balanced accuracy is the mean over the classes present, and an absent class is None, not 0."""
    confusion = metrics.count_confusion(np.array([5, 5, 4], dtype=int), np.array([5, 4, 4], dtype=int))
    assert metrics.balanced_accuracy(confusion) == pytest.approx(0.75)
    assert metrics.recalls(confusion)[0] is None
    assert metrics.precisions(confusion)[0] is None
    assert metrics.specificities(confusion)[0] == 1.0


def test_specificity_is_none_when_every_case_is_of_the_class() -> None:
    """A part of one class says nothing about the others."""
    confusion = metrics.count_confusion(np.array([5, 5], dtype=int), np.array([5, 4], dtype=int))
    assert metrics.specificities(confusion)[5] is None
    assert metrics.specificities(confusion)[4] == 0.5


def test_the_majority_baseline_is_the_share_of_the_commonest_class() -> None:
    """Always naming the commonest class of the part is right so often."""
    assert (
        metrics.majority_baseline(
            metrics.count_confusion(np.array([5, 5, 5, 4], dtype=int), np.array([0, 1, 2, 3], dtype=int))
        )
        == 0.75
    )


def test_areas_are_those_of_scikit_learn_and_none_where_undefined() -> None:
    """AUC and average precision need both kinds of case."""
    scores, is_positive = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    assert metrics.area_under_roc(scores, is_positive) == pytest.approx(0.75)
    assert metrics.average_precision(scores, is_positive) == pytest.approx(0.8333, abs=1e-4)
    for one_kind in (np.zeros(4, dtype=bool), np.ones(4, dtype=bool)):
        assert metrics.area_under_roc(scores, one_kind) is None
        assert metrics.average_precision(scores, one_kind) is None


def test_log_loss_takes_rounded_sums_and_impossible_classes() -> None:
    """float32 rounding draws no warning, and a class that got no probability costs much but not infinitely much."""
    uniform = np.full((3, 7), 1 / 7, dtype=np.float32)
    assert metrics.log_loss(uniform, np.array([0, 3, 6])) == pytest.approx(np.log(7))
    certain = np.eye(7)[[5, 5]]
    assert 10 < metrics.log_loss(certain, np.array([5, 4])) < 40


def test_the_validation_summary_has_the_card_s_figures() -> None:
    """The card's dictionary holds every promised figure, None for the recall of an absent class."""
    labels = np.array([5, 5, 5, 4])
    logits = 3 * np.eye(7)[[5, 5, 4, 4]]
    summary = metrics.summarize_validation(logits, labels, _UNIFORM, _UNIFORM, 1.0)
    names = {"balanced_accuracy", "accuracy", "majority_baseline", "log_loss", *(f"recall_{code}" for code in CODES)}
    assert set(summary) == names
    assert summary["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    assert summary["accuracy"] == 0.75
    assert summary["recall_akiec"] is None
    expected = sklearn_metrics.log_loss(labels, np.exp(logits) / np.exp(logits).sum(1, keepdims=True), labels=range(7))
    assert summary["log_loss"] == pytest.approx(expected)


def test_without_a_case_there_is_no_score() -> None:
    """A part without images is a fault of the caller, not a figure."""
    empty = metrics.count_confusion(np.array([], dtype=int), np.array([], dtype=int))
    for figure in (metrics.balanced_accuracy, metrics.accuracy, metrics.majority_baseline):
        with pytest.raises(ValueError, match="no case"):
            figure(empty)
