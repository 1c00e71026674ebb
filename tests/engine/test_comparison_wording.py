"""Tests of engine.comparison_wording: differences, thresholds and missing figures in plain words."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import comparison_wording as wording
from engine.comparison_results import ClassDifference, Comparison, Difference, PooledEvaluation
from engine.evaluation_results import Interval
from engine.labels import CODES
from engine.operating_results import CurvePoint, OperatingCurve, Outcome
from tests.engine.evaluation.made_up_scores import calibration, class_score, figure, group_score, scores, slices
from tests.engine.evaluation.samples import CONFUSION

BETTER = Difference(a=0.58, b=0.611, difference=Interval(value=0.031, low=0.012, high=0.05))
UNCLEAR = Difference(a=0.58, b=0.59, difference=Interval(value=0.01, low=-0.02, high=0.04))
OUTCOME = Outcome(
    n_lesions=90,
    n_missed=18,
    n_other_lesions=1000,
    n_false_alarms=240,
    sensitivity=Interval(value=0.8, low=0.71, high=0.87),
    specificity=Interval(value=0.76, low=0.73, high=0.79),
)
CURVE = OperatingCurve(target="mel", prevalence=0.11, points=(), test_openings=0, is_demo=False, leaking_split=False)


def test_a_clear_difference_is_told_in_points_with_its_interval() -> None:
    """Better and worse in words, so that no sign has to be read; less can be better."""
    assert wording.describe_difference(BETTER, "Run B") == "Run B is better by 3.1 points, 1.2 to 5.0."
    worse = Difference(a=0.611, b=0.58, difference=Interval(value=-0.031, low=-0.05, high=-0.012))
    assert wording.describe_difference(worse, "Run B") == "Run B is worse by 3.1 points, 1.2 to 5.0."
    assert wording.describe_difference(worse, "Run B", less_is_better=True) == (
        "Run B is better by 3.1 points, 1.2 to 5.0."
    )


def test_an_unclear_difference_is_called_unclear() -> None:
    """An interval that holds 0 claims no winner, whichever way it leans; neither does a figure that is missing."""
    assert wording.describe_difference(UNCLEAR, "Run B") == "No clear difference: Run B is +1.0 points, -2.0 to +4.0."
    nothing = Difference(a=None, b=0.5, difference=None)
    assert "cannot be computed" in wording.describe_difference(nothing, "Run B")
    assert not nothing.is_clear


def test_a_comparison_says_what_it_is_about() -> None:
    """The headline, how the interval came about, on how many lesions of which part."""
    one = ClassDifference(code="mel", n_images=1, n_lesions=1, sensitivity=BETTER, auc=BETTER)
    text = wording.describe_comparison(
        Comparison(
            run_a=Path("a"),
            run_b=Path("b"),
            part="test",
            split_sha256="0" * 64,
            n_images=1500,
            n_lesions=1120,
            balanced_accuracy=BETTER,
            balanced_accuracy_by_lesion=BETTER,
            accuracy=BETTER,
            macro_auc=BETTER,
            group_auc=BETTER,
            log_loss=BETTER,
            classes=(one,) * 7,
            is_demo=False,
            leaking_split=False,
        )
    )
    assert text.startswith("Run B is better by 3.1 points, 1.2 to 5.0.")
    assert "1,500 images of 1,120 lesions of the test part" in text


def test_a_threshold_is_told_in_people() -> None:
    """Missed and needlessly alarmed among a hundred; of something rare, among as many as it takes to meet five."""
    assert wording.describe_expected("mel", OUTCOME, 0.05) == (
        "Of 100 people, at 5 % prevalence, 1 of 5 melanomas would be missed and 23 of 95 needlessly alarmed."
    )
    assert wording.describe_expected("group", OUTCOME, 0.195).startswith(
        "Of 100 people, at 19.5 % prevalence, 4 of 20 malignant or pre-malignant lesions would be missed and 19 of 80"
    )
    assert wording.describe_expected("mel", OUTCOME, 0.001) == (
        "Of 10,000 people, at 0.1 % prevalence, 2 of 10 melanomas would be missed and 2,398 of 9,990 needlessly "
        "alarmed."
    )
    assert "0 of 0 melanomas" in wording.describe_expected("mel", OUTCOME, 0.0)


def test_a_point_is_told_with_its_counts_on_validation_and_test() -> None:
    """Chosen on validation, reported on test: without test the words say that the figures flatter."""
    point = CurvePoint(threshold=0.2, validation=OUTCOME, test=None)
    people, on_validation, hint = wording.describe_point(CURVE, point, 0.05)
    assert people.startswith("Of 100 people")
    assert on_validation == (
        "On the validation part it found 72 of 90 melanomas, sensitivity 0.80 (0.71 to 0.87), and alarmed needlessly "
        "for 240 of 1,000 other lesions, specificity 0.76 (0.73 to 0.79)."
    )
    assert "flatter" in hint
    opened = replace(
        point, test=replace(OUTCOME, n_lesions=9, n_missed=3, sensitivity=Interval(value=0.67, low=0.35, high=0.88))
    )
    people, _, on_test = wording.describe_point(CURVE, opened, 0.05)
    assert "2 of 5 melanomas would be missed" in people
    assert on_test.startswith("On the test part it found 6 of 9 melanomas")
    assert on_test.endswith("too few to tell.")


def test_where_nothing_can_be_said_the_reason_is() -> None:
    """Lesions of one kind only, and a curve without a point."""
    empty = replace(OUTCOME, n_lesions=0, n_missed=0, sensitivity=None)
    assert wording.describe_expected("mel", empty, 0.05) == (
        "This part has no melanoma, so nothing can be said about those that are missed."
    )
    assert "Every lesion of this part is a melanoma" in wording.describe_outcome(
        "mel", replace(OUTCOME, n_other_lesions=0, specificity=None), "test"
    )
    assert wording.explain_curve(CURVE) == "The validation part does not hold both melanomas and other lesions."
    assert (
        wording.explain_curve(replace(CURVE, points=(CurvePoint(threshold=0.2, validation=OUTCOME, test=None),))) == ""
    )


@pytest.mark.parametrize("code", CODES)
def test_every_class_has_a_name_for_one_and_for_many(code: str) -> None:
    """They differ, so that 1 of 1 reads right."""
    assert wording.name_target(code, 1) != wording.name_target(code, 2)


def test_every_missing_figure_has_its_reason() -> None:
    """Never named, always named, absent, or the only class; nothing where there is a figure."""
    absent = class_score("df", tuple((0,) * 7 if n == 3 else row for n, row in enumerate(CONFUSION)), 0)
    assert "no image of “Dermatofibroma”" in wording.explain_missing(absent, "auc", 1500)
    assert wording.explain_missing(absent, "specificity", 1500) == ""
    assert wording.explain_missing(replace(absent, precision=None), "precision", 1500) == (
        "Nothing was named “Dermatofibroma” in this part."
    )
    assert "Everything was named" in wording.explain_missing(replace(absent, npv=None), "npv", 1500)
    only = replace(absent, n_images=1500, specificity=None)
    assert wording.explain_missing(only, "specificity", 1500) == "Every image of this part is of “Dermatofibroma”."
    binary = group_score(CONFUSION).by_top_class
    assert wording.explain_missing_group(None, "npv") == "This model has no operating point."
    assert wording.explain_missing_group(binary, "npv") == ""
    for name in ("sensitivity", "specificity", "precision", "npv"):
        assert wording.explain_missing_group(replace(binary, **{name: None}), name).endswith(".")


def test_calibration_is_told_before_and_after_and_at_its_prevalence() -> None:
    """In points, with interval; a part of another prevalence draws a warning, and no interval a reason."""
    found = calibration()
    text = wording.describe_calibration(found)
    assert "off by 2.5 points (1.5 to 3.5) on average (before temperature 10.0 points" in text
    assert "19.5 % prevalence" in text
    assert "cannot fit" not in text
    assert "share is 60 %" in wording.describe_calibration(replace(found, part_prevalence=0.6))
    nothing = replace(found, group_after=replace(found.group_after, ece=None))
    assert "too few lesions" in wording.describe_calibration(nothing)


def test_slices_are_lines_that_say_when_they_are_too_few() -> None:
    """Value, lesions and interval; histology in plain words."""
    sex, how = slices()
    assert wording.describe_slice(sex, sex.slices[0]) == "male: 600 lesions, balanced accuracy 0.60 (0.55 to 0.65)"
    assert wording.describe_slice(sex, sex.slices[2]).endswith("too few to tell")
    assert wording.describe_slice(how, how.slices[0]).startswith("confirmed by histology: 560 lesions")
    assert "over 3 classes" in wording.describe_slice(sex, replace(sex.slices[0], n_classes=3))


def test_pooled_folds_are_told_as_one() -> None:
    """How many folds and images, and both levels."""
    level = scores(CONFUSION, (20,) * 7, balanced_accuracy=figure(0.6))
    pooled = PooledEvaluation(
        runs=(Path("a"),) * 5,
        part="test",
        n_images=10_015,
        n_lesions=7470,
        by_image=level,
        by_lesion=level,
        slices=(),
        is_demo=False,
    )
    text = wording.describe_pool(pooled)
    assert text.startswith("5 folds pooled: 10,015 images of 7,470 lesions, each answered once")
