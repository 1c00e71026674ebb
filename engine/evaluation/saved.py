"""Opens what an evaluation of a run left: the answers of its model to one part, checked to be of that model."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from engine.errors import ConfigError, ModelFileError
from engine.evaluation.answers import Answers, answers_of
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.predictions import NAME, read_table
from engine.evaluation.report import read_provenance
from engine.labels import PART_NAMES
from engine.model.file import read_card
from engine.results import ModelCard, Part
from engine.runs import RunFolder


@dataclass(frozen=True, eq=False)
class SavedAnswers:
    """The answers of a run's model to one part."""

    folder: RunFolder
    model: Path
    model_sha256: str
    card: ModelCard
    table: pd.DataFrame
    """predictions.csv with all its columns, sorted by image_id."""
    answers: Answers
    """Of the rows of `table`."""


def open_saved(run: Path, part: Part) -> SavedAnswers:
    """The answers that the run in the folder `run` gave to `part` when it was evaluated.

    Raises `ConfigError` where the model that the run has now was not evaluated, `ModelFileError` where it has none,
    and `DataError` where the table is damaged.
    """
    if part not in ("val", "test"):
        raise ConfigError(f"A run has no answers for the {PART_NAMES.get(part, part)}.", "Choose validation or test.")
    saved = find_saved(run, part)
    if saved is None:
        raise ConfigError(
            f"The model of the run {run.name} was not evaluated on the {PART_NAMES[part]} yet.",
            "Evaluate it first." if part == "val" else "Open the test part of this run first; that is counted.",
        )
    return saved


def find_saved(run: Path, part: Part) -> SavedAnswers | None:
    """The same, None where `part` was not evaluated with the model that the run has now."""
    folder = RunFolder(run.absolute())
    if not folder.config.is_file():
        raise ConfigError(f"{folder.path.name} is not the folder of a run.", "Choose a folder that a training made.")
    model = folder.model
    if model is None:
        raise ModelFileError(
            f"The run {folder.path.name} has no model yet.", "Wait for its first epoch, or choose another run."
        )
    provenance, sha256 = read_provenance(folder.evaluation(part)), hash_file(model)
    if provenance is None or sha256 is None or provenance.get("model_sha256") != sha256:
        return None
    card = read_card(model)
    table = read_table(folder.evaluation(part) / NAME, card).sort_values("image_id", ignore_index=True)
    return SavedAnswers(folder, model, sha256, card, table, answers_of(table, card))
