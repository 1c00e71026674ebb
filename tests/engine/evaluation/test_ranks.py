"""Tests of engine.evaluation.ranks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from engine.evaluation.ranks import Ranking


def test_ties_count_half_in_an_example_worked_by_hand() -> None:
    """Positives at 0.8, 0.5, 0.5 and negatives at 0.9, 0.5, 0.1: of 9 pairs 2 + 1.5 + 1.5 = 5 are won.

    Precision at 0.8 is 1/2 for a third of the positives, at 0.5 it is 3/5 for two thirds.
    """
    scores = np.array([0.8, 0.5, 0.5, 0.9, 0.5, 0.1])
    is_positive = np.array([True, True, True, False, False, False])
    ranking = Ranking(scores, is_positive, np.arange(6), 6)
    auc, precision = ranking.sample(np.ones((6, 1)))
    assert auc[0] == pytest.approx((1 + 1 + 0.5 + 1 + 0.5 + 1) / 9)
    assert precision[0] == pytest.approx(1 / 3 * 1 / 2 + 2 / 3 * 3 / 5)


def test_a_lesion_drawn_twice_counts_twice() -> None:
    """Weights are whole numbers of copies; a lesion drawn 0 times is not there."""
    scores, is_positive = np.array([0.9, 0.2, 0.6, 0.1]), np.array([True, True, False, False])
    weights = np.array([[2.0, 0.0], [1.0, 1.0], [1.0, 1.0], [0.0, 1.0]])
    auc, precision = Ranking(scores, is_positive, np.arange(4), 4).sample(weights)
    assert auc == pytest.approx([2 / 3, 1 / 2])
    assert precision == pytest.approx([(2 * 1 + 3 / 4) / 3, 1 / 2])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_weights_give_what_scikit_learn_gives(seed: int) -> None:
    """Few distinct scores, so that there are many ties, and several images of a lesion."""
    random = np.random.default_rng(seed)
    n_lesions = int(random.integers(4, 20))
    lesions = np.concatenate([np.arange(n_lesions), random.integers(0, n_lesions, 15)])
    kind = np.arange(n_lesions) % 2 == 0
    scores = random.integers(0, 6, len(lesions)) / 6
    weights = random.integers(0, 4, size=(n_lesions, 5)).astype(float)
    weights[:2] += 1  # both kinds are always drawn
    found = Ranking(scores, kind[lesions], lesions, n_lesions).sample(weights)
    for draw in range(5):
        of_images = weights[lesions, draw]
        auc = roc_auc_score(kind[lesions], scores, sample_weight=of_images)
        precision = average_precision_score(kind[lesions], scores, sample_weight=of_images)
        assert (found[0][draw], found[1][draw]) == pytest.approx((auc, precision), abs=1e-12)
