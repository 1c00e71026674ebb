"""Tests of engine.prediction.fusion."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ConfigError, ModelFileError
from engine.evaluation.answers import Answers
from engine.labels import CODES
from engine.prediction.fusion import fuse, fuse_lesions
from engine.prediction.predictor import predict
from engine.prediction_results import GateVerdict, Prediction

REFUSED = GateVerdict(passed=False, reasons=("The image is blurred.",))


@pytest.fixture
def answers(model: Path, photos: list[Path]) -> tuple[Prediction, ...]:
    return predict(model, photos[:3])


def test_it_is_the_fusion_of_the_evaluation(model: Path, answers: tuple[Prediction, ...]) -> None:
    """Class, probabilities and the group's probability are those by lesion that an evaluation computes."""
    fused = fuse(model, answers)
    probabilities = np.array([answer.probabilities for answer in answers])
    by_lesion = Answers(
        labels=np.zeros(3, dtype=np.int64),
        lesions=np.zeros(3, dtype=np.int64),
        equal=probabilities,
        stated=probabilities,
        stated_before=probabilities,
        group=np.array([answer.group_probability for answer in answers]),
    ).by_lesion()
    assert fused.probabilities == pytest.approx(by_lesion.equal[0].tolist(), abs=1e-12)
    assert fused.group_probability == pytest.approx(by_lesion.group[0], abs=1e-12)
    assert fused.code == CODES[by_lesion.named[0]]
    assert fused.fused_from == tuple(answer.path for answer in answers)
    assert fused.logits == pytest.approx(np.mean([answer.logits for answer in answers], axis=0).tolist())
    assert fused.operating_point == answers[0].operating_point
    assert (fused.content_sha256, fused.error, fused.is_named) == ("", None, True)


def test_order_and_copies_do_not_matter(model: Path, answers: tuple[Prediction, ...]) -> None:
    """Any order gives the same probabilities, and the same photograph twice counts once."""
    fused = fuse(model, answers)
    other = fuse(model, [answers[2], answers[0], answers[1], answers[0]])
    assert other.probabilities == pytest.approx(fused.probabilities, abs=1e-12)
    assert len(other.fused_from) == 3


def test_what_the_gate_refused_takes_part_only_when_it_is_shown(model: Path, answers: tuple[Prediction, ...]) -> None:
    """A refused image counts for nothing; shown anyway it counts, and the fused answer is marked."""
    refused = replace(answers[0], gate=REFUSED)
    passed = [replace(answer, gate=GateVerdict(passed=True)) for answer in answers[1:]]
    fused = fuse(model, [refused, *passed])
    assert fused.fused_from == (answers[1].path, answers[2].path)
    assert fused.gate == GateVerdict(passed=True)
    assert not fused.shown_anyway
    shown = fuse(model, [replace(refused, shown_anyway=True), *passed])
    assert len(shown.fused_from) == 3
    assert shown.is_refused
    assert shown.is_named
    assert shown.gate is not None
    assert shown.gate.reasons == ("1 image of 3 was refused and taken in all the same.",)


def test_too_few_images_are_an_error(model: Path, answers: tuple[Prediction, ...], tmp_path: Path) -> None:
    """One image, a copy of it, an unreadable file or an answer that is fused already make no lesion."""
    (unreadable,) = predict(model, [tmp_path / "nothing.jpg"])
    fused = fuse(model, answers)
    for given in ([], answers[:1], [answers[0], answers[0]], [answers[0], unreadable], [answers[0], fused]):
        with pytest.raises(ConfigError, match="two images"):
            fuse(model, given)


def test_answers_of_another_model_or_of_other_views_are_not_mixed(
    model: Path, answers: tuple[Prediction, ...], tmp_path: Path
) -> None:
    """All answers come from the model that is named, looked at in as many views."""
    with pytest.raises(ConfigError, match="another model"):
        fuse(model, [replace(answers[0], model_sha256="0" * 64), *answers[1:]])
    with pytest.raises(ConfigError, match="one view"):
        fuse(model, [replace(answers[0], views=8), *answers[1:]])
    with pytest.raises(ModelFileError, match="gone"):
        fuse(tmp_path / "gone.safetensors", answers)


def test_lesions_are_told_apart_by_their_id(answers: tuple[Prediction, ...]) -> None:
    """Images without an id are fused only when they are said to be of one lesion."""
    named = [replace(answer, lesion_id=lesion) for answer, lesion in zip(answers, ("a", "", "a"), strict=True)]
    (fused,) = fuse_lesions(named, as_one_lesion=False)
    assert (fused.lesion_id, len(fused.fused_from)) == ("a", 2)
    (one,) = fuse_lesions(named, as_one_lesion=True)
    assert (one.lesion_id, len(one.fused_from)) == ("", 3)
    assert fuse_lesions(answers, as_one_lesion=False) == ()


def test_seen_in_training_is_joined(model: Path, answers: tuple[Prediction, ...]) -> None:
    """One image of the training is enough; unknown stays unknown."""

    def seen(*values: bool | None) -> bool | None:
        return fuse(
            model, [replace(a, seen_in_training=v) for a, v in zip(answers, values, strict=True)]
        ).seen_in_training

    assert [seen(False, None, True), seen(False, None, False), seen(False, False, False)] == [True, None, False]
