"""What goes in for a batch, and that a GPU is not made to wait for it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from engine.config import TrainingConfig, with_image_size
from engine.prediction import logits
from engine.training.feed import Feed
from engine.training.inputs import FeatureInputs, ImageInputs, Inputs
from engine.training.material import Material, PartImages

_CPU, _ELSEWHERE = torch.device("cpu"), torch.device("meta")  # a device of its own that holds nothing
_CONFIG = with_image_size(TrainingConfig(data=Path("d"), out=Path("o")), 32)
_DRAWN = np.array([2, 0, 0, 1, 3])


class _Waits(TorchDispatchMode):
    """Notes what a GPU would have to be waited for: copies from pageable memory to it, and numbers read from it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        is_sent = kwargs.get("device") == _ELSEWHERE and args and isinstance(args[0], torch.Tensor)
        if is_sent and args[0].device == _CPU and not (kwargs.get("non_blocking") and args[0].is_pinned()):
            self.found.append(str(func))
        if "_local_scalar_dense" in str(func):
            self.found.append(str(func))
        return func(*args, **kwargs)


def _material() -> Material:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    train = PartImages(np.array([5, 1, 3, 0]), np.array([0, 1, 2, 0]), ("a", "b", "c", "d"))
    return cast(Material, SimpleNamespace(pixels=pixels, train=train))


def _features(device: torch.device) -> Inputs:
    return FeatureInputs(np.arange(12, dtype=np.float32).reshape(6, 2), _CONFIG, _material(), device)


def _images(device: torch.device) -> Inputs:
    return ImageInputs(_CONFIG, _material(), device)


@pytest.mark.parametrize("make", [_images, _features])
def test_no_batch_waits_for_a_gpu(make: Callable[[torch.device], Inputs], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once an epoch has begun, where all pixels are on the device, nothing is sent there or read back from it."""
    monkeypatch.setattr(Feed, "_fits", lambda self: True)
    logits._by_channel.cache_clear()
    given = make(_ELSEWHERE)
    with _Waits() as beginning:
        given.begin_epoch(1, _DRAWN)
    given.take(slice(0, 2))  # the first batch of a training sends what is kept for all others
    with _Waits() as between:
        taken = given.take(slice(2, 5))
    assert taken.device == _ELSEWHERE
    assert len(taken) == 3
    assert beginning.found, "what the epoch shows has to come from somewhere"
    assert not between.found


def test_batches_follow_what_is_drawn() -> None:
    """A batch holds the rows of its place in the epoch, and a new epoch other ones."""
    features = _features(_CPU)
    features.begin_epoch(1, _DRAWN)
    assert features.take(slice(2, 5)).tolist() == [[10.0, 11.0], [2.0, 3.0], [0.0, 1.0]]
    features.begin_epoch(2, _DRAWN[::-1].copy())
    assert features.take(slice(0, 1)).tolist() == [[0.0, 1.0]]


def test_an_image_is_varied_by_its_place_and_epoch() -> None:
    """The same row twice in an epoch is varied twice; the same epoch again gives the same bits, another does not."""
    images = _images(_CPU)
    images.begin_epoch(1, _DRAWN)
    first = images.take(slice(1, 3))
    assert not torch.equal(first[0], first[1])
    images.begin_epoch(2, _DRAWN)
    other = images.take(slice(1, 3))
    images.begin_epoch(1, _DRAWN)
    assert torch.equal(images.take(slice(1, 3)), first)
    assert not torch.equal(other, first)
