"""The sentences that window, terminal and browser share."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import wording
from engine.labels import NOTICE
from engine.prediction_results import Prediction
from engine.results import OperatingPoint, RunInfo

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
    resumable = replace(run, is_resumable=True)
    assert wording.describe_run(resumable).endswith("interrupted at epoch 3 of 30, best model usable, can be resumed")
    assert wording.describe_run(finished) == "resnet18, 23 Nov 10:15; demo data"
