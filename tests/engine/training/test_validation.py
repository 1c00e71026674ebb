"""Scoring the validation part, and what is fitted on it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.config import Preprocessing
from engine.errors import Cancelled
from engine.events import Control, Event, ProgressDone, ignore_events
from engine.model.probabilities import EQUAL_PRIOR
from engine.training.material import Material, PartImages
from engine.training.validation import Score, calibrate, score_validation
from tests.engine.evaluation.untrained_run import CARD

_CPU = torch.device("cpu")
_PREPROCESSING = Preprocessing(image_size=32)


class _Brightness(nn.Module):
    """Takes bright images for class 5, dark ones for class 0."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        brightness = images.mean((1, 2, 3))
        logits = torch.zeros(len(images), 7)
        logits[:, 5], logits[:, 0] = brightness, -brightness
        return logits


def _material(levels: list[int], labels: list[int]) -> Material:
    """Images of one brightness each, among others that are not of the part."""
    pixels = np.full((2 * len(levels), 32, 32, 3), 7, dtype=np.uint8)
    positions = np.arange(len(levels)) * 2 + 1
    pixels[positions] = np.array(levels, dtype=np.uint8)[:, None, None, None]
    part = PartImages(positions, np.array(labels), tuple(f"L{n}" for n in range(len(levels))))
    priors = {"training_prior": EQUAL_PRIOR, "data_prior": EQUAL_PRIOR}
    return SimpleNamespace(pixels=pixels, val=part, **priors)  # type: ignore[return-value]


def _score(material: Material, module: nn.Module | None = None, control: Control | None = None) -> Score:
    return score_validation(
        module or _Brightness(), material, _PREPROCESSING, _CPU, control or Control(), ignore_events
    )


def test_the_score_is_of_the_part_as_it_is() -> None:
    """Each image of the part once, unvaried, at its own position; classes that do not occur have no recall."""
    score = _score(_material([250, 240, 10, 245], [5, 5, 0, 0]))
    assert score.logits.shape == (4, 7)
    assert score.recall[5] == 1
    assert score.recall[0] == 0.5
    assert score.recall[3] is None
    assert score.balanced_accuracy == pytest.approx(0.75)


def test_the_loss_is_the_plain_cross_entropy() -> None:
    """Of the raw logits, as torch computes it."""
    material = _material([250, 100, 10, 30], [5, 4, 0, 2])
    score = _score(material)
    expected = functional.cross_entropy(torch.from_numpy(score.logits), torch.from_numpy(material.val.labels))
    assert score.loss == pytest.approx(float(expected), rel=1e-6)


def test_answers_that_are_not_finite_give_no_loss() -> None:
    """One broken logit is enough to say so."""

    class Broken(_Brightness):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            logits = super().forward(images)
            logits[0, 3] = torch.inf
            return logits

    assert np.isnan(_score(_material([250, 10], [5, 0]), Broken()).loss)


def test_scoring_tells_how_far_it_is_and_hears_cancel() -> None:
    """Progress counts images; Cancel stops it."""
    events: list[Event] = []
    material = _material([100] * 70, [5] * 70)
    score_validation(_Brightness(), material, _PREPROCESSING, _CPU, Control(), events.append)
    last = events[-1]
    assert isinstance(last, ProgressDone)
    assert (last.done, last.total, last.unit) == (70, 70, "images")
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        _score(material, control=control)


def test_calibration_puts_what_was_fitted_on_the_card() -> None:
    """A network that is too sure gets a temperature above 1, an operating point and its figures."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, 400)
    logits = rng.normal(size=(400, 7)).astype(np.float32)
    logits[np.arange(400), labels] += 1.0
    material = _material([0] * 400, labels.tolist())
    card = replace(CARD, training_prior=EQUAL_PRIOR, data_prior=EQUAL_PRIOR, temperature=1.0)
    fitted = calibrate(card, Score(5 * logits, 0.0, 0.0, (None,) * 7), material)
    assert 4 < fitted.temperature < 6
    (point,) = fitted.operating_points
    assert 0 < point.threshold < 1
    assert point.n_missed <= 0.05 * point.n_lesions
    assert fitted.validation["balanced_accuracy"] is not None
    assert fitted.backbone == CARD.backbone
