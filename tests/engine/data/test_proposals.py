"""engine/data/proposals.py."""

import math

import pytest
import torch

from engine.data.proposals import SIDE, propose
from engine.data.resampling import blur, sample
from engine.errors import Cancelled
from engine.events import Control, Progress, ignore_events

N = 60


def _images() -> torch.Tensor:
    """Smooth random images, 0 to 255."""
    noise = torch.randn((N, SIDE, SIDE), generator=torch.Generator().manual_seed(3))
    return (128 + 400 * blur(noise, 2.0)).clamp(0, 255)


def _progress(control: Control | None = None) -> Progress:
    return Progress(N + 1, "images", control or Control(), ignore_events)


@pytest.mark.parametrize(("zoom", "turn", "mirrored"), [(1.0, 2.5, False), (1.0, 0.4, True), (2.0, 0.0, False)])
def test_a_changed_copy_is_proposed_in_the_view_that_changed_it(zoom: float, turn: float, mirrored: bool) -> None:
    """Whatever way an image was turned, mirrored or enlarged, it is proposed, about so."""
    images = _images()
    cos, sin, up = math.cos(turn) / zoom, math.sin(turn) / zoom, -1.0 if mirrored else 1.0
    view = torch.tensor([[[cos, -sin, 0.0], [up * sin, up * cos, 0.0]]])
    copy, _ = sample(images[7:8], view, SIDE)
    found = propose(torch.cat([images, copy]), torch.arange(N + 1), _progress())
    of_copy = {tuple(sorted(pair)) for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)}
    assert (7, N) in of_copy
    row = [*zip(found.first.tolist(), found.second.tolist(), strict=True)]
    if (7, N) in row:
        seen = found.views[row.index((7, N))]
        assert torch.allclose(seen[:, :2], view[0, :, :2], atol=0.3)


def test_images_of_one_lesion_are_not_proposed_and_no_pair_twice() -> None:
    """They share a group already."""
    images = _images()
    found = propose(torch.cat([images, images[:1]]), torch.tensor([*range(N), 0]), _progress())
    pairs = {tuple(sorted(pair)) for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)}
    assert (0, N) not in pairs
    assert len(pairs) == len(found.first)


def test_a_single_image_is_like_no_other() -> None:
    """And nothing breaks."""
    assert not len(propose(_images()[:1], torch.arange(1), _progress()).first)


def test_the_search_can_be_cancelled() -> None:
    """It asks after every few hundred images."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        propose(_images(), torch.arange(N), _progress(control))
