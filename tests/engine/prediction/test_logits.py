"""Tests of engine.prediction.logits."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.utils.hooks import RemovableHandle

from engine.config import Preprocessing
from engine.errors import Cancelled
from engine.events import Control, Event, Progress, ProgressDone, TrainingAdjusted, ignore_events
from engine.model.network import build
from engine.prediction.logits import compute_logits, compute_logits_and_features, to_input
from engine.prediction.portion import Portion

_CPU = torch.device("cpu")
_SMALL = Preprocessing(image_size=32)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def module() -> torch.nn.Module:
    torch.manual_seed(0)
    return build("resnet18")


def _pixels(n: int) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, size=(n, 32, 32, 3), dtype=np.uint8)


def test_input_is_scaled_and_normalised_by_channel() -> None:
    """Each channel of RGB has its own mean and spread, of values scaled to 0..1."""
    pixels = torch.tensor([[[[255, 0, 51]]]], dtype=torch.uint8)
    found = to_input(pixels, Preprocessing(), _CPU)
    assert found.shape == (1, 3, 1, 1)
    assert found.dtype == torch.float32
    expected = [(1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (0.2 - 0.406) / 0.225]
    assert found.flatten().tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_logits_do_not_depend_on_the_batch(module: torch.nn.Module, batch_size: int) -> None:
    """Neighbours change an image's logits by rounding only, and normalisation layers do not learn from it."""
    pixels = _pixels(7)
    alone = np.concatenate([compute_logits(module, pixels[n : n + 1], _SMALL, _CPU) for n in range(7)])
    together = compute_logits(module, pixels, _SMALL, _CPU, batch_size=batch_size)
    assert together.shape == (7, 7)
    assert together.dtype == np.float32
    assert np.abs(together - alone).max() < 1e-5


def test_chosen_positions_are_answered_in_their_order(module: torch.nn.Module) -> None:
    """Part of a read-only array, in the order asked for; none gives no rows."""
    pixels = _pixels(6)
    pixels.setflags(write=False)
    everything = compute_logits(module, pixels, _SMALL, _CPU)
    some = compute_logits(module, pixels, _SMALL, _CPU, positions=np.array([4, 0, 3]))
    assert np.abs(some - everything[[4, 0, 3]]).max() < 1e-5
    assert compute_logits(module, pixels, _SMALL, _CPU, positions=np.zeros(0, dtype=int)).shape == (0, 7)


def test_a_network_in_training_goes_on_training(module: torch.nn.Module) -> None:
    """The mode and the running statistics are as they were, also after Cancel."""
    module.train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        compute_logits(module, _pixels(4), _SMALL, _CPU, progress=Progress(4, "images", control, ignore_events))
    assert module.training
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_features_come_with_the_same_logits(module: torch.nn.Module) -> None:
    """The logits are those of `compute_logits` to the bit, and the head makes them of the features."""
    pixels = _pixels(5)
    logits, features = compute_logits_and_features(module, pixels, _SMALL, _CPU, batch_size=2)
    assert np.array_equal(logits, compute_logits(module, pixels, _SMALL, _CPU, batch_size=2))
    assert features.shape == (5, 512)
    head = module.get_submodule("fc")
    with torch.inference_mode():
        assert np.abs(head(torch.from_numpy(features)).numpy() - logits).max() < 1e-5


def _hold(module: torch.nn.Module, fits: int) -> RemovableHandle:
    """`module` runs short of memory with more than so many images at a time."""

    def check(layer: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    return module.get_submodule("layer3").register_forward_pre_hook(check)


def test_where_memory_is_short_fewer_images_are_looked_at_at_a_time(module: torch.nn.Module) -> None:
    """It goes on from the batch that did not fit, tells of it, and gives what enough memory does."""
    told: list[Event] = []
    pixels = _pixels(7)
    enough = compute_logits_and_features(module, pixels, _SMALL, _CPU)
    handle = _hold(module, 3)
    try:
        progress = Progress(7, "images", Control(), told.append)
        short = compute_logits_and_features(module, pixels, _SMALL, _CPU, batch_size=4, progress=progress)
        assert np.abs(compute_logits(module, pixels, _SMALL, _CPU) - enough[0]).max() < 1e-5
    finally:
        handle.remove()
    assert all(np.abs(one - other).max() < 1e-5 for one, other in zip(short, enough, strict=True))
    (adjusted,) = [event for event in told if isinstance(event, TrainingAdjusted)]
    assert adjusted.text == "Memory is short: 2 images at a time from now on, where images are looked at."
    assert [event.done for event in told if isinstance(event, ProgressDone)][-1] == 7


def test_a_portion_keeps_what_was_found_out(module: torch.nn.Module) -> None:
    """The next call begins with what fitted in this one."""
    told: list[Event] = []
    portion = Portion(8, 1, "where images are scored", told.append)
    handle = _hold(module, 3)
    try:
        for _ in range(2):
            assert compute_logits(module, _pixels(9), _SMALL, _CPU, batch_size=portion).shape == (9, 7)
    finally:
        handle.remove()
    assert (portion.size, len(told)) == (2, 2)
