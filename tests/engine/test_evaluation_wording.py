"""Evaluations in words: no number stands without its interval or its baseline."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import evaluation_wording
from engine.evaluation_results import ClassScore, Evaluation, ExternalData, Interval
from tests.engine.evaluation.made_up_scores import calibration, scores

SCORE = ClassScore(
    code="mel",
    n_images=120,
    n_lesions=90,
    sensitivity=Interval(value=0.5, low=0.42, high=0.58),
    specificity=Interval(value=0.9, low=0.88, high=0.92),
    precision=Interval(value=0.4, low=0.3, high=0.5),
    npv=Interval(value=0.95, low=0.93, high=0.97),
    prevalence=0.08,
    f1=Interval(value=0.44, low=0.36, high=0.5),
    auc=Interval(value=0.8, low=0.76, high=0.84),
    average_precision=Interval(value=0.5, low=0.42, high=0.58),
)
LEVEL = scores(
    ((1,) * 7,) * 7,
    (1,) * 7,
    balanced_accuracy=Interval(value=0.64, low=0.60, high=0.68),
    accuracy=Interval(value=0.71, low=0.69, high=0.73),
    majority_baseline=0.67,
    classes=(SCORE, replace(SCORE, code="nv", n_images=1000)),
)


def evaluation(part: str = "val", openings: int = 0) -> Evaluation:
    return Evaluation(
        run=Path("run"),
        model=Path("run/model.safetensors"),
        part=part,  # type: ignore[arg-type]
        split_sha256="0" * 64,
        test_openings=openings,
        n_images=1502,
        n_lesions=1120,
        by_image=LEVEL,
        by_lesion=replace(LEVEL, balanced_accuracy=Interval(value=0.66, low=0.61, high=0.70)),
        calibration=calibration(),
        slices=(),
        history=(),
        best_epoch=3,
        is_demo=False,
        files=(),
        leak_suspected=False,
    )


def test_headline_carries_both_intervals() -> None:
    """Balanced accuracy by image with its interval, by lesion as the second figure."""
    assert evaluation_wording.describe_headline(evaluation()) == (
        "Balanced accuracy 0.64 (95 % interval 0.60 to 0.68), by image; by lesion 0.66 (0.61 to 0.70)"
    )


def test_accuracy_stands_beside_the_baseline() -> None:
    """Accuracy is never shown without what always naming the most common class would reach."""
    assert evaluation_wording.describe_accuracy(evaluation()) == (
        "Accuracy 0.71 (0.69 to 0.73); always saying “Melanocytic nevus” would reach 0.67."
    )


@pytest.mark.parametrize(("openings", "words"), [(1, "opened once"), (3, "opened 3 times")])
def test_test_part_says_how_often_it_was_opened(openings: int, words: str) -> None:
    """The count of openings stands beside every number of the test part."""
    text = evaluation_wording.describe_part(evaluation("test", openings))
    assert text.startswith("Test part: 1,502 images of 1,120 lesions.")
    assert words in text


def test_cell_is_a_sentence() -> None:
    """A cell of the confusion matrix can be read aloud."""
    confusion = tuple(
        tuple(30 if row == column == 4 else 10 if (row, column) == (4, 5) else 0 for column in range(7))
        for row in range(7)
    )
    assert evaluation_wording.describe_cell(confusion, 4, 5) == (
        "10 of 40 images of Melanoma (mel) (0.25) were named Melanocytic nevus (nv)."
    )
    assert evaluation_wording.describe_cell(confusion, 4, 4) == (
        "30 of 40 images of Melanoma (mel) (0.75) were rightly named Melanoma (mel)."
    )
    assert evaluation_wording.describe_cell(confusion, 0, 0).startswith("There is no image of Actinic keratosis")


def test_wide_interval_is_too_few_to_tell() -> None:
    """An interval wider than 0.3 is called what it is."""
    wide = replace(SCORE, sensitivity=Interval(value=0.5, low=0.2, high=0.8))
    assert evaluation_wording.describe_sensitivity(wide) == "0.50 (0.20 to 0.80), too few to tell"
    assert evaluation_wording.describe_sensitivity(SCORE) == "0.50 (0.42 to 0.58)"
    assert evaluation_wording.describe_sensitivity(replace(SCORE, sensitivity=None)) == "none in this part"


def test_classes_without_an_image_are_named() -> None:
    """The headline is then a mean over fewer classes, and says so; nothing is said where all occur."""
    assert evaluation_wording.describe_absent(evaluation()) == ""
    none = replace(SCORE, code="df", n_images=0)
    some = replace(evaluation(), by_image=replace(LEVEL, classes=(SCORE, none)))
    assert evaluation_wording.describe_absent(some) == (
        "There is no image of Dermatofibroma (df): balanced accuracy is the mean over the other 1 class."
    )


def test_external_data_says_what_was_left_out() -> None:
    """How many images the model had met, how many are sealed, and of how many the lesion is unknown."""
    data = ExternalData(
        name="clinic",
        layout="folders named by class",
        data_fingerprint="0" * 64,
        n_images=1600,
        n_met=90,
        n_sealed=8,
        is_training_known=True,
        n_without_lesion=12,
    )
    shown = replace(evaluation("external"), external=data)
    text = evaluation_wording.describe_part(shown)
    assert text.startswith("External data clinic: 1,502 images of 1,120 lesions.")
    assert "90 of 1,600 images were left out" in text
    assert "8 more were left out" in text
    assert "Of 12 images the data set names no lesion" in text
    unknown = replace(data, is_training_known=False, n_met=0, n_sealed=0, n_without_lesion=0)
    text = evaluation_wording.describe_part(replace(shown, external=unknown))
    assert text.endswith(evaluation_wording.TRAINING_UNKNOWN)
    assert "left out" not in text
