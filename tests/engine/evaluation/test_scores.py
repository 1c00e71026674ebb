"""Tests of engine.evaluation.scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.evaluation.scores import answer_images, answer_lesions, score
from engine.labels import CODES, GROUP_CODES
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


def test_the_table_names_the_top_class_at_equal_priors() -> None:
    """Classes hold at equal priors and sum to 1; `predicted` is the highest bar, whatever the data's prior favours."""
    rows = _rows(["nv", "mel", "bcc"] * 10, [str(n) for n in range(30)])
    table = answer_images(rows, _logits(30), _CARD)
    bars = table[[f"p_{code}" for code in CODES]].to_numpy()
    assert list(table.columns[:6]) == ["image_id", "lesion_id", "group", "part", "dx", "predicted"]
    assert bars.sum(axis=1) == pytest.approx(1)
    assert table["predicted"].tolist() == [CODES[top] for top in bars.argmax(axis=1)]


def test_the_group_s_probability_is_the_bars_at_the_data_s_prior() -> None:
    """Both priors come from one network by Bayes' rule, at temperature 1: bars times prior, renormalised, summed."""
    rows = _rows(["nv"] * 20, [str(n) for n in range(20)])
    table = answer_images(rows, _logits(20), replace(_CARD, temperature=1.0))
    weighted = table[[f"p_{code}" for code in CODES]].to_numpy() * np.array(_PRIOR)
    in_group = [code in GROUP_CODES for code in CODES]
    expected = weighted[:, in_group].sum(axis=1) / weighted.sum(axis=1)
    assert table["group_probability"].to_numpy() == pytest.approx(expected)


def test_a_lesion_has_the_class_of_the_highest_mean_log_probability() -> None:
    """One image that is sure weighs more than two that hesitate, and an impossible class does not spoil the sum."""
    hesitant = [0.0, 0.0, 0.0, 0.0, 0.45, 0.55, 0.0]
    sure = [0.0, 0.0, 0.0, 0.0, 0.95, 0.05, 0.0]
    labels, named, ids = answer_lesions(
        np.array([4, 5, 4, 4]), np.array([hesitant, hesitant, sure, hesitant]), ["b", "a", "b", "b"]
    )
    assert ids == ["a", "b"]
    assert labels.tolist() == [5, 4]
    assert named.tolist() == [5, 4]


def test_figures_agree_with_the_table() -> None:
    """Confusion, accuracy and counts of `score` are those that a reader of predictions.csv computes."""
    codes = [CODES[n % 7] for n in range(140)]
    rows = _rows(codes, [f"L{n // 14}-{n % 7}" for n in range(140)])
    table = answer_images(rows, _logits(140), _CARD)
    scores = score(rows, _logits(140), _CARD)
    assert scores.accuracy.value == pytest.approx((table["dx"] == table["predicted"]).mean())
    counted = pd.crosstab(table["dx"], table["predicted"]).reindex(index=CODES, columns=CODES, fill_value=0)
    assert np.array(scores.confusion).tolist() == counted.to_numpy().tolist()
    recall = [(table.loc[table["dx"] == code, "predicted"] == code).mean() for code in CODES]
    assert [one.sensitivity.value for one in scores.classes if one.sensitivity] == pytest.approx(recall)
    assert scores.balanced_accuracy.value == pytest.approx(np.mean(recall))
    assert {(one.n_images, one.n_lesions) for one in scores.classes} == {(20, 10)}
    for interval in (scores.accuracy, scores.balanced_accuracy, scores.balanced_accuracy_by_lesion):
        assert interval.low <= interval.value <= interval.high
        assert interval.low < interval.high


def test_with_one_image_per_lesion_both_levels_agree() -> None:
    """By lesion and by image are then the same figure."""
    rows = _rows([CODES[n % 7] for n in range(70)], [str(n) for n in range(70)])
    scores = score(rows, _logits(70), _CARD)
    assert scores.balanced_accuracy_by_lesion.value == pytest.approx(scores.balanced_accuracy.value)


def test_a_part_of_one_class_and_one_lesion_is_scored() -> None:
    """Nothing fails where most figures are undefined; they are None."""
    scores = score(_rows(["nv", "nv"], ["a", "a"]), _logits(2), _CARD)
    assert scores.group_auc is None
    assert scores.classes[0].sensitivity is None
    assert scores.classes[5].auc is None
    assert scores.majority_baseline == 1.0


def test_a_class_that_training_never_drew_is_never_named() -> None:
    """A training prior of 0 gives probability 0 everywhere, and the log loss stays finite."""
    card = replace(
        _CARD, training_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.3, 0.0), data_prior=(0.1, 0.1, 0.2, 0.1, 0.2, 0.3, 0.0)
    )
    rows = _rows(["vasc", "nv"] * 10, [str(n) for n in range(20)])
    table = answer_images(rows, _logits(20), card)
    assert (table["p_vasc"] == 0).all()
    scores = score(rows, _logits(20), card)
    assert scores.classes[6].sensitivity is not None
    assert scores.classes[6].sensitivity.value == 0
    assert np.isfinite(scores.log_loss)
