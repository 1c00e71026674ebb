"""A leak that was planted raises the alarm, and the same answers without it do not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import Preprocessing
from engine.data import demo
from engine.data.cache import open_cache
from engine.data.checks import open_checked
from engine.data.split import make_split
from engine.data.split_modes import notebook_split
from engine.evaluation.evaluate import assess
from engine.evaluation.leak_meter import SIDE, find_nearest
from engine.evaluation.metrics import labels_of
from engine.evaluation.predictions import make_table
from engine.evaluation_results import Evaluation
from engine.events import Control, Progress, ignore_events
from engine.runs import RunFolder
from tests.engine.evaluation.untrained_run import CARD


@pytest.fixture(scope="module")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo data set; for reading only."""
    return demo.create(tmp_path_factory.mktemp("data") / "demo")


def _look_up(data: Path, split: pd.DataFrame) -> Evaluation:
    """The evaluation of answers that are looked up: the diagnosis of the training image that is most alike."""
    dataset = open_checked(data)
    cache = open_cache(dataset, Preprocessing(image_size=SIDE, geometry="squash"))
    train = split[split["part"] == "train"].drop_duplicates("image_id")
    test = split[split["part"] == "test"].drop_duplicates("image_id").reset_index(drop=True)
    known, asked = (np.array([cache.positions[name] for name in part["image_id"]]) for part in (train, test))
    found = find_nearest(cache.pixels, known, asked, Progress(len(asked), "images", Control(), ignore_events))
    logits = 9 * np.eye(7)[labels_of(train["dx"].tolist())[found]]
    card = replace(CARD, is_demo=False)  # as if the drawings were photographs: on demo data no leak is suspected
    table = make_table(test, logits, card, dataset.rows)
    return assess(RunFolder(data), data, "test", table, card, 1, is_demo=False)


def test_copies_in_training_and_test_raise_the_alarm(demo_data: Path) -> None:
    """Copied and split at random, a look-up seems superb and is suspected; split by lesion, it is neither."""
    rows = open_checked(demo_data).rows
    leaking, honest = _look_up(demo_data, notebook_split(rows, 0)), _look_up(demo_data, make_split(rows, 0))
    assert leaking.leak_suspected
    assert leaking.balanced_accuracy.low > 0.90
    assert not honest.leak_suspected
    assert honest.balanced_accuracy.high < leaking.balanced_accuracy.low
