"""Tests of engine.evaluation.scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.evaluation.answers import answers_of
from engine.evaluation.predictions import make_table
from engine.evaluation.scores import PartFigures, score
from engine.labels import CODES
from engine.results import ModelCard
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
