"""Keeps the model in use loaded, so that the second question is answered at once."""

from pathlib import Path

import torch

from engine.errors import ModelFileError
from engine.events import OnEvent, StatusChanged
from engine.model.file import LoadedModel, load_model

_loaded: dict[tuple[str, int, int, str], LoadedModel] = {}
"""The model in use, by its file's path, size and time of change, and the device."""


def open_model(path: Path, device: torch.device, on_event: OnEvent) -> LoadedModel:
    """The model file in `path` on `device`: the one that is loaded, until its file changes or another is asked for.

    Its weights lie channels-last, which convolutions on a CPU like better. Raises `ModelFileError`.
    """
    try:
        status = path.stat()
    except OSError as error:
        reason = (
            "is not there any more" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        )
        raise ModelFileError(f"The model {path.name} {reason}.", "Choose another model, or train one.") from error
    key = (str(path.absolute()), status.st_size, status.st_mtime_ns, str(device))
    if key not in _loaded:
        on_event(StatusChanged(text="Loading the model"))
        _loaded.clear()  # first: two large models need not fit in memory
        model = load_model(path, device)
        model.module.to(memory_format=torch.channels_last)
        _loaded[key] = model
    return _loaded[key]
