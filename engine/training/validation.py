"""Scores the validation part, and fits on it what the card of a model needs."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from engine.config import Preprocessing
from engine.evaluation.calibration import choose_operating_point, fit_temperature
from engine.evaluation.metrics import balanced_accuracy, count_confusion, recalls, summarize_validation
from engine.events import Control, OnEvent, Progress
from engine.model.probabilities import decide, group_probability, posterior
from engine.prediction.logits import compute_logits
from engine.prediction.portion import Portion
from engine.results import ModelCard
from engine.training.distributed import Peers, share_of
from engine.training.material import Material


@dataclass(frozen=True)
class Score:
    """How a network does on the validation part as it is."""

    logits: npt.NDArray[np.float32]
    """[n, 7]."""
    loss: float
    """Mean cross-entropy of the raw logits, in nats; not finite where a logit is not."""
    balanced_accuracy: float
    """At equal priors."""
    recall: tuple[float | None, ...]
    """Per class, None where the part has no image of it."""


def score_validation(
    module: nn.Module,
    material: Material,
    preprocessing: Preprocessing,
    device: torch.device,
    control: Control,
    on_event: OnEvent,
    batch_size: int | Portion = 64,
    peers: Peers | None = None,
) -> Score:
    """Put the validation part through the network, `batch_size` images at a time; `peers` share the work.

    Raises `Cancelled`, and `TrainingError` where memory is too short even for one image.
    """
    part = material.val
    own = share_of(len(part), 0, 1).own if peers is None else peers.share(slice(0, len(part))).own
    progress = Progress(own.stop - own.start, "images", control, on_event)
    logits = compute_logits(
        module,
        material.pixels,
        preprocessing,
        device,
        positions=part.positions[own],
        batch_size=batch_size,
        progress=progress,
    )
    return _judge(logits, own, material, peers)


def score_features(
    head: nn.Module, features: torch.Tensor, material: Material, control: Control, peers: Peers | None = None
) -> Score:
    """The same from the `features` of all images, of which `head` makes logits. Raises `Cancelled`."""
    control.raise_if_cancelled()
    part = material.val
    own = share_of(len(part), 0, 1).own if peers is None else peers.share(slice(0, len(part))).own
    rows = torch.from_numpy(part.positions[own]).to(features.device)
    with torch.inference_mode():
        logits = head(features[rows]).float().cpu().numpy()
    return _judge(logits, own, material, peers)


def _judge(logits: npt.NDArray[np.float32], own: slice, material: Material, peers: Peers | None) -> Score:
    """The score of the whole part, of which this process has the `logits` of its `own` share."""
    part = material.val
    if peers is not None:
        logits = peers.gather(logits, own, len(part))
    confusion = count_confusion(part.labels, decide(logits, material.training_prior))
    return Score(logits, _cross_entropy(logits, part.labels), balanced_accuracy(confusion), recalls(confusion))


def calibrate(card: ModelCard, score: Score, material: Material) -> ModelCard:
    """`card` with temperature, operating point and figures fitted on the validation part."""
    part, priors = material.val, (card.training_prior, card.data_prior)
    temperature = fit_temperature(score.logits, part.labels, *priors)
    probabilities = posterior(score.logits, *priors, temperature)
    point = choose_operating_point(group_probability(probabilities), part.labels, part.lesion_ids)
    return replace(
        card,
        temperature=temperature,
        operating_points=() if point is None else (point,),
        validation=summarize_validation(score.logits, part.labels, *priors, temperature),
    )


def _cross_entropy(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    exact = logits.astype(np.float64)
    if not np.isfinite(exact).all():
        return float("nan")
    exact -= exact.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(exact).sum(axis=1))
    return float((log_sums - exact[np.arange(len(labels)), labels]).mean())
