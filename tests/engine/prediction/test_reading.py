"""Tests of engine.prediction.reading."""

import threading
from pathlib import Path

import pytest

from engine.events import Event, PredictionsDone
from engine.prediction import reading
from engine.prediction.predictor import predict
from engine.prediction.reading import read_ahead


def test_order_is_kept_whoever_is_quicker() -> None:
    """Paths that are slow to read hold their place."""
    paths = [Path(f"{number}.jpg") for number in range(50)]

    def read(path: Path) -> Path:
        threading.Event().wait(0.002 * (int(path.stem) % 3))
        return path

    assert list(read_ahead(paths, read, "cuda")) == paths
    assert list(read_ahead([], read, "cpu")) == []


def test_whoever_stops_waits_for_no_more_than_is_under_way() -> None:
    """Closing it early, as Cancel does, drops what was not begun and leaves no thread."""
    before, done = threading.active_count(), []
    ahead = read_ahead([Path(f"{number}.jpg") for number in range(10_000)], lambda path: done.append(path), "cpu")
    for _ in range(3):
        next(ahead)
    ahead.close()
    assert len(done) < 1000
    assert threading.active_count() == before


def test_the_first_answer_comes_before_the_rest_is_read(
    model: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many images, answers come in chunks of 1, 4, 16, 64..., the first before any other file was opened."""
    opened: list[Path] = []
    read = reading.read_image_bytes

    def note(path: Path) -> bytes:
        opened.append(path)
        return read(path)

    monkeypatch.setattr(reading, "read_image_bytes", note)
    chunks: list[int] = []
    opened_at_first: list[int] = []

    def on_event(event: Event) -> None:
        if isinstance(event, PredictionsDone):
            opened_at_first.append(len(opened))
            chunks.append(len(event.predictions))

    asked = photos * 3
    answers = predict(model, asked, on_event=on_event)
    assert chunks == [1, 4, 16, 64, 35]
    assert opened_at_first[0] == 1
    assert len(opened) == len(answers) == 120
