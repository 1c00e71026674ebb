"""Tests of engine.evaluation.rank_curves."""

import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score

from engine.evaluation.rank_curves import trace
from engine.labels import CODES
from tests.engine.evaluation.simulated import answer, simulate


def test_short_curves_have_the_area_of_the_long_ones() -> None:
    """At most 200 points each, from corner to corner, and their area is the AUC to two decimals."""
    answers = simulate(3000, np.random.default_rng(2))
    curves = {curve.target: curve for curve in trace(answers)}
    assert list(curves) == [*CODES, "group"]
    for index, code in enumerate(CODES):
        roc = np.array(curves[code].roc)
        assert len(roc) <= 200
        assert roc[0].tolist() == [0, 0]
        assert roc[-1].tolist() == [1, 1]
        whole = roc_auc_score(answers.labels == index, answers.equal[:, index])
        assert auc(roc[:, 0], roc[:, 1]) == pytest.approx(whole, abs=0.005)
        recall, precision = np.array(curves[code].precision_recall).T
        assert (np.diff(recall) >= 0).all()
        assert recall[-1] == 1
        assert precision[-1] >= (answers.labels == index).mean() - 1e-5  # all found: no worse than naming all


def test_a_class_that_is_absent_has_no_curve() -> None:
    """And neither has the group where every image is outside it."""
    labels = np.array([5, 5, 2])
    assert [curve.target for curve in trace(answer(np.eye(7)[labels], labels, np.arange(3)))] == ["bkl", "nv"]
