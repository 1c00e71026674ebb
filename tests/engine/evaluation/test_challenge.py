"""Tests of engine.evaluation.challenge; the expected scores are worked by hand."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from engine.errors import DataError
from engine.evaluation.challenge import COLUMNS, name_classes, score_submission, to_submission
from engine.labels import CODES

HEADER = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC"


def _write(path: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _truth(path: Path, diagnoses: dict[str, str]) -> Path:
    rows = [",".join([image, *("1.0" if name == dx else "0.0" for name in COLUMNS)]) for image, dx in diagnoses.items()]
    return _write(path, rows)


def test_the_score_is_the_mean_recall_over_the_classes_of_the_truth(tmp_path: Path) -> None:
    """MEL 1 of 2, NV 2 of 3, DF 1 of 1, four classes absent: (1/2 + 2/3 + 1) / 3. Order of rows and columns is free."""
    truth = _truth(tmp_path / "truth.csv", {"a": "MEL", "b": "MEL", "c": "NV", "d": "NV", "e": "NV", "f": "DF"})
    rows = [
        "0,f,0,0,0,0,0,0.9",
        "0.1,a,0.6,0.3,0,0,0,0",
        "0,b,0.2,0.8,0,0,0,0",
        "0,c,0.1,0.9,0,0,0,0",
        "0,d,0.4,0.5,0.1,0,0,0",
        "0.9,e.jpg,0,0.1,0,0,0,0",
    ]
    predictions = _write(tmp_path / "mine.csv", rows, "VASC,image,MEL,NV,BCC,AKIEC,BKL,DF")
    score = score_submission(predictions, truth)
    assert score.balanced_accuracy == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
    assert score.recalls == (None, None, None, 1.0, 0.5, pytest.approx(2 / 3), None)
    assert score.n_per_class == (0, 0, 0, 1, 2, 3, 0)
    assert (score.n_images, score.n_undecided, score.n_other_sums, score.n_without_weight) == (6, 0, 1, 0)


def test_a_tie_is_undecided_and_wrong(tmp_path: Path) -> None:
    """The true class is among the highest in both tied rows, and neither counts as right: MEL 1 of 3, NV 0 of 1."""
    truth = _truth(tmp_path / "truth.csv", {"a": "MEL", "b": "MEL", "c": "MEL", "d": "NV"})
    rows = ["a,0.5,0.5,0,0,0,0,0", "b,0.4,0.3,0.3,0,0,0,0", "c,0,0,0,0,0,0,0", "d,0.5,0.5,0,0,0,0,0"]
    score = score_submission(_write(tmp_path / "mine.csv", rows), truth)
    assert score.balanced_accuracy == pytest.approx((1 / 3 + 0) / 2)
    assert score.n_undecided == 3
    assert score.n_other_sums == 1


def test_ties_below_the_highest_do_not_matter() -> None:
    """Only the highest probability decides; one that differs in the last digit is no tie."""
    table = np.zeros((4, 7))
    table[0, :3] = (0.4, 0.3, 0.3)
    table[1, 5:] = (0.5, 0.5)
    table[2, 1:3] = (0.5, np.nextafter(0.5, 1))
    assert name_classes(table).tolist() == [0, -1, 2, -1]


def test_images_without_weight_count_for_nothing(tmp_path: Path) -> None:
    """score_weight of the truth weighs; the image that the official scorer leaves out is left out by name."""
    rows = ["a,1,0,0,0,0,0,0,1,1", "b,1,0,0,0,0,0,0,0.5,0", "c,1,0,0,0,0,0,0,0,1", "ISIC_0035068,0,1,0,0,0,0,0,1,1"]
    truth = _write(tmp_path / "truth.csv", rows, f"{HEADER},score_weight,validation_weight")
    answers = [f"{name},{'1,0' if name == 'a' else '0,1'},0,0,0,0,0" for name in ("a", "b", "c", "ISIC_0035068")]
    score = score_submission(_write(tmp_path / "mine.csv", answers), truth)
    assert score.balanced_accuracy == pytest.approx(1 / 1.5)
    assert (score.n_images, score.n_without_weight) == (2, 2)
    assert score.recalls[CODES.index("nv")] is None


def test_a_run_s_predictions_score_the_same_as_their_submission(tmp_path: Path) -> None:
    """predictions.csv and the file in the challenge's format are one thing, and the score is scikit-learn's."""
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.ones(7), 60)
    dx = [CODES[index] for index in random.integers(0, 7, 60)]
    own = pd.DataFrame({"image_id": [f"ISIC_{n:07}" for n in range(60)], "lesion_id": "x", "dx": dx})
    for index, code in enumerate(CODES):
        own[f"p_{code}"] = probabilities[:, index]
    own.to_csv(tmp_path / "predictions.csv", index=False)
    submission = to_submission(own)
    assert ",".join(submission.columns) == HEADER
    submission.to_csv(tmp_path / "isic.csv", index=False)
    truth = _truth(
        tmp_path / "truth.csv", {image: code.upper() for image, code in zip(own["image_id"], dx, strict=True)}
    )
    scores = [score_submission(tmp_path / name, truth).balanced_accuracy for name in ("predictions.csv", "isic.csv")]
    named = [CODES[index] for index in probabilities.argmax(axis=1)]
    assert scores == [pytest.approx(balanced_accuracy_score(dx, named))] * 2


def test_a_submission_has_no_value_outside_0_to_1_and_no_rounded_one() -> None:
    """What a sum in floating point pushed a hair above 1 is 1; the last digit of the others stays."""
    own = pd.DataFrame({"image_id": ["a"], **{f"p_{code}": [0.0] for code in CODES}})
    own["p_nv"], own["p_mel"] = 1.0000000000000002, 1e-17
    text = to_submission(own).to_csv(index=False)
    again = pd.read_csv(io.StringIO(text))
    assert (again["NV"][0], again["MEL"][0]) == (1.0, 1e-17)


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        (["a,0,1,0,0,0,0"], "image,MEL,NV,BCC,AKIEC,BKL,DF", "no column VASC"),
        (["a,0,1,0,0,0,0,0,0"], f"{HEADER},UNK", "column 'unk', which is no class"),
        (["0,1,0,0,0,0,0"], "MEL,NV,BCC,AKIEC,BKL,DF,VASC", "no column image"),
        (["a,0,1.2,0,0,0,0,0", "b,0,1,0,0,0,0,0"], HEADER, "below 0 or above 1 for a"),
        (["a,0,-0.1,0,0,0,0,0", "b,0,1,0,0,0,0,0"], HEADER, "below 0 or above 1 for a"),
        (["a,0,1,0,0,0,0,0", "b,0,much,0,0,0,0,0"], HEADER, "no number for b"),
        (["a,0,1,0,0,0,0,0", "b,0,nan,0,0,0,0,0"], HEADER, "no number for b"),
        (["a,0,1,0,0,0,0,0", "b,0,1,0,0,0,0"], HEADER, "no number for b"),
        (["a,0,1,0,0,0,0,0", "a,0,1,0,0,0,0,0"], HEADER, "more than one row for a"),
        (["a,0,1,0,0,0,0,0"], HEADER, "no row for b"),
        (["x,0,1,0,0,0,0,0"], HEADER, "No image of mine.csv is in truth.csv"),
        (["a,0,1,0,0,0,0,0", "b,1,0,0,0,0,0,0", "c,1,0,0,0,0,0,0"], HEADER, "has not: c"),
    ],
)
def test_what_the_challenge_refuses_is_a_sentence(tmp_path: Path, rows: list[str], header: str, words: str) -> None:
    """The file, the fault and the first image with it are named, with a hint."""
    truth = _truth(tmp_path / "truth.csv", {"a": "NV", "b": "MEL"})
    with pytest.raises(DataError, match=words) as raised:
        score_submission(_write(tmp_path / "mine.csv", rows, header), truth)
    assert raised.value.hint


def test_a_truth_without_one_diagnosis_per_image_is_refused(tmp_path: Path) -> None:
    """A table of probabilities is no truth, nor is one with two diagnoses for an image."""
    predictions = _write(tmp_path / "mine.csv", ["a,0,1,0,0,0,0,0"])
    for row in ("a,1,1,0,0,0,0,0", "a,0.5,0.5,0,0,0,0,0", "a,0,0,0,0,0,0,0"):
        with pytest.raises(DataError, match="exactly one diagnosis to a"):
            score_submission(predictions, _write(tmp_path / "truth.csv", [row]))
