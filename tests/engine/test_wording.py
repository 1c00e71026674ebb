"""The sentences that window, terminal and browser share."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import wording
from engine.labels import NOTICE
from engine.results import ClassScore, Evaluation, Interval, OperatingPoint, Prediction, RunInfo

POINT = OperatingPoint(
    name="95 % point", threshold=0.11, n_lesions=61, n_missed=3, n_other_lesions=500, n_false_alarms=210
)
ANSWER = Prediction(
    path=Path("mole.jpg"),
    code="nv",
    probabilities=(0.01, 0.01, 0.05, 0.01, 0.11, 0.81, 0.0),
    group_probability=0.06,
    prevalence=0.195,
    operating_point=POINT,
    seen_in_training=False,
    error=None,
    hint=None,
)
REFUSED = Prediction(
    path=Path("page.png"),
    code=None,
    probabilities=(),
    group_probability=None,
    prevalence=None,
    operating_point=None,
    seen_in_training=None,
    error="page.png is not an image.",
    hint="Choose a JPEG or PNG file.",
)
SCORE = ClassScore(
    code="mel",
    n_images=120,
    n_lesions=90,
    sensitivity=Interval(value=0.5, low=0.42, high=0.58),
    specificity=0.9,
    precision=0.4,
    auc=0.8,
    average_precision=0.5,
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
        balanced_accuracy=Interval(value=0.64, low=0.60, high=0.68),
        balanced_accuracy_by_lesion=Interval(value=0.66, low=0.61, high=0.70),
        accuracy=Interval(value=0.71, low=0.69, high=0.73),
        majority_baseline=0.67,
        classes=(SCORE, replace(SCORE, code="nv", n_images=1000)),
        confusion=((0,) * 7,) * 7,
        group_auc=0.85,
        log_loss=0.9,
        history=(),
        best_epoch=3,
        is_demo=False,
        files=(),
        leak_suspected=False,
    )


def test_answer_is_told_in_full() -> None:
    """One answer: class at equal priors, group at its prevalence, heuristic, notice."""
    assert wording.describe(ANSWER) == (
        "Melanocytic nevus (nv): 0.81 (if every class were equally common)",
        "Malignant or pre-malignant: 0.06 at 19.5 % prevalence, below this model's 95 % point; "
        "3 of 61 such lesions of the validation part were below it too.",
        "Top class in the group (cancerous: yes/no): no, a quick heuristic.",
        NOTICE,
    )


@pytest.mark.parametrize(
    ("missed", "words"),
    [
        (0, "0 of 61 such lesions of the validation part were below it."),
        (1, "1 of 61 such lesions of the validation part was below it too."),
    ],
)
def test_verdict_below_the_point_names_the_missed(missed: int, words: str) -> None:
    """A verdict below the operating point always adds how many such lesions were missed."""
    answer = replace(ANSWER, operating_point=replace(POINT, n_missed=missed))
    assert wording.describe_group(answer).endswith(f"below this model's 95 % point; {words}")


@pytest.mark.parametrize("probability", [0.11, 0.5])
def test_verdict_above_the_point_names_the_false_alarms(probability: float) -> None:
    """At the point or above it, the sentence says how many other lesions were above as well."""
    text = wording.describe_group(replace(ANSWER, group_probability=probability))
    assert text.endswith(
        "at or above this model's 95 % point; so were 210 of 500 other lesions of the validation part."
    )


def test_model_without_a_point_says_so() -> None:
    """Without an operating point there is a probability but no verdict."""
    text = wording.describe_group(replace(ANSWER, operating_point=None))
    assert text.endswith("0.06 at 19.5 % prevalence. This model has no operating point to hold it against.")


def test_image_of_the_training_is_named() -> None:
    """Seen in training is said, unknown too, and unseen needs no words."""
    assert "was in the model's training" in wording.describe_training(replace(ANSWER, seen_in_training=True))
    assert "unknown" in wording.describe_training(replace(ANSWER, seen_in_training=None))
    assert wording.describe_training(ANSWER) == ""


def test_refused_image_gives_reason_and_hint() -> None:
    """An unreadable image is answered with its reason, not with empty verdicts."""
    assert wording.describe(REFUSED) == ("page.png is not an image.", "Choose a JPEG or PNG file.")
    assert (
        wording.describe_class(REFUSED) == wording.describe_group(REFUSED) == wording.describe_heuristic(REFUSED) == ""
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.00"), (0.0004, "under 0.01"), (0.01, "0.01"), (0.99, "0.99"), (0.9999, "over 0.99"), (1.0, "1.00")],
)
def test_no_probability_is_rounded_to_certainty(share: float, text: str) -> None:
    """A model that is nearly sure is never shown as sure."""
    assert wording.name_share(share) == text


def test_headline_carries_both_intervals() -> None:
    """Balanced accuracy by image with its interval, by lesion as the second figure."""
    assert wording.describe_headline(evaluation()) == (
        "Balanced accuracy 0.64 (95 % interval 0.60 to 0.68), by image; by lesion 0.66 (0.61 to 0.70)"
    )


def test_accuracy_stands_beside_the_baseline() -> None:
    """Accuracy is never shown without what always naming the most common class would reach."""
    assert wording.describe_accuracy(evaluation()) == (
        "Accuracy 0.71 (0.69 to 0.73); always saying “Melanocytic nevus” would reach 0.67."
    )


@pytest.mark.parametrize(("openings", "words"), [(1, "opened once"), (3, "opened 3 times")])
def test_test_part_says_how_often_it_was_opened(openings: int, words: str) -> None:
    """The count of openings stands beside every number of the test part."""
    text = wording.describe_part(evaluation("test", openings))
    assert text.startswith("Test part: 1,502 images of 1,120 lesions.")
    assert words in text


def test_cell_is_a_sentence() -> None:
    """A cell of the confusion matrix can be read aloud."""
    confusion = tuple(
        tuple(30 if row == column == 4 else 10 if (row, column) == (4, 5) else 0 for column in range(7))
        for row in range(7)
    )
    assert wording.describe_cell(confusion, 4, 5) == (
        "10 of 40 images of Melanoma (mel) (0.25) were named Melanocytic nevus (nv)."
    )
    assert wording.describe_cell(confusion, 4, 4) == (
        "30 of 40 images of Melanoma (mel) (0.75) were rightly named Melanoma (mel)."
    )
    assert wording.describe_cell(confusion, 0, 0).startswith("There is no image of Actinic keratosis")


def test_wide_interval_is_too_few_to_tell() -> None:
    """An interval wider than 0.3 is called what it is."""
    wide = replace(SCORE, sensitivity=Interval(value=0.5, low=0.2, high=0.8))
    assert wording.describe_sensitivity(wide) == "0.50 (0.20 to 0.80), too few to tell"
    assert wording.describe_sensitivity(SCORE) == "0.50 (0.42 to 0.58)"
    assert wording.describe_sensitivity(replace(SCORE, sensitivity=None)) == "none in this part"


def test_interrupted_run_says_where_it_stopped() -> None:
    """An interrupted run is listed with how far it came and that its best model can be used."""
    run = RunInfo(
        path=Path("run"),
        name="resnet18, 23 Nov 10:15",
        state="interrupted",
        model=Path("run/checkpoints/best.safetensors"),
        epochs_run=3,
        epochs=30,
        best_epoch=2,
        val_balanced_accuracy=0.412,
        is_demo=False,
    )
    assert wording.describe_run(run) == (
        "resnet18, 23 Nov 10:15; balanced accuracy 0.41 on validation; interrupted at epoch 3 of 30, best model usable"
    )
    finished = replace(run, state="finished", val_balanced_accuracy=None, is_demo=True)
    assert wording.describe_run(finished) == "resnet18, 23 Nov 10:15; demo data"
