"""Tells which model file gave which answers, and refuses to put answers of different models together."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import ConfigError, ModelFileError
from engine.prediction_results import Prediction


def check_model(model: Path, predictions: Iterable[Prediction]) -> None:
    """Raise `ConfigError` unless all answers come from the model file `model`, `ModelFileError` if it is not there."""
    match_models([model], predictions)


def match_models(models: Sequence[Path], predictions: Iterable[Prediction]) -> dict[str, Path]:
    """Each of the model files by its SHA-256, in their order.

    Raises `ConfigError` where one of the answers comes from none of them, `ModelFileError` where one is not there.
    """
    found = {_sha256(model): model for model in models}
    asked = {answer.model_sha256 for answer in predictions if answer.code is not None}
    if asked - found.keys():
        hint = "Ask the model in use about all of these images again."
        raise ConfigError("Some of the answers come from another model.", hint)
    return found


def _sha256(model: Path) -> str:
    try:
        with model.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        fault = f"The model {model.name} cannot be read: {error.strerror or error}."
        raise ModelFileError(fault, "Choose another model, or train one.") from error
