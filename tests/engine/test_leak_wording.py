"""Tests of engine.leak_wording."""

from dataclasses import replace
from pathlib import Path

from engine.evaluation_results import Interval
from engine.leak_results import LeakMeter, NeighbourScore
from engine.leak_wording import describe_leak

METER = LeakMeter(
    path=Path("data"),
    data_fingerprint="0" * 64,
    is_demo=False,
    seed=0,
    thumbnail_side=16,
    n_images=8457,
    n_lesions=6297,
    notebook=NeighbourScore(
        n_train=23274,
        n_test=4987,
        n_images_seen=4123,
        n_lesions_seen=4390,
        accuracy=Interval(value=0.969, low=0.963, high=0.974),
        balanced_accuracy=Interval(value=0.973, low=0.968, high=0.978),
    ),
    by_lesion=NeighbourScore(
        n_train=5920,
        n_test=1268,
        n_images_seen=0,
        n_lesions_seen=0,
        accuracy=Interval(value=0.647, low=0.624, high=0.669),
        balanced_accuracy=Interval(value=0.261, low=0.227, high=0.300),
    ),
)


def test_the_sentences_name_every_figure() -> None:
    """How many test rows were seen, both scores with their intervals, and what lies between them."""
    seen, scores, meaning = describe_leak(METER)
    assert "4,123 of 4,987 test rows (82.7 %) are images that are also in training" in seen
    assert "none of 1,268 test images is" in seen
    assert "0.97 (0.97 to 0.98) under the notebook's split, and 0.26 (0.23 to 0.30) split by lesion" in scores
    assert "16 x 16 pixels" in scores
    assert "the 71 points between them are the leak" in meaning


def test_scores_that_cannot_be_told_apart_claim_nothing() -> None:
    """On data where the leak does not show, no difference is named."""
    alike = replace(METER, by_lesion=METER.notebook)
    assert "too close to tell them apart" in describe_leak(alike)[2]
