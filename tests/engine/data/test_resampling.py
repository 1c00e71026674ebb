"""engine/data/resampling.py."""

import math

import pytest
import torch

from engine.data.resampling import RADIUS, blur, disc, sample, shrink, texture

AS_IT_IS = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])


def _images(size: int, n: int = 1) -> torch.Tensor:
    return torch.rand((n, size, size), generator=torch.Generator().manual_seed(1)) * 255


def test_an_image_seen_as_it_is_is_itself() -> None:
    """The view that changes nothing gives the same pixels; only the inscribed disc counts."""
    images = _images(32)
    seen, counts = sample(images, AS_IT_IS, 32)
    assert torch.allclose(seen, images, atol=1e-2)
    assert torch.equal(counts[0], disc(32))
    assert counts.mean().item() == pytest.approx(math.pi / 4 * RADIUS**2, rel=0.02)


def test_a_quarter_turn_moves_every_pixel_to_its_place() -> None:
    """x to the right, y down: what the view sees at the right is the lower edge of the image."""
    images = _images(32)
    seen, _ = sample(images, torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]]), 32)
    assert torch.allclose(seen, torch.rot90(images, 1, (1, 2)), atol=1e-2)


def test_places_outside_of_the_image_do_not_count() -> None:
    """A view that looks past the edge counts only what is in the image."""
    _, counts = sample(_images(32), torch.tensor([[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]]), 32)
    assert counts[0, :, 20:].sum() == 0
    assert counts[0, 16, 2] == 1


def test_blurring_keeps_a_plain_image_and_its_edges() -> None:
    """No darker rim: outside of the image nothing is supposed."""
    assert torch.allclose(blur(torch.full((1, 16, 16), 90.0), 3.0), torch.full((1, 16, 16), 90.0))


def test_light_and_contrast_leave_no_trace_in_the_texture() -> None:
    """A brighter, flatter copy of an image has nearly the same texture; a plain image has none."""
    images = blur(_images(64), 1.0) * 3
    assert torch.allclose(texture(images, 3.0), texture(0.7 * images + 60, 3.0), atol=0.05)
    assert texture(torch.full((1, 16, 16), 90.0), 3.0).abs().max() < 1e-3


def test_shrinking_averages() -> None:
    """Each new pixel is the mean of those it covers."""
    images = _images(32)
    assert torch.allclose(shrink(images, 16)[0, 3, 5], images[0, 6:8, 10:12].mean())
