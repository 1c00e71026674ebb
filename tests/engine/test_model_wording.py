"""Tests of engine.model_wording."""

from dataclasses import replace
from pathlib import Path

from engine.config import TrainingConfig
from engine.evaluation_wording import TRAINING_UNKNOWN
from engine.labels import DEMO_NOTICE, NOTICE
from engine.model_wording import NO_CLAIM, NO_GATE, describe_card
from engine.results import GateFamily, GateSettings, HeldOut
from engine.wording import LEAKING_SPLIT
from tests.engine.evaluation.untrained_run import CARD as IMPORTED

TRAINED = replace(
    IMPORTED,
    training=TrainingConfig(data=Path("photos"), out=Path("runs"), limit=1500),
    is_demo=False,
    validation={
        "balanced_accuracy": 0.64,
        "accuracy": 0.71,
        "majority_baseline": 0.67,
        "recall_df": 0.2,
        "recall_mel": None,
        "recall_nv": 0.9,
    },
)
GATE = GateSettings(
    ranges=(),
    sharpness_limit=0.0,
    looks_limit=1.0,
    features_limit=1.0,
    n_measures=2,
    n_features=2,
    n_directions=1,
    n_examples=1,
    families=(
        GateFamily(name="the test part", is_lesion=True, n_images=200, n_refused=5),
        GateFamily(name="handwriting", is_lesion=False, n_images=40, n_refused=40),
        GateFamily(name="maps", is_lesion=False, n_images=40, n_refused=30),
    ),
)


def test_a_card_is_said_whole() -> None:
    """What it is, what it saw, what it reached, where it is weak, its limits, its licence and the notice."""
    text = "\n".join(describe_card(TRAINED))
    assert "resnet18, which sees the central square at 32 x 32 pixels" in text
    assert "photos, limited to about 1,500 images" in text
    assert "balanced accuracy 0.64, accuracy 0.71 where always saying the most common class reaches 0.67" in text
    assert "Dermatofibroma (df) 0.20." in text
    assert "(mel) " not in text.partition("Weak classes")[2].partition("\n")[0]
    assert "95 % point" in text
    assert NO_GATE in text
    assert "Limits: trained on few sources" in text
    assert describe_card(TRAINED)[-1] == NOTICE


def test_what_must_not_be_overlooked_is_said() -> None:
    """Demo data, a leaking split and unknown training data are named."""
    assert DEMO_NOTICE in describe_card(replace(TRAINED, is_demo=True))
    assert LEAKING_SPLIT in describe_card(replace(TRAINED, leaking_split=True))
    imported = "\n".join(describe_card(replace(IMPORTED, is_demo=False, validation={}, operating_points=())))
    assert TRAINING_UNKNOWN in imported
    assert "not measured" in imported
    assert "no operating point" in imported


def test_the_shares_of_the_gate_stand_by_kind() -> None:
    """Passed of the lesions, refused of each other kind; no word about clinical photographs but that none is known."""
    lines = describe_card(replace(TRAINED, gate=GATE))
    assert "Of 200 images (the test part) the gate passed 97.5 %." in lines
    assert "For this the test part was looked at without diagnoses and without scores." in lines
    refused = "Of 80 images of other things, none used to fit it, it refused 70: handwriting 40 of 40, maps 30 of 40."
    assert refused in lines
    assert NO_CLAIM in lines
    assert NO_GATE not in lines


def test_figures_of_the_test_part_stand_with_their_intervals() -> None:
    """By lesion; the weakest classes are named, and so are those of which there are too few."""
    figures = {
        "balanced_accuracy": (0.7, 0.65, 0.75),
        "group_auc": (0.91, 0.88, 0.93),
        "recall_mel": (0.6, 0.5, 0.7),
        "recall_df": (0.4, 0.1, 0.7),
        "recall_nv": (0.8, 0.75, 0.85),
        "auc_mel": (0.87, 0.84, 0.9),
    }
    held_out = HeldOut(n_images=1268, n_lesions=945, openings=1, figures=figures)
    lines = describe_card(replace(TRAINED, about="Small, and only a starter.", held_out=held_out))
    assert "Small, and only a starter." in lines
    assert (
        "On its test part (945 lesions, 1,268 images, opened once), by lesion, with 95 % intervals: "
        "balanced accuracy 0.70 (0.65 to 0.75), AUC of “Malignant or pre-malignant” 0.91 (0.88 to 0.93)."
    ) in lines
    assert "AUC of each class: Melanoma (mel) 0.87 (0.84 to 0.90)." in lines
    assert "It is weakest at Dermatofibroma (df) and Melanoma (mel)." in lines
    assert "Too few lesions to tell: Dermatofibroma (df)." in lines


def test_whom_to_cite_stands_where_the_data_are_known() -> None:
    """HAM10000 is cited; other data are not claimed to be it."""
    assert any("Tschandl" in line for line in describe_card(replace(TRAINED, data_licence="CC BY-NC 4.0 (HAM10000)")))
    assert not any("Tschandl" in line for line in describe_card(TRAINED))
