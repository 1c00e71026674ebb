"""Tests of engine.evaluation.intervals."""

import time

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from engine.evaluation.bootstrap import draw_weights
from engine.evaluation.intervals import (
    area,
    bootstrap,
    count_kinds,
    draw_kinds,
    gap,
    mean_of_shares,
    mean_share,
    paired_difference,
    percentile,
    percentile_share,
    share_of,
    wilson,
)
from engine.evaluation_results import Interval


def _answers(n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Labels, named classes and lesion ids of `n` images: lesions of 1 to 4 images, right more often than not."""
    random = np.random.default_rng(seed)
    lesions = np.repeat(np.arange(n), random.integers(1, 5, size=n))[:n]
    labels = random.integers(0, 7, size=n)[lesions]
    named = np.where(random.random(n) < 0.6, labels, random.integers(0, 7, size=n))
    return labels, named, [f"L{lesion}" for lesion in lesions]


def test_the_vectorised_bootstrap_equals_a_plain_loop_over_images() -> None:
    """The fast way gives what writing out every sampled image and scoring it with scikit-learn gives."""
    labels, named, lesion_ids = _answers(120)
    classes = count_kinds(labels, named, lesion_ids)
    sampled = draw_kinds(classes, draws=50, seed=7)
    balanced, plain = [], []
    for draw in range(50):
        truth: list[int] = []
        right: list[int] = []
        weights: list[float] = []
        for label, (kinds, counts) in enumerate(zip(classes, sampled, strict=True)):
            for n_images, n_right, weight in zip(kinds.n_images, kinds.n_right, counts[draw], strict=True):
                truth += [label] * n_images
                right += [label] * n_right + [(label + 1) % 7] * (n_images - n_right)
                weights += [weight] * n_images
        balanced.append(balanced_accuracy_score(truth, right, sample_weight=weights))
        plain.append(np.average(np.array(truth) == np.array(right), weights=weights))
    found = bootstrap(labels, named, lesion_ids, draws=50, seed=7)
    assert found.balanced_accuracy.value == pytest.approx(balanced_accuracy_score(labels, named), abs=1e-12)
    assert found.accuracy.value == pytest.approx((labels == named).mean(), abs=1e-12)
    for interval, samples in ((found.balanced_accuracy, balanced), (found.accuracy, plain)):
        assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(samples, [0.025, 0.975])), abs=1e-12)


def test_lesions_are_counted_by_images_and_right_answers() -> None:
    """A lesion contributes its n images and k right answers, in its own class only."""
    classes = count_kinds(np.array([5, 5, 5, 4, 4]), np.array([5, 4, 5, 4, 4]), ["a", "a", "b", "c", "d"])
    mel, nv = classes
    assert (mel.n_images.tolist(), mel.n_right.tolist(), mel.n_lesions.tolist()) == ([1], [1], [2])
    assert (nv.n_images.tolist(), nv.n_right.tolist(), nv.n_lesions.tolist()) == ([1, 2], [1, 1], [1, 1])


def test_each_sample_keeps_the_number_of_lesions_of_each_class() -> None:
    """Lesions are drawn within their class, which keeps its weight."""
    classes = count_kinds(*_answers(500))
    for kinds, counts in zip(classes, draw_kinds(classes, draws=100, seed=1), strict=True):
        assert counts.sum(axis=1) == pytest.approx(kinds.n_lesions.sum())


def test_images_of_one_lesion_do_not_make_it_surer() -> None:
    """Ten copies of every image leave the interval as wide as it was."""
    labels, named, lesion_ids = _answers(200)
    once = bootstrap(labels, named, lesion_ids).balanced_accuracy
    often = bootstrap(np.repeat(labels, 10), np.repeat(named, 10), list(np.repeat(lesion_ids, 10))).balanced_accuracy
    assert (often.value, often.low, often.high) == pytest.approx((once.value, once.low, once.high), abs=1e-12)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Of 200 parts drawn from a known truth, 95 % intervals miss few."""
    random = np.random.default_rng(11)
    hits = 0
    for trial in range(200):
        labels = np.repeat(np.arange(3), 60)
        named = np.where(random.random(180) < 0.7, labels, 3)
        interval = bootstrap(labels, named, [str(n) for n in range(180)], draws=500, seed=trial).balanced_accuracy
        hits += interval.low <= 0.7 <= interval.high
    assert 0.89 <= hits / 200 <= 0.99


def test_the_same_answers_give_the_same_interval() -> None:
    """The bootstrap is seeded."""
    assert bootstrap(*_answers(300)) == bootstrap(*_answers(300))


def test_ten_thousand_images_take_far_less_than_five_seconds() -> None:
    """The bootstrap is fast enough to be waited for."""
    answers = _answers(10_000)
    started = time.perf_counter()
    bootstrap(*answers)
    assert time.perf_counter() - started < 2.5


def test_all_right_is_not_certainty() -> None:
    """Where every draw gives the same, the interval is Wilson's: eleven of eleven may well be 0.75 in truth."""
    labels, ids = np.array([2] * 11), [str(n) for n in range(11)]
    assert bootstrap(labels, labels, ids).balanced_accuracy == wilson(1.0, 11)
    assert wilson(1.0, 11).low == pytest.approx(0.741, abs=1e-3)
    assert bootstrap(np.array([2]), np.array([2]), ["a"]).accuracy == wilson(1.0, 1)


def test_without_an_image_there_is_nothing_to_draw() -> None:
    """A part without images is a fault of the caller, not a figure."""
    with pytest.raises(ValueError, match="no image"):
        bootstrap(np.zeros(0, dtype=int), np.zeros(0, dtype=int), [])


def test_wilson_gives_the_known_values() -> None:
    """Against the published example: 8 of 10 gives 0.490 to 0.943; 0 of 10 gives 0 to 0.278."""
    eight = wilson(0.8, 10)
    assert (eight.low, eight.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    none = wilson(0.0, 10)
    assert (none.low, none.high) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(1.0, 10).high == 1.0
    with pytest.raises(ValueError, match="no cases"):
        wilson(0.5, 0)


def test_a_handful_of_lesions_is_too_few_to_tell() -> None:
    """11 lesions are too few for a share in the middle, 100 are not."""
    assert wilson(0.6, 11).is_too_wide
    assert not wilson(0.6, 100).is_too_wide


def test_a_share_of_images_is_as_sure_as_its_lesions_are_many() -> None:
    """Six images of two lesions: the share is of images, the interval of two."""
    hits, among = np.array([True, True, True, False, True, False]), np.array([True, True, True, True, False, False])
    found = share_of(hits, among, np.array([0, 0, 1, 1, 2, 2]))
    assert found == wilson(0.75, 2)
    assert share_of(hits, np.zeros(6, dtype=bool), np.arange(6)) is None


def test_the_mean_of_shares_is_as_sure_as_its_smallest_classes_allow() -> None:
    """Seven classes of n lesions are 7 n lesions; one class of one lesion weighs heavily."""
    assert mean_of_shares([10] * 7) == pytest.approx(70)
    assert mean_of_shares([1, 1000]) == pytest.approx(4 / 1.001)


def test_a_class_with_a_single_lesion_makes_nobody_surer() -> None:
    """Every draw of it is the same; the interval is then as wide as Wilson's, and no other is touched."""
    samples = np.linspace(0.68, 0.74, 200)
    few, enough = mean_share(0.71, samples, [8, 5, 1]), mean_share(0.71, samples, [8, 5, 2])
    known = wilson(0.71, mean_of_shares([8, 5, 1]))
    assert (few.value, few.low, few.high) == (0.71, known.low, known.high)
    assert enough == percentile(0.71, samples)


def test_percentiles_hold_the_figure_and_say_when_the_draws_are_one() -> None:
    """The middle 95 % of the draws; without any spread there is no interval, or that of so many cases."""
    draws = np.linspace(0, 1, 1001)
    assert percentile(0.5, draws) == Interval(value=0.5, low=0.025, high=0.975)
    outside = percentile(0.99, draws)
    assert outside is not None
    assert outside.high == 0.99
    assert percentile(0.5, np.full(9, 0.5)) is None
    assert percentile_share(1.0, np.ones(9), 11) == wilson(1.0, 11)


def test_a_difference_without_spread_is_bounded_by_what_could_be_missed() -> None:
    """Nobody of 20 lesions told two models apart: up to 16 % of others may."""
    assert paired_difference(0.0, np.zeros(9), 20) == Interval(
        value=0.0, low=-wilson(0.0, 20).high, high=wilson(0.0, 20).high
    )
    assert paired_difference(0.0, np.zeros(9), None) is None


def test_draws_spread_as_much_as_the_truth_does() -> None:
    """The mean of 3 values varies by s / sqrt(3) with s of n - 1; drawing 3 of 3 would make it a fifth too small."""
    values = np.array([1.0, 2.0, 6.0])
    weights = np.concatenate(list(draw_weights(np.zeros(3, dtype=int), draws=40_000, seed=1)), axis=1)
    means = values @ weights / 3
    assert means.mean() == pytest.approx(3, abs=0.02)
    assert means.std() == pytest.approx(values.std(ddof=1) / 3**0.5, rel=0.02)


def test_an_area_s_interval_is_symmetric_in_its_log_odds() -> None:
    """0.9 of 20 lesions with draws that spread by 0.03 is log(9) +- 2.093 x 0.03 / 0.09; at 1 it is Wilson's."""
    draws = 0.9 + 0.03 * np.array([-1.0, 1.0] * 50)
    found = area(0.9, draws, 20)
    odds = np.log(9) + 2.093024 * (0.03 / 0.09) * np.array([-1, 1])
    assert (found.low, found.high) == pytest.approx(tuple(1 / (1 + np.exp(-odds))))
    assert area(1.0, np.ones(9), 11) == wilson(1.0, 11)
    tiny = area(1e-9, draws, 20)
    assert 0 <= tiny.low <= tiny.value <= tiny.high <= 1


def test_a_gap_s_interval_takes_off_what_chance_adds() -> None:
    """Draws that lie 0.01 too high with spread 0.005: one bias off at the top, 2.4 of them at the bottom."""
    draws = 0.06 + 0.005 * np.array([-1.0, 1.0] * 50)
    found = gap(0.05, draws)
    assert found is not None
    assert found.high == pytest.approx(0.05)
    assert found.low == pytest.approx(0.05 - 0.01 * 2.41421 - 1.96 * 0.005, abs=1e-5)
    small = gap(0.01, draws)
    assert small is not None
    assert small.low == 0
    assert gap(0.01, np.ones(9)) is None
