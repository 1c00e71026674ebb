"""Tests of engine.prediction.remembered."""

from pathlib import Path

import pytest

from engine.prediction import remembered
from engine.prediction.predictor import predict


def test_memory_is_bounded(model: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many, the oldest answers are forgotten."""
    monkeypatch.setattr(remembered, "_MOST", 10)
    predict(model, photos)
    assert len(remembered._remembered) == 10
