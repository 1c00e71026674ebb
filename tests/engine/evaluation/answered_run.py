"""A run whose model has answered a part, without a network: made-up logits where `evaluate` would leave the table."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from engine.atomic import write_json, write_text
from engine.data.split import read_split
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.predictions import NAME, make_table
from engine.labels import CODES, INDEX
from engine.model.file import read_card
from engine.runs import RunFolder


def copy_run(run: RunFolder, to: Path) -> RunFolder:
    """A run of its own with the same model, split and data."""
    shutil.copytree(run.path, to)
    return RunFolder(to)


def give_answers(run: RunFolder, part: str = "val", *, seed: int = 0, skill: float = 2.0) -> pd.DataFrame:
    """Write answers to all images of `part`; the logit of the true class is `skill` above the noise of the others."""
    rows = read_split(run.split).query("part == @part").reset_index(drop=True)
    labels = np.array([INDEX[code] for code in rows["dx"]])
    noise = np.random.default_rng(seed).normal(size=(len(rows), len(CODES)))
    metadata = rows[["image_id"]].assign(sex="female", age=63.0, localization="back", dx_type="histo", source="")
    assert run.model is not None
    table = make_table(rows, noise + skill * np.eye(len(CODES))[labels], read_card(run.model), metadata)
    write_answers(run, part, table)
    return table


def write_answers(run: RunFolder, part: str, table: pd.DataFrame) -> None:
    """Leave `table` as the answers of the run's present model to `part`."""
    assert run.model is not None
    write_text(run.evaluation(part) / NAME, table.to_csv(index=False))
    write_json(run.evaluation(part) / "metrics.json", {"model_sha256": hash_file(run.model), "evaluation": {}})
