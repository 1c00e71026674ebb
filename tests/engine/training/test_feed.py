"""The pixels of a batch."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.training.feed import Feed


@pytest.fixture
def pixels(tmp_path: Path) -> np.ndarray:
    """A mapped, read-only cache of ten images, each of its own brightness."""
    np.save(tmp_path / "pixels.npy", np.full((10, 4, 4, 3), np.arange(10)[:, None, None, None], dtype=np.uint8))
    return np.load(tmp_path / "pixels.npy", mmap_mode="r")


def test_rows_of_a_part_lead_to_their_pixels(pixels: np.ndarray) -> None:
    """Rows may come in any order and more than once, as balancing draws them."""
    feed = Feed(pixels, np.array([7, 2, 9]), torch.device("cpu"))
    feed.begin_epoch(np.array([1, 1, 2, 0, 0, 1]))
    taken = feed.take(slice(2, 6))
    assert taken.dtype == torch.uint8
    assert taken[:, 0, 0, 0].tolist() == [9, 7, 7, 2]


def test_pixels_kept_on_the_device_are_the_same(pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they fit they are loaded once, in pieces, and handed out without the file."""
    monkeypatch.setattr(Feed, "_fits", lambda self: True)
    monkeypatch.setattr("engine.training.feed._CHUNK", 2)
    positions, rows = np.array([7, 2, 9, 0, 1]), np.array([4, 0, 0, 3])
    resident = Feed(pixels, positions, torch.device("cpu"))
    monkeypatch.undo()
    mapped = Feed(pixels, positions, torch.device("cpu"))
    for feed in (resident, mapped):
        feed.begin_epoch(rows)
    assert torch.equal(resident.take(slice(1, 4)), mapped.take(slice(1, 4)))
