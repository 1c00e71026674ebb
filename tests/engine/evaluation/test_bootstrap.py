"""Tests of engine.evaluation.bootstrap: every figure of every draw, against a plain loop over scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from engine.evaluation.bootstrap import draw_weights, resample
from engine.evaluation.reliability import ReliabilitySampler
from engine.evaluation.scores import ScoreSampler
from engine.labels import CODES
from engine.model.probabilities import IN_GROUP
from tests.engine.evaluation.simulated import simulate

_DRAWS = 12


def test_each_draw_keeps_the_number_of_lesions_of_each_class() -> None:
    """Lesions are drawn within their class, which keeps its weight; the same seed draws the same."""
    labels = np.random.default_rng(2).integers(0, 7, 300)
    weights = np.concatenate(list(draw_weights(labels, draws=450, seed=5)), axis=1)
    assert weights.shape == (300, 450)
    for label in range(7):
        assert weights[labels == label].sum(axis=0) == pytest.approx((labels == label).sum())
    assert weights.max() > 2
    assert abs(weights.mean(axis=1) - 1).max() < 0.25
    again = np.concatenate(list(draw_weights(labels, draws=450, seed=5)), axis=1)
    assert (weights == again).all()


def test_every_figure_of_every_draw_is_that_of_scikit_learn() -> None:
    """Scoring the images one draw at a time, each with its weight, scikit-learn gives the same numbers."""
    answers = simulate(400, np.random.default_rng(4), temperature=0.7)
    samples = resample({"scores": ScoreSampler(answers)}, answers.lesion_labels, draws=_DRAWS, seed=9)["scores"]
    weights = np.concatenate(list(draw_weights(answers.lesion_labels, draws=_DRAWS, seed=9)), axis=1)
    for draw in range(_DRAWS):
        w = weights[answers.lesions, draw]
        labels, named, equal, stated = answers.labels, answers.named, answers.equal, answers.stated
        in_group, group = IN_GROUP[labels], answers.group
        present = np.unique(labels)
        expected = {
            "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(labels, named, sample_weight=w),
            "accuracy": sklearn_metrics.accuracy_score(labels, named, sample_weight=w),
            "log_loss": sklearn_metrics.log_loss(labels, stated, labels=range(7), sample_weight=w),
            "brier": sklearn_metrics.brier_score_loss(
                labels, stated, labels=range(7), scale_by_half=False, sample_weight=w
            ),
            "group_brier": sklearn_metrics.brier_score_loss(in_group, group, sample_weight=w),
            "auc_group": sklearn_metrics.roc_auc_score(in_group, group, sample_weight=w),
            "average_precision_group": sklearn_metrics.average_precision_score(in_group, group, sample_weight=w),
        }
        recall = sklearn_metrics.recall_score(labels, named, labels=present, average=None, sample_weight=w)
        f1 = sklearn_metrics.f1_score(labels, named, labels=present, average=None, sample_weight=w)
        areas = []
        for position, label in enumerate(present):
            code, is_class = CODES[label], labels == label
            areas.append(sklearn_metrics.roc_auc_score(is_class, equal[:, label], sample_weight=w))
            precision = sklearn_metrics.average_precision_score(is_class, equal[:, label], sample_weight=w)
            expected |= {
                f"sensitivity_{code}": recall[position],
                f"f1_{code}": f1[position],
                f"auc_{code}": areas[-1],
                f"average_precision_{code}": precision,
            }
        expected["macro_auc"] = np.mean(areas)
        assert samples.keys() == expected.keys()
        assert {name: values[draw] for name, values in samples.items()} == pytest.approx(expected, abs=1e-9)


def test_the_calibration_error_of_every_draw_is_that_of_its_definition() -> None:
    """Bin by bin: the gap between mean probability and share observed, weighted by the drawn images."""
    answers = simulate(300, np.random.default_rng(6), temperature=0.6)
    samples = resample({"ece": ReliabilitySampler(answers)}, answers.lesion_labels, draws=_DRAWS, seed=3)["ece"]
    weights = np.concatenate(list(draw_weights(answers.lesion_labels, draws=_DRAWS, seed=3)), axis=1)
    for draw in range(_DRAWS):
        of_images = weights[answers.lesions, draw]
        for name, said, is_so in (
            ("group_after", answers.group, IN_GROUP[answers.labels]),
            ("top_before", answers.stated_before.max(1), answers.stated_before.argmax(1) == answers.labels),
        ):
            gap = 0.0
            for index in range(15):
                upper = said <= 1 if index == 14 else said < (index + 1) / 15
                here = (said >= index / 15) & upper & (of_images > 0)
                if here.any():
                    mean = np.average(said[here], weights=of_images[here])
                    observed = np.average(is_so[here], weights=of_images[here])
                    gap += abs(mean - observed) * of_images[here].sum() / of_images.sum()
            assert samples[name][draw] == pytest.approx(gap, abs=1e-9)
