"""Tests of engine.evaluation.slices."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from engine.evaluation.slices import cut
from engine.model.probabilities import IN_GROUP
from tests.engine.evaluation.simulated import simulate


def _metadata(n: int) -> pd.DataFrame:
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "sex": np.where(random.random(n) < 0.6, "male", "female"),
            "age": np.where(random.random(n) < 0.1, np.nan, random.integers(3, 86, n)),
            "localization": ["back"] * (n - 5) + ["ear"] * 3 + [""] * 2,
            "dx_type": np.where(random.random(n) < 0.5, "histo", "follow_up"),
            "source": [""] * n,
        }
    )


def test_each_slice_is_scored_on_its_own_images() -> None:
    """Balanced accuracy over the classes it has, the group by lesion at the threshold, and how much there is of it."""
    answers = simulate(600, np.random.default_rng(3))
    metadata = _metadata(600)
    found = {slicing.column: slicing.slices for slicing in cut(answers, metadata, 0.2)}
    assert set(found) == {"sex", "age", "localization", "dx_type"}  # no source is known
    for one in found["dx_type"]:
        here = (metadata["dx_type"] == one.value).to_numpy()
        assert one.n_images == here.sum()
        assert one.n_lesions == len(set(answers.lesions[here].tolist()))
        expected = balanced_accuracy_score(answers.labels[here], answers.named[here])
        assert one.balanced_accuracy.value == pytest.approx(expected)
        assert one.balanced_accuracy.low < expected < one.balanced_accuracy.high
        lesions = set(answers.lesions[here & IN_GROUP[answers.labels]].tolist())
        means = [answers.group[here & (answers.lesions == lesion)].mean() for lesion in lesions]
        assert one.group_sensitivity is not None
        assert one.group_sensitivity.value == pytest.approx(np.mean(np.array(means) >= 0.2))
    assert sum(one.n_images for one in found["sex"]) == 600


def test_ages_go_up_and_what_is_unknown_comes_last() -> None:
    """Other values stand by how many images they have."""
    found = {
        s.column: [one.value for one in s.slices]
        for s in cut(simulate(600, np.random.default_rng(3)), _metadata(600), None)
    }
    assert found["age"][0] == "0 to 9"
    assert found["age"][1:8] == [f"{n}0 to {n}9" for n in range(1, 8)]
    assert found["age"][-1] == "unknown"
    assert found["localization"] == ["back", "ear", "unknown"]
    assert found["sex"] == ["male", "female"]


def test_few_lesions_are_too_few_and_no_threshold_gives_no_group_figure() -> None:
    """Three images of an ear tell nothing, however right they are."""
    found = {s.column: s.slices for s in cut(simulate(600, np.random.default_rng(3)), _metadata(600), None)}
    back, ear, _ = found["localization"]
    assert ear.is_too_few
    assert not back.is_too_few or back.balanced_accuracy.is_too_wide
    assert back.group_sensitivity is None
    assert back.group_specificity is None
