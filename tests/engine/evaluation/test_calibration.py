"""Tests of engine.evaluation.calibration."""

import numpy as np
import pytest

from engine.evaluation.calibration import choose_operating_point, fit_temperature
from engine.evaluation.metrics import log_loss
from engine.model.probabilities import posterior

_UNIFORM = np.full(7, 1 / 7)


def _drawn(scale: float, n: int = 4000, prior: np.ndarray = _UNIFORM) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from honest probabilities, and the logits of a network that is `scale` times too sure."""
    random = np.random.default_rng(5)
    logits = random.normal(0, 1.5, size=(n, 7)) + np.log(prior)
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (honest.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return logits * scale, labels


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_too_much_certainty(scale: float) -> None:
    """Logits that were multiplied by a number get about that number as temperature."""
    logits, labels = _drawn(scale)
    assert fit_temperature(logits, labels, _UNIFORM, _UNIFORM) == pytest.approx(scale, rel=0.08)


def test_the_fitted_temperature_has_the_smallest_loss() -> None:
    """No other temperature gives a smaller log loss at the data's prior, with a training prior of its own."""
    training_prior = np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.2, 0.1])
    data_prior = np.array([0.03, 0.05, 0.11, 0.01, 0.11, 0.67, 0.02])
    logits, labels = _drawn(2.0, prior=data_prior)
    logits = logits - np.log(data_prior) + np.log(training_prior)

    def loss(temperature: float) -> float:
        return log_loss(posterior(logits, training_prior, data_prior, temperature), labels)

    fitted = fit_temperature(logits, labels, training_prior, data_prior)
    assert all(loss(fitted) <= loss(other) + 1e-7 for other in np.geomspace(0.05, 20, 60))


def test_where_the_images_cannot_tell_the_temperature_is_one() -> None:
    """All right, one image, or only images of a class that training never saw: nothing to fit."""
    right = np.eye(7)[np.arange(70) % 7] * 4
    assert fit_temperature(right, np.arange(70) % 7, _UNIFORM, _UNIFORM) == 1.0
    assert fit_temperature(right[:1], np.array([3]), _UNIFORM, _UNIFORM) == 1.0
    without_vasc = np.array([1 / 6] * 6 + [0.0])
    assert fit_temperature(right, np.full(70, 6), without_vasc, without_vasc) == 1.0


def test_a_hopeless_network_gets_the_highest_temperature() -> None:
    """All wrong and sure of it: the answer is as flat as the bounds allow, and finite."""
    wrong = np.eye(7)[(np.arange(70) + 1) % 7] * 50
    assert fit_temperature(wrong, np.arange(70) % 7, _UNIFORM, _UNIFORM) == pytest.approx(20, rel=0.01)


def test_the_operating_point_finds_95_percent_of_the_lesions() -> None:
    """Of 100 lesions of the group at most 5 are below the threshold, and a higher threshold would miss more."""
    random = np.random.default_rng(2)
    scores = np.concatenate([random.beta(5, 2, 100), random.beta(2, 5, 300)])
    labels = np.array([4] * 100 + [5] * 300)
    point = choose_operating_point(scores, labels, [str(n) for n in range(400)])
    assert point is not None
    assert point.name == "95 % point"
    assert (point.n_lesions, point.n_other_lesions) == (100, 300)
    assert point.n_missed == (scores[:100] < point.threshold).sum() == 5
    assert point.n_false_alarms == (scores[100:] >= point.threshold).sum()
    assert (scores[:100] < point.threshold).mean() <= 0.05 < (scores[:100] <= np.sort(scores[:100])[5]).mean()


def test_a_lesion_counts_once_with_the_mean_of_its_images() -> None:
    """Two images of one lesion at 0.2 and 0.8 are one lesion at 0.5."""
    point = choose_operating_point(np.array([0.2, 0.8, 0.4, 0.1]), np.array([4, 4, 5, 5]), ["m", "m", "n", "o"])
    assert point is not None
    assert point.threshold == pytest.approx(0.45)
    assert (point.n_lesions, point.n_missed, point.n_other_lesions, point.n_false_alarms) == (1, 0, 2, 0)


def test_fewer_than_twenty_lesions_are_all_found() -> None:
    """19 lesions allow none to be missed at 95 %, 20 allow one."""
    for n, missed in ((19, 0), (20, 1)):
        scores = [*np.linspace(0.5, 0.9, n), 0.1]
        point = choose_operating_point(
            np.array(scores), np.array([4] * n + [5]), [str(number) for number in range(n + 1)]
        )
        assert point is not None
        assert point.n_missed == missed


def test_ties_at_the_threshold_are_found() -> None:
    """Lesions with the very same score stand on the same side."""
    point = choose_operating_point(np.array([0.5] * 40 + [0.2]), np.array([4] * 40 + [5]), [str(n) for n in range(41)])
    assert point is not None
    assert point.n_missed == 0


@pytest.mark.parametrize("label", [4, 5])
def test_without_both_sides_there_is_no_operating_point(label: int) -> None:
    """A part with only the group, or without it, gives no threshold."""
    assert choose_operating_point(np.array([0.4, 0.6]), np.array([label, label]), ["a", "b"]) is None
