"""Tests of engine.evaluation.scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.evaluation.answers import answers_of
from engine.evaluation.intervals import wilson
from engine.evaluation.predictions import make_table
from engine.evaluation.scores import PartFigures, score
from engine.labels import CODES
from engine.results import ModelCard
from tests.engine.evaluation.simulated import answer, simulate
from tests.engine.evaluation.untrained_run import CARD

_PRIOR = (0.03, 0.05, 0.11, 0.01, 0.11, 0.67, 0.02)
_CARD = replace(CARD, training_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1), data_prior=_PRIOR, temperature=1.5)


def _rows(codes: list[str], lesions: list[str]) -> pd.DataFrame:
    ids = [f"ISIC_{number}" for number in range(len(codes))]
    return pd.DataFrame(
        {"image_id": ids, "lesion_id": lesions, "group": lesions, "dx": codes, "part": "val", "fold": 0}
    )


def _logits(n: int) -> np.ndarray:
    return np.random.default_rng(8).normal(0, 2, size=(n, 7)).astype(np.float32)


def _score(rows: pd.DataFrame, card: ModelCard = _CARD) -> PartFigures:
    return score(answers_of(make_table(rows, _logits(len(rows)), card), card), card, draws=200)


def test_figures_agree_with_the_table() -> None:
    """Confusion, accuracy and counts of `score` are those that a reader of predictions.csv computes."""
    codes = [CODES[n % 7] for n in range(140)]
    rows = _rows(codes, [f"L{n // 14}-{n % 7}" for n in range(140)])
    table = make_table(rows, _logits(140), _CARD)
    figures = _score(rows)
    scores = figures.by_image
    assert scores.accuracy.value == pytest.approx((table["dx"] == table["predicted"]).mean())
    counted = pd.crosstab(table["dx"], table["predicted"]).reindex(index=CODES, columns=CODES, fill_value=0)
    assert np.array(scores.confusion).tolist() == counted.to_numpy().tolist()
    recall = [(table.loc[table["dx"] == code, "predicted"] == code).mean() for code in CODES]
    assert [one.sensitivity.value for one in scores.classes if one.sensitivity] == pytest.approx(recall)
    assert scores.balanced_accuracy.value == pytest.approx(np.mean(recall))
    assert {(one.n_images, one.n_lesions) for one in scores.classes} == {(20, 10)}
    for interval in (scores.accuracy, scores.balanced_accuracy, figures.by_lesion.balanced_accuracy):
        assert interval.low <= interval.value <= interval.high
        assert interval.low < interval.high


def test_shuffled_labels_give_a_seventh() -> None:
    """A model that knows nothing of the truth reaches 1/7, within the interval, and an AUC of a half."""
    held = []
    for seed in range(5):
        random = np.random.default_rng(seed)
        answers = simulate(1500, random)
        shuffled = random.permutation(answers.lesion_labels)[answers.lesions]
        scores = score(replace(answers, labels=shuffled), _CARD, draws=500).by_image
        assert scores.macro_auc is not None
        assert scores.group.auc is not None
        for figure, truth in ((scores.balanced_accuracy, 1 / 7), (scores.macro_auc, 0.5), (scores.group.auc, 0.5)):
            held.append(figure.low <= truth <= figure.high)
    assert np.mean(held) >= 0.8


def test_figures_of_a_class_are_counted_from_the_confusion() -> None:
    """PPV, NPV and F1 by hand for mel: 2 of 3 found, 1 other of 5 named so; all at 3 of 8."""
    labels, named = np.array([4, 4, 4, 5, 5, 5, 2, 2]), np.array([4, 4, 5, 4, 5, 5, 2, 2])
    scores = score(answer(9 * np.eye(7)[named], labels, np.arange(8)), _CARD, draws=50).by_image
    mel = scores.classes[4]
    assert (mel.n_images, mel.n_lesions, mel.prevalence) == (3, 3, 3 / 8)
    figures = (mel.sensitivity, mel.specificity, mel.precision, mel.npv, mel.f1)
    assert [figure and round(figure.value, 6) for figure in figures] == [0.666667, 0.8, 0.666667, 0.8, 0.666667]
    assert mel.sensitivity == wilson(2 / 3, 3)
    assert mel.specificity == wilson(4 / 5, 5)
    group = scores.group
    assert (group.n_cases, group.n_other_cases, group.prevalence) == (3, 5, 3 / 8)
    assert group.by_top_class.npv == wilson(4 / 5, 5)
    assert group.threshold == _CARD.operating_points[0].threshold
    assert scores.classes[0].precision is None
    assert scores.classes[0].sensitivity is None
    assert scores.classes[0].npv is not None


def test_one_image_of_each_class_is_scored_and_far_from_certain() -> None:
    """Every draw is the same seven images: the interval is Wilson's, and losses have none."""
    labels = np.arange(7)
    scores = score(answer(9 * np.eye(7)[labels], labels, labels), _CARD, draws=50).by_image
    assert scores.balanced_accuracy == wilson(1.0, 7)
    assert scores.balanced_accuracy.is_too_wide
    assert scores.log_loss is None
    assert scores.brier is None
    assert all(one.auc is not None and one.auc.low < 0.3 for one in scores.classes)


def test_with_one_image_per_lesion_both_levels_agree() -> None:
    """By lesion and by image are then the same figure."""
    rows = _rows([CODES[n % 7] for n in range(70)], [str(n) for n in range(70)])
    figures = _score(rows)
    one, other = figures.by_lesion, figures.by_image
    assert (one.confusion, one.balanced_accuracy, one.accuracy) == (
        other.confusion,
        other.balanced_accuracy,
        other.accuracy,
    )
    assert one.macro_auc == other.macro_auc


def test_a_part_of_one_class_and_one_lesion_is_scored() -> None:
    """Nothing fails where most figures are undefined; they are None."""
    scores = _score(_rows(["nv", "nv"], ["a", "a"])).by_image
    assert scores.group.auc is None
    assert scores.macro_auc is None
    assert scores.log_loss is None
    assert scores.classes[0].sensitivity is None
    assert scores.classes[5].auc is None
    assert scores.majority_baseline == 1.0


def test_a_class_that_training_never_drew_is_never_named() -> None:
    """A training prior of 0 gives probability 0 everywhere, and the log loss stays finite."""
    card = replace(
        _CARD, training_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.3, 0.0), data_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.3, 0.0)
    )
    rows = _rows(["vasc", "nv"] * 10, [str(n) for n in range(20)])
    table = make_table(rows, _logits(20), card)
    assert (table["p_vasc"] == 0).all()
    scores = _score(rows, card).by_image
    assert scores.classes[6].sensitivity is not None
    assert scores.classes[6].sensitivity.value == 0
    assert scores.log_loss is not None
    assert np.isfinite(scores.log_loss.value)
