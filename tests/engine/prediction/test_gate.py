"""Tests of engine.prediction.gate."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.errors import ModelFileError
from engine.model.file import LoadedModel
from engine.prediction.gate import Gate, Space, open_gate
from engine.prediction.logits import compute_logits_and_features
from engine.prediction.non_lesions import draw_family
from engine.prediction_results import GateVerdict
from tests.engine.evaluation.untrained_run import CARD, make_network
from tests.engine.prediction.gate_samples import CPU, PREPROCESSING, SIDE, draw_lesions, fit


def _judge(pixels: NDArray[np.uint8]) -> tuple[GateVerdict, ...]:
    gate = open_gate(_model())
    assert gate is not None
    features = compute_logits_and_features(make_network(), pixels, PREPROCESSING, CPU)[1]
    return gate.judge(pixels, features)


def _model() -> LoadedModel:
    card = replace(CARD, gate=fit().settings)
    return LoadedModel(module=make_network(), card=card, fingerprints=None, gate=fit().tables, sha256="")


def test_lesions_pass_and_other_things_do_not() -> None:
    """Most lesions that no fit has seen pass; a page, a landscape, noise and a lesion in the dark do not."""
    assert sum(verdict.passed for verdict in _judge(draw_lesions()[210:])) >= 45
    for kind in ("printed text", "drawn landscapes", "noise", "underexposed lesions"):
        verdicts = _judge(draw_family(kind, 10, SIDE, draw_lesions()[210:]))
        assert sum(verdict.passed for verdict in verdicts) == 0, kind


def test_every_refusal_has_reasons_and_no_pass_has_any() -> None:
    """Plain sentences, none twice."""
    pixels = np.concatenate([draw_lesions()[200:], draw_family("printed text", 10, SIDE, draw_lesions())])
    for verdict in _judge(pixels):
        assert verdict.passed == (not verdict.reasons)
        assert len(set(verdict.reasons)) == len(verdict.reasons)
        assert all(reason.endswith(".") and reason[0].isupper() for reason in verdict.reasons)


def test_dark_bright_and_blurred_images_are_called_so() -> None:
    """The reasons name what is wrong with the photograph."""
    lesion = draw_lesions()[220:221]
    dark, bright = (lesion // 8), np.minimum(lesion.astype(np.uint16) * 3, 255).astype(np.uint8)
    assert "The image is too dark." in _judge(dark)[0].reasons
    assert "The image is too bright." in _judge(bright)[0].reasons
    blurred = np.broadcast_to(lesion.mean(axis=(1, 2), keepdims=True), lesion.shape).astype(np.uint8)
    assert any("blurred" in reason for reason in _judge(blurred)[0].reasons)


def test_a_verdict_does_not_depend_on_neighbours() -> None:
    """Alone or among others."""
    pixels = np.concatenate([draw_lesions()[205:215], draw_family("maps", 5, SIDE, draw_lesions())])
    assert _judge(pixels) == tuple(_judge(pixels[at : at + 1])[0] for at in range(len(pixels)))


def test_what_is_no_number_is_far_away() -> None:
    """Features that are not finite never pass."""
    space = Space(np.zeros(2), np.eye(2), np.zeros((6, 2)))
    assert space.distances(np.array([[3.0, 4.0], [np.nan, 0.0], [np.inf, 0.0]])).tolist() == [5.0, np.inf, np.inf]


def test_a_model_without_a_gate_has_none_and_one_of_another_version_is_refused() -> None:
    """A gate that measures otherwise must not judge."""
    assert open_gate(replace(_model(), card=CARD, gate=None)) is None
    settings = replace(fit().settings, n_measures=3)
    with pytest.raises(ModelFileError, match="otherwise than this version"):
        open_gate(replace(_model(), card=replace(CARD, gate=settings)))
    odd = tuple(replace(one, measure="smell") for one in fit().settings.ranges)
    with pytest.raises(ModelFileError):
        open_gate(replace(_model(), card=replace(CARD, gate=replace(fit().settings, ranges=odd))))
    assert isinstance(open_gate(_model()), Gate)


def test_a_gate_of_another_network_is_refused() -> None:
    """Its features are others, and nothing could be multiplied."""
    settings = replace(fit().settings, n_features=2048)
    with pytest.raises(ModelFileError, match="another network"):
        open_gate(replace(_model(), card=replace(CARD, gate=settings)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0.0, 1e38, -1e38, 1e-45])
def test_tables_of_wild_numbers_still_give_a_verdict(value: float) -> None:
    """A stranger's model file can hold any finite numbers; at worst everything is refused, nothing crashes."""
    tables = {name: torch.full_like(table, value) for name, table in fit().tables.items()}
    gate = open_gate(replace(_model(), gate=tables))
    assert gate is not None
    pixels = draw_lesions()[:3]
    features = compute_logits_and_features(make_network(), pixels, PREPROCESSING, CPU)[1]
    assert len(gate.judge(pixels, features)) == 3
