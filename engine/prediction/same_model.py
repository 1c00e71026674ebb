"""Refuses to put answers of different models together."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from engine.errors import ConfigError, ModelFileError
from engine.prediction_results import Prediction


def check_model(model: Path, predictions: Iterable[Prediction]) -> None:
    """Raise `ConfigError` unless all answers come from the model file `model`, `ModelFileError` if it is not there."""
    asked = {answer.model_sha256 for answer in predictions if answer.code is not None}
    try:
        with model.open("rb") as file:
            own = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        fault = f"The model {model.name} cannot be read: {error.strerror or error}."
        raise ModelFileError(fault, "Choose another model, or train one.") from error
    if asked - {own}:
        hint = "Ask the model in use about all of these images again."
        raise ConfigError("Some of the answers come from another model.", hint)
