"""What a training puts in for a batch, and scores: images, varied anew each time, or the features kept of them."""

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from engine.config import TrainingConfig
from engine.events import Control, OnEvent
from engine.prediction.features import find_head
from engine.prediction.logits import to_input
from engine.prediction.portion import Portion
from engine.training.augment import Variations, draw_variations, vary
from engine.training.distributed import Peers
from engine.training.feed import Feed
from engine.training.material import Material
from engine.training.validation import Score, score_features, score_validation

Ints = npt.NDArray[np.int64]


class Inputs(Protocol):
    """Of one training."""

    def begin_epoch(self, epoch: int, drawn: Ints) -> None:
        """The epoch (1-based) shows the rows `drawn` of the training part, in this order."""

    def take(self, batch: slice) -> torch.Tensor:
        """What goes in for some of the rows of this epoch, on the device; nothing waits for a GPU."""

    def score(
        self,
        module: nn.Module,
        control: Control,
        on_event: OnEvent,
        portion: Portion,
        peers: Peers | None,
        *,
        from_pixels: bool,
    ) -> Score:
        """How the network `module` does on the validation part, `from_pixels` as it will be used.

        At most a `portion` of images goes through it at a time. Raises `Cancelled`, and `TrainingError` where memory is
        too short even for one.
        """


class ImageInputs:
    """Images [n, 3, S, S], each varied in its own way: a function of seed, epoch and place in the epoch."""

    def __init__(self, config: TrainingConfig, material: Material, device: torch.device) -> None:
        self._config, self._material, self._device = config, material, device
        self._feed = Feed(material.pixels, material.train.positions, device)
        self._variations: Variations | None = None

    def begin_epoch(self, epoch: int, drawn: Ints) -> None:
        """See `Inputs`."""
        config = self._config
        self._feed.begin_epoch(drawn)
        variations = draw_variations(config.augmentation, config.preprocessing, len(drawn), config.seed, epoch)
        self._variations = variations.to(self._device)

    def take(self, batch: slice) -> torch.Tensor:
        """See `Inputs`."""
        assert self._variations is not None
        images = to_input(self._feed.take(batch), self._config.preprocessing, self._device)
        return vary(images, self._variations.of(batch))

    def score(
        self,
        module: nn.Module,
        control: Control,
        on_event: OnEvent,
        portion: Portion,
        peers: Peers | None,
        *,
        from_pixels: bool,
    ) -> Score:
        """See `Inputs`; always from pixels."""
        preprocessing = self._config.preprocessing
        return score_validation(module, self._material, preprocessing, self._device, control, on_event, portion, peers)


class FeatureInputs:
    """Features [n, d]: what the last layer of a network gets to see of the images as they are."""

    def __init__(
        self, features: npt.NDArray[np.float32], config: TrainingConfig, material: Material, device: torch.device
    ) -> None:
        self._features = torch.from_numpy(features).to(device)
        self._preprocessing, self._material = config.preprocessing, material
        self._rows = torch.zeros(0, dtype=torch.int64)

    def begin_epoch(self, epoch: int, drawn: Ints) -> None:
        """See `Inputs`."""
        self._rows = torch.from_numpy(self._material.train.positions[drawn]).to(self._features.device)

    def take(self, batch: slice) -> torch.Tensor:
        """See `Inputs`."""
        return self._features[self._rows[batch]]

    def score(
        self,
        module: nn.Module,
        control: Control,
        on_event: OnEvent,
        portion: Portion,
        peers: Peers | None,
        *,
        from_pixels: bool,
    ) -> Score:
        """See `Inputs`; from features all at once, for it is a single product of matrices."""
        if not from_pixels:
            return score_features(find_head(module), self._features, self._material, control, peers)
        device = self._features.device
        return score_validation(module, self._material, self._preprocessing, device, control, on_event, portion, peers)


def inputs_of(config: TrainingConfig, material: Material, device: torch.device) -> Inputs:
    """What the training that `config` asks for puts in."""
    if material.features is None:
        return ImageInputs(config, material, device)
    return FeatureInputs(material.features, config, material, device)
