"""What may have changed when a training goes on, and what not."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import TrainingConfig
from engine.errors import TrainingError
from engine.training.checkpoint import TrainingState
from engine.training.resumption import check_same_config, found_again
from tests.engine.evaluation.untrained_run import CARD


def _state(config: TrainingConfig) -> TrainingState:
    return TrainingState(
        config=config, card=CARD, history=(), step=0, seconds=0.0, halvings=0, portion=1, scoring_portion=1
    )


def test_a_fold_finds_its_table_where_the_set_was_moved(tmp_path: Path) -> None:
    """The table lies in the folder of the set, beside the run; a table that is still there is not exchanged."""
    asked = TrainingConfig(data=tmp_path, out=tmp_path / "old", split=str(tmp_path / "old" / "folds.csv"), fold=1)
    run = tmp_path / "new" / "run"
    run.mkdir(parents=True)
    assert found_again(asked, run) == asked
    (tmp_path / "new" / "folds.csv").touch()
    found = found_again(asked, run)
    assert (found.split, found.out) == (str(tmp_path / "new" / "folds.csv"), tmp_path / "new")
    check_same_config(found, _state(asked))
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "folds.csv").touch()
    assert found_again(asked, run) == asked


def test_settings_that_changed_are_named(tmp_path: Path) -> None:
    """A table that moved is the same split, for its contents are compared; another way to split is not."""
    began = TrainingConfig(data=tmp_path, out=tmp_path)
    with pytest.raises(TrainingError, match="batch_size was 32"):
        check_same_config(replace(began, batch_size=8), _state(began))
    with pytest.raises(TrainingError, match="split was auto"):
        check_same_config(replace(began, split="table.csv"), _state(began))
