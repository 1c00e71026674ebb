"""engine/data/alignment.py."""

import math

import pytest
import torch

from engine.data.alignment import SIDE, compare
from engine.data.proposals import Proposals
from engine.data.resampling import blur, sample
from engine.events import Control, Progress, ignore_events

AS_IT_IS = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def _images(n: int) -> torch.Tensor:
    """Random images with structure of all sizes, 0 to 255."""
    noise = torch.randn((n, SIDE, SIDE), generator=torch.Generator().manual_seed(5))
    return (128 + 60 * blur(noise, 1.0) + 300 * blur(noise, 5.0)).clamp(0, 255)


def _alike(first: torch.Tensor, second: torch.Tensor, view: torch.Tensor = AS_IT_IS) -> float:
    images = torch.stack([first, second]).to(torch.uint8)
    proposal = Proposals(torch.tensor([0]), torch.tensor([1]), view[None])
    return compare(images, proposal, Progress(1, "pairs", Control(), ignore_events)).item()


@pytest.mark.parametrize("turn", [0.0, 0.1, -0.12])
def test_a_copy_is_alike_though_the_view_is_a_little_wrong(turn: float) -> None:
    """Some degrees and some percent are found by the fit, and light and contrast do not matter."""
    image = _images(1)
    cos, sin = 0.93 * math.cos(turn), 0.93 * math.sin(turn)
    copy = sample(image, torch.tensor([[[cos, -sin, 0.05], [sin, cos, -0.04]]]), SIDE)[0][0]
    assert _alike(image[0], 0.7 * copy + 50) > 0.6


def test_other_images_are_not_alike() -> None:
    """Neither at random, nor where only the outline of the lesion agrees."""
    first, second = _images(2)
    assert _alike(first, second) < 0.2
    along = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    mole = 1 - 0.7 * torch.sigmoid(20 * (0.5 - torch.sqrt(along**2 + along[:, None] ** 2)))
    assert _alike((128 + 0.2 * (first - 128)) * mole, (128 + 0.2 * (second - 128)) * mole) < 0.28


def test_plain_images_are_not_alike() -> None:
    """Nothing can be compared where nothing is, and no division by nothing makes it nan."""
    plain = torch.full((SIDE, SIDE), 80.0)
    assert _alike(plain, plain) == 0
    assert _alike(plain, torch.zeros_like(plain)) == 0
