"""A training on a split that leaks, which the user wanted: the mark stands on everything that comes of it."""

import csv
import json
from pathlib import Path

import pytest

from engine import evaluation_wording, terminal, wording
from engine.data.split import read_split
from engine.errors import DataError
from engine.evaluation.evaluate import evaluate
from engine.json_output import evaluation_json, prediction_json, training_json
from engine.model.file import read_card
from engine.prediction.predictor import predict
from engine.runs import RunFolder, list_runs
from engine.training.trainer import train
from tests.engine.training.conftest import MakeConfig


@pytest.mark.usefixtures("small_network", "blank_figures")
def test_the_mark_stands_on_every_output(make_config: MakeConfig, demo_data: Path, tmp_path: Path) -> None:
    """Run, model, evaluation, its files, predictions, window and terminal: none shows a figure without it."""
    with (demo_data / "HAM10000_metadata.csv").open(newline="") as file:
        ids = [row["image_id"] for row in csv.DictReader(file)]
    lines = [f"{image_id},{('train', 'train', 'val', 'test')[number % 4]}" for number, image_id in enumerate(ids)]
    own = tmp_path / "mine.csv"
    own.write_text("\n".join(["image_id,part", *lines]))
    trained = train(make_config(split=str(own), allow_leaking_split=True, epochs=1))
    folder = RunFolder(trained.run)
    assert trained.leaking_split
    assert training_json(trained)["leaking_split"]
    assert wording.LEAKING_SPLIT in terminal.describe_training(trained)
    assert json.loads(folder.config.read_text(encoding="utf-8"))["leaking_split"]
    split = read_split(folder.split, may_leak=True)
    assert split.groupby("lesion_id")["part"].nunique().max() > 1

    card = read_card(trained.model)
    assert card.leaking_split
    assert card.name.endswith("leaking split")
    assert card.training is not None
    assert card.training.split == "mine.csv"  # not the folder, which tells a name
    (listed,) = list_runs(trained.run.parent)
    assert listed.leaking_split
    assert "leaking split" in wording.describe_run(listed)

    evaluation = evaluate(trained.run, "val")
    assert evaluation.leaking_split
    assert evaluation_json(evaluation)["leaking_split"]
    assert evaluation_wording.describe_headline(evaluation).startswith("Leaking split, no result: ")
    assert wording.LEAKING_SPLIT in evaluation_wording.describe_part(evaluation)
    metrics = folder.evaluation("val") / "metrics.json"
    assert json.loads(metrics.read_text(encoding="utf-8"))["evaluation"]["leaking_split"]

    (answer,) = predict(trained.model, sorted(demo_data.rglob("*.jpg"))[:1])
    assert prediction_json(answer, is_demo=True)["leaking_split"]
    assert any(line.startswith("Leaking split") for line in wording.describe(answer))


@pytest.mark.usefixtures("small_network", "blank_figures")
def test_the_notebook_split_shows_what_it_does(make_config: MakeConfig) -> None:
    """An image stands in several parts and is scored once in each; every figure is marked."""
    with pytest.raises(DataError, match="leaks"):
        train(make_config(split="notebook", epochs=1))
    trained = train(make_config(split="notebook", allow_leaking_split=True, epochs=1))
    split = read_split(RunFolder(trained.run).split, may_leak=True)
    parts = split.groupby("image_id")["part"].nunique()
    assert parts.max() > 1
    assert not split.duplicated(["image_id", "part"]).any()
    evaluation = evaluate(trained.run, "test")
    assert evaluation.leaking_split
    assert evaluation.n_images == int((split["part"] == "test").sum())
