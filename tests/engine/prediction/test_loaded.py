"""Tests of engine.prediction.loaded."""

import os
from pathlib import Path

import pytest

from engine.errors import ModelFileError
from engine.events import Event, StatusChanged
from engine.prediction.predictor import predict


def test_a_model_that_vanished_is_an_error_even_while_it_is_loaded(
    model: Path, tmp_path: Path, photos: list[Path]
) -> None:
    """The file is looked at each time."""
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(model.read_bytes())
    predict(copy, photos[:1])
    copy.unlink()
    with pytest.raises(ModelFileError, match=r"copy\.safetensors is not there"):
        predict(copy, photos[:1])


def test_the_model_stays_loaded_until_its_file_changes(model: Path, tmp_path: Path, photos: list[Path]) -> None:
    """The second question is answered at once; a new model of the same name is noticed."""
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(model.read_bytes())
    loads: list[str] = []

    def on_event(event: Event) -> None:
        if isinstance(event, StatusChanged) and event.text == "Loading the model":
            loads.append(event.text)

    for expected in (1, 1):
        predict(copy, photos[:1], on_event=on_event)
        assert len(loads) == expected
    status = copy.stat()
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))
    predict(copy, photos[:1], on_event=on_event)
    assert len(loads) == 2
