"""How long an evaluation of ten thousand answers takes, with two thousand draws of every figure."""

import time
from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.answers import Answers
from engine.evaluation.scores import score
from engine.model.probabilities import group_probability
from tests.engine.evaluation.simulated import PRIOR, simulate
from tests.engine.evaluation.untrained_run import CARD


@pytest.mark.slow
def test_ten_thousand_answers_with_two_thousand_draws() -> None:
    """All figures by image and by lesion, calibration included: the promise is under 5 s on two cores."""
    answers = simulate(10_000, np.random.default_rng(1))
    once = time.perf_counter()
    figures = score(answers, replace(CARD, data_prior=tuple(PRIOR.tolist())))
    seconds = time.perf_counter() - once
    print(
        f"\n{len(answers):,} answers of {answers.n_lesions:,} lesions, 2,000 draws: {seconds:.2f} s, "
        f"balanced accuracy {figures.by_image.balanced_accuracy.value:.3f}"
    )
    assert figures.by_image.n_cases == len(answers) == 10_000
    assert isinstance(answers, Answers)
    assert answers.group == pytest.approx(group_probability(answers.stated))
