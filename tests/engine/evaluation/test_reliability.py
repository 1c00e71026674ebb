"""Tests of engine.evaluation.reliability."""

import numpy as np
import pytest

from engine.evaluation.answers import Answers
from engine.evaluation.bootstrap import resample
from engine.evaluation.reliability import ReliabilitySampler
from engine.evaluation_results import Calibration
from engine.model.probabilities import IN_GROUP
from tests.engine.evaluation.simulated import EQUAL, PRIOR, answer, simulate


def _calibration(answers: Answers, temperature: float = 1.0) -> Calibration:
    sampler = ReliabilitySampler(answers)
    samples = resample({"it": sampler}, answers.lesion_labels, draws=200)["it"]
    return sampler.summarize(samples, float(PRIOR[IN_GROUP].sum()), temperature)


def test_an_example_worked_by_hand() -> None:
    """Four images at 0.1 of which one is in the group, two at 0.9 of which one is: (4 x 0.15 + 2 x 0.4) / 6."""
    group = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.9])
    labels = np.array([4, 5, 5, 5, 4, 5])
    rows = np.eye(7)[labels]
    answers = Answers(labels=labels, lesions=np.arange(6), equal=rows, stated=rows, stated_before=rows, group=group)
    found = _calibration(answers).group_after
    assert found.ece is not None
    assert found.ece.value == pytest.approx((4 * 0.15 + 2 * 0.4) / 6)
    filled = [one for one in found.bins if one.n_images]
    assert [(round(one.low * 15), one.n_images, one.n_lesions) for one in filled] == [(1, 4, 4), (13, 2, 2)]
    assert [one.observed.value for one in filled if one.observed] == [0.25, 0.5]
    assert found.bins[0].mean_probability is None
    assert found.bins[0].observed is None


def test_honest_probabilities_are_calibrated_and_too_sure_ones_are_not() -> None:
    """The true posterior has a calibration error near 0, whose interval reaches down to it; sharpened it has not."""
    answers = simulate(6000, np.random.default_rng(4), separation=2.0)
    honest = answer(2.0 * np.log(answers.equal), answers.labels, answers.lesions, temperature=1.0)
    # Noise of variance 1 about a separation of 2: twice the logits are the true log-likelihoods, six times too sure.
    right, wrong = (
        _calibration(honest),
        _calibration(answer(6.0 * np.log(answers.equal), answers.labels, answers.lesions)),
    )
    assert right.group_after.ece is not None
    assert wrong.group_after.ece is not None
    assert right.group_after.ece.value < 0.025
    assert right.group_after.ece.low < 0.012
    assert wrong.group_after.ece.low > 0.02


def test_before_and_after_are_told_apart() -> None:
    """Temperature changes what is said after it, not what was said before."""
    sharp = simulate(2000, np.random.default_rng(4), temperature=0.25)
    found = _calibration(sharp, 0.25)
    assert found.temperature == 0.25
    assert found.group_before != found.group_after
    plain = _calibration(simulate(2000, np.random.default_rng(4)))
    assert plain.group_before == found.group_before
    assert found.prevalence == pytest.approx(PRIOR[IN_GROUP].sum())
    assert found.part_prevalence == pytest.approx(IN_GROUP[sharp.labels].mean())


def test_a_probability_of_one_is_in_the_last_bin() -> None:
    """Bins are 15 equal steps that together hold every image."""
    answers = answer(50 * np.eye(7)[[4, 5, 6]], np.array([4, 5, 6]), np.arange(3))
    found = _calibration(answers)
    assert [one.n_images for one in found.top_after.bins] == [0] * 14 + [3]
    assert EQUAL.sum() == pytest.approx(1)
