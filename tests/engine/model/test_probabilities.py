"""Probabilities at a named prior."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.labels import CODES, GROUP_CODES
from engine.model.probabilities import (
    EQUAL_PRIOR,
    IN_GROUP,
    at_prevalence,
    decide,
    group_prevalence,
    group_probability,
    posterior,
)

_DATA = (0.03, 0.05, 0.11, 0.01, 0.11, 0.68, 0.01)
_logits = arrays(np.float32, (3, 7), elements=st.floats(-50, 50, width=32))
_priors = (
    arrays(np.float64, 7, elements=st.floats(0.0, 1.0)).filter(lambda p: p.sum() > 0.01).map(lambda p: p / p.sum())
)


@given(logits=_logits, prior=_priors, temperature=st.floats(0.05, 20))
def test_posterior_is_a_distribution(logits: np.ndarray, prior: np.ndarray, temperature: float) -> None:
    """Every row sums to 1, holds no nan, and gives nothing to a class that never occurs."""
    probabilities = posterior(logits, _DATA, prior, temperature)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-9)
    assert (probabilities[:, prior == 0] == 0).all()


def test_posterior_without_a_change_of_prior_is_softmax() -> None:
    """At the training's own prior and temperature 1 the correction does nothing."""
    logits = np.array([[1.0, 2, 3, 0, -1, 0.5, 0.2]])
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(posterior(logits, _DATA, _DATA, 1.0), expected)


def test_posterior_moves_to_another_prior_as_bayes_says() -> None:
    """Two classes with equal logits differ by the ratio of their priors, old and new, before the temperature."""
    probabilities = posterior(np.zeros((1, 7)), _DATA, EQUAL_PRIOR, 1.0)[0]
    assert probabilities[3] / probabilities[5] == pytest.approx(0.68 / 0.01)
    cooler = posterior(np.zeros((1, 7)), _DATA, EQUAL_PRIOR, 2.0)[0]
    assert cooler[3] / cooler[5] == pytest.approx((0.68 / 0.01) ** 0.5)


def test_a_class_never_drawn_has_no_probability_and_is_never_decided() -> None:
    """A class without training images cannot win, however high its logit."""
    trained = (0.0, 0.1, 0.1, 0.1, 0.1, 0.5, 0.1)
    logits = np.array([[99.0, 0, 0, 0, 0, 0, 0]])
    assert posterior(logits, trained, EQUAL_PRIOR, 1.0)[0, 0] == 0
    assert decide(logits, trained)[0] != 0


def test_posterior_refuses_priors_that_leave_no_class() -> None:
    """An undefined answer is an error, not nan."""
    only_first, only_second = (1.0, 0, 0, 0, 0, 0, 0), (0.0, 1, 0, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="no class"):
        posterior(np.zeros((1, 7)), only_first, only_second, 1.0)


@given(logits=_logits, temperature=st.floats(0.05, 20))
def test_decide_is_the_top_of_the_bars(logits: np.ndarray, temperature: float) -> None:
    """The class decided on is the one with the highest probability at equal priors, whatever the temperature."""
    bars = posterior(logits, _DATA, EQUAL_PRIOR, temperature)
    chosen = bars[np.arange(3), decide(logits, _DATA)]
    np.testing.assert_allclose(chosen, bars.max(axis=1), rtol=1e-9)


@given(prior=_priors, prevalence=st.floats(0, 1))
def test_at_prevalence_hits_the_prevalence(prior: np.ndarray, prevalence: float) -> None:
    """The group's classes sum to the prevalence, all classes to 1."""
    moved = at_prevalence(prior, prevalence)
    assert sum(moved) == pytest.approx(1)
    assert group_prevalence(moved) == pytest.approx(prevalence, abs=1e-12)


def test_at_the_datas_own_prevalence_nothing_moves() -> None:
    """The default prevalence is the data's, which leaves its prior alone."""
    assert at_prevalence(_DATA, group_prevalence(_DATA)) == pytest.approx(_DATA)


def test_group_is_melanoma_bcc_and_akiec() -> None:
    """The group is the one of the labels, and its probability the sum over its classes."""
    assert {CODES[n] for n in np.flatnonzero(IN_GROUP)} == set(GROUP_CODES)
    probabilities = np.array([[0.1, 0.2, 0.0, 0.0, 0.3, 0.4, 0.0]])
    assert group_probability(probabilities)[0] == pytest.approx(0.6)
