"""Makes sure that a training goes on with what it began with: the same settings, data and split."""

import dataclasses
from dataclasses import replace
from pathlib import Path

from engine.config import NAMED_SPLITS, TrainingConfig
from engine.data.split import read_split, split_sha256
from engine.errors import TrainingError
from engine.fold_sets import FoldSet
from engine.runs import RunFolder
from engine.training.checkpoint import TrainingState
from engine.training.material import Material

_MAY_DIFFER = ("data", "out", "device")
"""Where the data and the runs lie may change, for the contents are compared, and so may the device."""


def found_again(config: TrainingConfig, run: Path) -> TrainingConfig:
    """`config` of the folder `run`, with the table of folds that lies beside it, where the set of folds was moved."""
    folds = FoldSet(run.parent)
    if config.fold is None or Path(config.split).is_file() or not folds.split.is_file():
        return config
    return replace(config, split=str(folds.split), out=folds.path)


def check_same_config(config: TrainingConfig, state: TrainingState) -> None:
    """Raise `TrainingError` naming the settings in the run's `config.json` that were changed since it began."""
    began = replace(state.config, **{name: getattr(config, name) for name in _MAY_DIFFER})
    if config.split not in NAMED_SPLITS and began.split not in NAMED_SPLITS:
        began = replace(began, split=config.split)  # a table may move too
    changed = [one.name for one in dataclasses.fields(config) if getattr(config, one.name) != getattr(began, one.name)]
    if changed:
        were = ", ".join(f"{name} was {getattr(began, name)}" for name in changed)
        raise TrainingError(
            f"The config.json of this run was changed since its training began: {were}.",
            "Change it back to resume the training, or start a new one with other settings.",
        )


def check_same_data(material: Material, folder: RunFolder, state: TrainingState) -> None:
    """Raise `TrainingError` if the data set, or its split, is not the one that the run began with."""
    if material.data_fingerprint != state.card.data_fingerprint:
        raise TrainingError(
            "The data set is not the one that this training began with: images or diagnoses have changed.",
            "Put the data set back as it was to resume the training, or start a new one.",
        )
    if split_sha256(folder.split) != state.card.split_sha256:
        raise TrainingError("The split.csv of this run was changed since its training began.", "Start a new training.")
    began = read_split(folder.split, may_leak=True)
    columns = ["image_id", "part"]
    if not began[columns].equals(material.split[columns].astype(began[columns].dtypes).reset_index(drop=True)):
        raise TrainingError(
            "This version of the program splits the data set in another way than the one that began this training.",
            "Resume it with that version, or start a new training.",
        )
