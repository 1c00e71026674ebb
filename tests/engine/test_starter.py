"""The starter model: found where it is, never promised where it is not."""

import argparse
import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine import cli, places, training_commands
from engine.data.split import split_sha256
from engine.errors import ModelFileError
from engine.evaluation_commands import find_model
from engine.labels import CODES
from engine.model.file import load_model, read_card
from engine.model_wording import describe_card
from engine.samples import list_samples
from engine.starter import ATTRIBUTION, DESCRIPTION, is_starter, starter_model

FOLDER = places.resources_dir() / "starter"


def test_it_is_offered_only_where_its_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that came without it says so, and does not lead to a file that is missing."""
    monkeypatch.setattr(places, "resources_dir", lambda: tmp_path)
    assert starter_model() is None
    model = tmp_path / "starter" / "model.safetensors"
    assert not is_starter(model)
    model.parent.mkdir()
    model.write_bytes(b"weights")
    assert starter_model() == model
    assert is_starter(model)
    assert not is_starter(tmp_path / "model.safetensors")


def test_the_terminal_knows_it_by_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "starter" stands for its file; a file of that name goes first, and where there is neither a sentence says so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(places, "resources_dir", lambda: tmp_path / "resources")
    with pytest.raises(ModelFileError, match="without a starter model"):
        find_model(Path("starter"))
    model = tmp_path / "resources" / "starter" / "model.safetensors"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"weights")
    assert find_model(Path("starter")) == model
    (tmp_path / "starter").write_bytes(b"other weights")
    assert find_model(Path("starter")) == Path("starter")


def test_authors_licence_and_purpose_are_named() -> None:
    """Whoever uses it reads whose images it learned from, and what it is not for."""
    assert "Tschandl" in ATTRIBUTION
    assert "CC BY-NC 4.0" in ATTRIBUTION
    assert "non-commercial" in DESCRIPTION
    assert "Research and education only".lower() in DESCRIPTION.lower()


def test_it_is_small_and_whole() -> None:
    """At most 25 MB, all tensors checked; it was trained from scratch, to its end, on real images, with a gate."""
    model = FOLDER / "model.safetensors"
    assert model.stat().st_size <= 25_000_000
    card = load_model(model, torch.device("cpu")).card
    assert card.is_finished
    assert not card.is_demo
    assert not card.leaking_split
    assert card.gate is not None
    assert card.operating_points
    assert card.weights == "random weights, as asked"


def test_its_figures_come_out_of_its_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """`evaluate` on the committed answers gives what stands on the card: by lesion, with intervals, opened once."""
    assert cli.main(["evaluate", str(FOLDER / "predictions.csv"), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    held_out = read_card(FOLDER / "model.safetensors").held_out
    assert held_out is not None
    assert (value["part"], value["test_openings"], held_out.openings) == ("test", 1, 1)
    assert (value["n_images"], value["n_lesions"]) == (held_out.n_images, held_out.n_lesions)
    figure = held_out.figures["balanced_accuracy"]
    assert value["balanced_accuracy_by_lesion"] == pytest.approx(figure[0], abs=1e-9)
    assert value["balanced_accuracy_by_lesion_interval"] == pytest.approx(figure[1:], abs=1e-9)
    assert {f"recall_{code}" for code in CODES} | {f"auc_{code}" for code in CODES} < held_out.figures.keys()


def test_its_readme_is_its_card() -> None:
    """Each line of the card, word by word; the licence, the authors, the limits and the notice are among them."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    lines = describe_card(read_card(FOLDER / "model.safetensors"))
    assert all(f"- {line}\n" in text for line in lines)
    for words in (DESCRIPTION, "CC BY-NC 4.0", "Tschandl", "It is weakest at", "ot a medical device"):
        assert words in text


def test_it_can_be_trained_again_from_its_config() -> None:
    """The config takes a folder from the command line, names no folder itself, and is that on the card."""
    parser = argparse.ArgumentParser()
    training_commands.add_commands(parser.add_subparsers())
    options = parser.parse_args(["train", "photos", "--config", str(FOLDER / "config.json")])
    config = training_commands.training_config(options)
    card = read_card(FOLDER / "model.safetensors")
    assert config.data == Path("photos").absolute()
    assert config.out == places.runs_dir()
    assert card.training is not None
    assert replace(config, data=card.training.data, out=card.training.out) == card.training


def test_the_samples_were_kept_from_it() -> None:
    """They are of the test part of its split, whose key is on the card."""
    assert split_sha256(FOLDER / "split.csv") == read_card(FOLDER / "model.safetensors").split_sha256
    with (FOLDER / "split.csv").open(encoding="utf-8", newline="") as file:
        parts = {row["image_id"]: row["part"] for row in csv.DictReader(file)}
    assert [parts[sample.image_id] for sample in list_samples()] == ["test"] * len(CODES)


def test_nothing_in_it_tells_where_it_was_made() -> None:
    """No folder of any machine: neither in the tables nor in the header of the model."""
    content = b"".join(path.read_bytes()[:300_000] for path in sorted(FOLDER.iterdir()))
    assert not re.findall(rb'"/(?:home|work|tmp|Users|root)/', content)
