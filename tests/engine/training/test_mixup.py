"""Images blended in pairs."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.training.mixup import mix


@given(n=st.integers(2, 20), strength=st.floats(0.01, 1), seed=st.integers(0, 2**31))
def test_images_and_targets_are_blended_alike(n: int, strength: float, seed: int) -> None:
    """With images that are their own labels, each blended one is its target; a target sums to 1, and at least half of
    it is the image's own class."""
    torch.manual_seed(seed)
    labels = torch.randint(7, (n,))
    images = torch.nn.functional.one_hot(labels, 7).float().view(n, 7, 1, 1)
    blended, targets = mix(images, labels, strength)
    assert torch.equal(blended.view(n, 7), targets)
    assert torch.allclose(targets.sum(dim=1), torch.ones(n))
    assert bool((targets.gather(1, labels[:, None]) >= 0.5).all())


def test_the_same_state_gives_the_same_blend() -> None:
    """A training that is repeated or resumed blends the same images in the same way; another step does not."""
    images, labels = torch.randn(8, 3, 4, 4), torch.arange(8) % 7
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(mix(images, labels, 0.3)[0])
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


@pytest.mark.parametrize("shape", [(4, 3, 6, 6), (4, 512)])
def test_features_are_blended_like_images(shape: tuple[int, ...]) -> None:
    """What goes in may be images or features of them; as given it stays as it was."""
    given_, labels = torch.randn(shape), torch.tensor([0, 1, 2, 3])
    before = given_.clone()
    blended, _ = mix(given_, labels, 1.0)
    assert blended.shape == shape
    assert not torch.equal(blended, given_)
    assert torch.equal(given_, before)
