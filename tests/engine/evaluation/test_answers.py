"""Tests of engine.evaluation.answers."""

import numpy as np
import pytest

from engine.evaluation.answers import Answers, join, number_lesions
from tests.engine.evaluation.simulated import simulate


def test_a_lesion_has_the_class_of_the_highest_mean_log_probability() -> None:
    """One image that is sure weighs more than two that hesitate, and an impossible class does not spoil the sum."""
    hesitant = [0.0, 0.0, 0.0, 0.0, 0.45, 0.55, 0.0]
    sure = [0.0, 0.0, 0.0, 0.0, 0.95, 0.05, 0.0]
    labels = np.array([4, 5, 4, 4])
    rows = np.array([hesitant, hesitant, sure, hesitant])
    images = Answers(
        labels=labels,
        lesions=number_lesions(labels, ["b", "a", "b", "b"]),
        equal=rows,
        stated=rows,
        stated_before=rows,
        group=np.array([0.1, 0.2, 0.4, 0.1]),
    )
    lesions = images.by_lesion()
    assert lesions.labels.tolist() == [5, 4]
    assert lesions.named.tolist() == [5, 4]
    assert lesions.equal.sum(axis=1) == pytest.approx(1)
    assert lesions.group == pytest.approx([0.2, 0.2])  # a mean, as operating points are set
    odds = (0.45 / 0.55) ** 2 * (0.95 / 0.05)
    assert lesions.equal[1, 4] / lesions.equal[1, 5] == pytest.approx(odds ** (1 / 3))


def test_a_lesion_of_two_diagnoses_is_two_lesions() -> None:
    """A lesion has one class: where a table disagrees with itself nobody's images are mixed."""
    assert number_lesions(np.array([4, 5, 4]), ["a", "a", "a"]).tolist() == [0, 1, 0]


def test_answers_of_several_models_are_joined_in_order() -> None:
    """Lesions are counted anew over all of them."""
    parts = [simulate(20, np.random.default_rng(seed)) for seed in (1, 2)]
    ids = [f"{n}-{lesion}" for n, part in enumerate(parts) for lesion in part.lesions]
    together = join(parts, ids)
    assert len(together) == 40
    assert together.n_lesions == sum(part.n_lesions for part in parts)
    assert (together.group == np.concatenate([part.group for part in parts])).all()
