"""What tests of single images share: a model that knows nothing, and images that it never met."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.prediction.remembered import forget_all
from engine.runs import RunFolder
from tests.engine.evaluation.untrained_run import make_shared_run


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """And no answer is remembered from another test."""
    forget_all()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunFolder]:
    return make_shared_run(tmp_path_factory.getbasetemp())


@pytest.fixture
def model(shared: tuple[Path, RunFolder]) -> Path:
    return shared[1].final_model


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """40 images that no model has seen, some tall, some wide."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(6)
    paths = []
    for number in range(40):
        width, height = (60, 45) if number % 3 else (40, 64)
        coarse = random.integers(0, 256, size=(4, 5, 3), dtype=np.uint8)
        path = folder / f"photo_{number:02}.jpg"
        Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(path, quality=90)
        paths.append(path)
    return paths
