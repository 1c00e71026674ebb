"""Tests of engine.evaluation.folds."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from engine import cli
from engine.data.split import read_split
from engine.errors import ConfigError, DataError
from engine.evaluation.folds import pool
from engine.labels import CODES, NOTICE
from engine.runs import RunFolder
from tests.engine.evaluation.answered_run import copy_run, give_answers, write_answers


@pytest.fixture
def folds(own_run: RunFolder, tmp_path: Path) -> list[RunFolder]:
    """Three runs whose test parts are the three parts of one split: every image in one of them."""
    split = read_split(own_run.split)
    runs = []
    for number, part in enumerate(("train", "val", "test")):
        run = copy_run(own_run, tmp_path / "runs" / f"fold_{number}")
        table = give_answers(run, part, seed=number)
        write_answers(run, "test", table.assign(part="test"))
        runs.append(run)
    assert set(split["part"]) == {"train", "val", "test"}
    return runs


def test_every_image_counts_once(folds: list[RunFolder]) -> None:
    """The pooled figures are those of all answers together."""
    tables = [pd.read_csv(run.evaluation("test") / "predictions.csv") for run in folds]
    everything = pd.concat(tables)
    pooled = pool([run.path for run in folds])
    assert pooled.n_images == len(everything) == len(read_split(folds[0].split))
    assert pooled.n_lesions == everything["lesion_id"].nunique()
    assert pooled.by_image.accuracy.value == pytest.approx((everything["dx"] == everything["predicted"]).mean())
    recalls = [(group["predicted"] == code).mean() for code, group in everything.groupby("dx")]
    assert pooled.by_image.balanced_accuracy.value == pytest.approx(sum(recalls) / len(recalls))
    assert pooled.by_image.group.at_threshold is None
    assert pooled.is_demo
    assert {slicing.column for slicing in pooled.slices} == {"sex", "age", "localization", "dx_type"}


def test_the_terminal_pools(folds: list[RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON value with the notice; in words the headline and every class."""
    runs = [str(run.path) for run in folds]
    assert cli.main(["pool", *runs, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["n_images"] == len(read_split(folds[0].split))
    assert value["notice"] == NOTICE
    assert cli.main(["pool", *runs]) == 0
    text = capsys.readouterr().out
    assert text.startswith("3 folds pooled: ")
    assert all(f"({code})" in text for code in CODES)
    assert NOTICE in text
    assert cli.main(["pool", runs[0]]) == 2


def _answer_twice(runs: list[RunFolder]) -> None:
    table = pd.read_csv(runs[0].evaluation("test") / "predictions.csv", dtype=str, keep_default_na=False)
    write_answers(runs[1], "test", table)


def _split_lesion(runs: list[RunFolder]) -> None:
    tables = [pd.read_csv(run.evaluation("test") / "predictions.csv", dtype=str, keep_default_na=False) for run in runs]
    tables[1].loc[0, "lesion_id"] = tables[0].loc[0, "lesion_id"]
    write_answers(runs[1], "test", tables[1])


def _forget_one(runs: list[RunFolder]) -> None:
    table = pd.read_csv(runs[0].evaluation("test") / "predictions.csv", dtype=str, keep_default_na=False)
    write_answers(runs[0], "test", table[1:])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_answer_twice, "more than one of these runs"),
        (_split_lesion, "were answered by two folds"),
        (_forget_one, "of the data answered by no fold"),
    ],
)
def test_an_image_that_is_answered_twice_or_never_is_refused(
    folds: list[RunFolder], spoil: Callable[[list[RunFolder]], None], sentence: str
) -> None:
    """Pooling is for complete sets of folds only."""
    spoil(folds)
    with pytest.raises(DataError, match=sentence):
        pool([run.path for run in folds])


def test_one_run_and_the_same_run_twice_are_no_folds(folds: list[RunFolder]) -> None:
    """Nothing is pooled from one."""
    with pytest.raises(ConfigError, match="two runs or more"):
        pool([folds[0].path])
    with pytest.raises(DataError, match="more than one"):
        pool([folds[0].path, folds[0].path, folds[1].path])
