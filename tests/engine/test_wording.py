"""The sentences that window, terminal and browser share."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import wording
from engine.labels import NOTICE
from engine.prediction_results import GateVerdict, Prediction, SimilarImage
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
        wording.CANNOT_KNOW,
        NOTICE,
    )


def test_what_the_model_cannot_know_is_said() -> None:
    """Mostly light skin, half without histology, seven diagnoses and no "none of these"."""
    for limit in ("light skin", "histology", "seven diagnoses", "none of these"):
        assert limit in wording.CANNOT_KNOW


def test_an_image_that_the_gate_refused_has_reasons_and_no_class() -> None:
    """Neither class nor probability is worded until somebody asks for it; then the mark comes first."""
    refused = replace(ANSWER, gate=GateVerdict(passed=False, reasons=("The image is blurred.",)))
    assert wording.describe(refused) == (wording.REFUSED, "The image is blurred.", NOTICE)
    assert "nv" not in wording.as_text(refused)
    shown = replace(refused, shown_anyway=True)
    assert wording.describe(shown)[:2] == (wording.SHOWN_ANYWAY, "The image is blurred.")
    assert wording.describe(shown)[2:] == wording.describe(ANSWER)
    assert wording.describe(replace(ANSWER, gate=GateVerdict(passed=True))) == wording.describe(ANSWER)


def test_a_fused_answer_names_its_images() -> None:
    """How many images of which lesion, by name; many are counted."""
    three = replace(ANSWER, fused_from=tuple(Path(f"folder/{name}.jpg") for name in "abc"), lesion_id="HAM_7")
    assert wording.describe(three)[0] == "Together for 3 images of lesion HAM_7: a.jpg, b.jpg, c.jpg."
    many = replace(three, fused_from=three.fused_from * 3, lesion_id="", seen_in_training=True)
    assert wording.describe_fusion(many).startswith("Together for 9 images of one lesion: a.jpg,")
    assert wording.describe_fusion(many).endswith("b.jpg and 4 more.")
    assert "One of these images was in the model's training" in wording.describe_training(many)


def test_views_are_named() -> None:
    """The eight views are said, with what was not measured for them."""
    assert wording.describe_views(ANSWER) == ""
    assert "8 views" in "".join(wording.describe(replace(ANSWER, views=8)))


def test_an_answer_as_text_ranks_all_classes() -> None:
    """What is copied holds the name of the file alone, all seven classes, most probable first, and the notice."""
    lines = wording.as_text(replace(ANSWER, path=Path("/home/ada/mole.jpg"))).splitlines()
    assert lines[0] == "mole.jpg"
    assert lines[1].split() == ["0.81", "Melanocytic", "nevus", "(nv)"]
    assert len([line for line in lines if line.startswith("  ")]) == 7
    assert lines[-1] == NOTICE
    together = wording.as_text(replace(ANSWER, fused_from=(Path("a.jpg"), Path("b.jpg"))))
    assert together.startswith("Together for 2 images of one lesion: a.jpg, b.jpg.\n")
    assert "ada" not in "".join(lines)


def test_a_name_that_is_no_text_can_be_written() -> None:
    """A name in another encoding than the system's is written with marks in place of what is not text."""
    assert wording.name_file(Path("m\udcf6le.jpg")) == "m\\udcf6le.jpg"
    wording.as_text(replace(ANSWER, path=Path("m\udcf6le.jpg"))).encode()


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
    resumable = replace(run, is_resumable=True, saved_epochs=2)
    assert wording.describe_run(resumable).endswith(
        "interrupted at epoch 3 of 30, best model usable, resuming goes on after epoch 2 of 30"
    )
    assert wording.describe_run(finished) == "resnet18, 23 Nov 10:15; demo data"


def test_the_place_of_an_interrupted_run_is_that_of_its_checkpoint() -> None:
    """Not of the last epoch in its history, which may be learned again; in the middle of an epoch it says so."""
    run = RunInfo(
        path=Path("run"),
        name="resnet18",
        state="interrupted",
        model=None,
        epochs_run=3,
        epochs=30,
        best_epoch=2,
        val_balanced_accuracy=0.4,
        is_demo=False,
        is_resumable=True,
    )
    assert wording.describe_place(run) == "from its last checkpoint"
    assert wording.describe_place(replace(run, saved_epochs=2)) == "after epoch 2 of 30"
    assert wording.describe_place(replace(run, saved_epochs=2, saved_steps=5)) == "in epoch 3 of 30"
    assert wording.describe_place(replace(run, saved_epochs=0)) == "before its first epoch"
    fold = replace(run, saved_epochs=0, saved_steps=5, n_folds=5, folds_done=1)
    assert wording.describe_place(fold) == "in fold 2 of 5, in epoch 1 of 30"
    assert wording.describe_place(replace(fold, folds_done=5)).startswith("after all 5 folds")


def _similar(dx: str, similarity: float = 0.7, lesion_id: str = "HAM_7") -> SimilarImage:
    return SimilarImage(path=Path("a.jpg"), image_id="ISIC_1", lesion_id=lesion_id, dx=dx, similarity=similarity)


def test_similar_images_are_told_by_diagnosis_and_rank() -> None:
    """The most frequent diagnosis first, no number that looks like a probability; the image itself is called so."""
    images = [_similar(dx) for dx in ("mel", "nv", "nv", "akiec")]
    assert wording.describe_similar(images) == (
        "2 melanocytic nevus, 1 melanoma, 1 actinic keratosis or Bowen's disease"
    )
    assert wording.describe_similar_image(images[0], 1, 4) == (
        "Number 1 of 4: Melanoma (mel), image ISIC_1, lesion HAM_7"
    )
    itself = wording.describe_similar_image(_similar("nv", 0.9996, ""), 1, 8)
    assert itself.endswith("image ISIC_1; the image you asked about, or a copy of it")
