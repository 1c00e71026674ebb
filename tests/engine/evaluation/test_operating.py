"""Tests of engine.evaluation.operating."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import ConfigError
from engine.evaluation.calibration import choose_operating_point
from engine.evaluation.operating import (
    export_with_operating_point,
    name_point,
    operating_curve,
    read_operating_points,
    save_operating_point,
)
from engine.evaluation.saved import open_saved
from engine.evaluation.scores import group_threshold
from engine.labels import NOTICE
from engine.model import gate_tensors
from engine.model.file import load_model, read_card, save_model
from engine.model.network import build
from engine.results import GateSettings, OperatingPoint
from engine.runs import RunFolder, count_test_openings
from tests.engine.evaluation.answered_run import give_answers, write_answers


@pytest.fixture
def run(own_run: RunFolder) -> RunFolder:
    give_answers(own_run, seed=3, skill=1.5)
    return own_run


@pytest.mark.parametrize("target", ["group", "mel"])
def test_each_point_does_to_the_lesions_what_it_says(run: RunFolder, target: str) -> None:
    """Counted again lesion by lesion from the table: missed and alarmed, for every threshold, sensitivity falling."""
    curve = operating_curve(run.path, target)
    answers = open_saved(run.path, "val").answers
    of_images = answers.group if target == "group" else answers.stated[:, 4]
    scores = np.array([of_images[answers.lesions == n].mean() for n in range(answers.n_lesions)])
    is_target = np.isin(answers.lesion_labels, [0, 1, 4] if target == "group" else [4])
    sensitivities = []
    for point in curve.points:
        outcome = point.validation
        assert outcome.n_missed == (scores[is_target] < point.threshold).sum()
        assert outcome.n_false_alarms == (scores[~is_target] >= point.threshold).sum()
        assert outcome.sensitivity is not None
        assert outcome.specificity is not None
        assert outcome.sensitivity.low < outcome.sensitivity.value <= outcome.sensitivity.high
        sensitivities.append(outcome.sensitivity.value)
        assert point.test is None
    assert sensitivities[0] == 1.0
    assert sensitivities == sorted(sensitivities, reverse=True)
    assert len(curve.points) == len(set(scores[is_target].tolist()))
    assert curve.prevalence == pytest.approx(0.19 if target == "group" else 0.11)


def test_the_curve_holds_the_point_that_training_chooses(run: RunFolder) -> None:
    """The model's own 95 % point is the highest threshold of the curve with at least that sensitivity."""
    saved = open_saved(run.path, "val")
    chosen = choose_operating_point(saved.answers.group, saved.answers.labels, saved.table["lesion_id"].tolist())
    assert chosen is not None
    reached = [
        point
        for point in operating_curve(run.path).points
        if point.validation.sensitivity is not None and point.validation.sensitivity.value >= 0.95
    ]
    assert max(point.threshold for point in reached) == pytest.approx(chosen.threshold)
    assert name_point("group", reached[-1]).n_missed == chosen.n_missed


def test_test_is_reported_where_it_was_opened_and_never_opened_for_it(run: RunFolder) -> None:
    """The same threshold on the test part, once that was scored; the count of openings stays."""
    assert all(point.test is None for point in operating_curve(run.path).points)
    give_answers(run, "test", seed=4)
    curve = operating_curve(run.path)
    answers = open_saved(run.path, "test").answers
    scores = np.bincount(answers.lesions, weights=answers.group) / np.bincount(answers.lesions)
    is_target = np.isin(answers.lesion_labels, [0, 1, 4])
    for point in curve.points:
        assert point.test is not None
        assert point.test.n_lesions == is_target.sum()
        assert point.test.n_missed == (scores[is_target] < point.threshold).sum()
    assert count_test_openings(run.path.parent, open_saved(run.path, "val").card.split_sha256) == 0


def test_saved_points_stand_beside_the_run_and_the_model_stays_as_it_is(run: RunFolder) -> None:
    """One for each target, a new one in place of the old; another model of the run has none of them."""
    before = run.final_model.read_bytes()
    assert read_operating_points(run.path) == ()
    first, second = (operating_curve(run.path).points[n] for n in (0, 3))
    of_mel = operating_curve(run.path, "mel").points[1]
    save_operating_point(run.path, "group", first.threshold)
    save_operating_point(run.path, "mel", of_mel.threshold)
    point = save_operating_point(run.path, "group", second.threshold)
    saved = {one.target: one for one in read_operating_points(run.path)}
    assert saved == {"group": point, "mel": name_point("mel", of_mel)}
    assert saved["mel"].name.endswith("% point for mel")
    assert run.final_model.read_bytes() == before
    content = json.loads((run.path / "evaluation" / "operating_point.json").read_text(encoding="utf-8"))
    assert content["notice"] == NOTICE
    assert content["is_demo"] is True
    assert content["outcomes"]["group"]["validation"]["n_missed"] == second.validation.n_missed
    assert content["outcomes"]["mel"]["test"] is None
    run.final_model.write_bytes(before + b"\0")
    assert read_operating_points(run.path) == ()


def test_an_exported_model_answers_as_before_with_the_new_point(run: RunFolder, tmp_path: Path) -> None:
    """Same weights, the group's point first and replaced; a class's point never stands in for the group's."""
    model = run.final_model
    (old,) = read_card(model).operating_points
    group = name_point("group", operating_curve(run.path).points[2])
    of_mel = name_point("mel", operating_curve(run.path, "mel").points[0])
    one = export_with_operating_point(model, of_mel, tmp_path / "one.safetensors")
    assert read_card(one).operating_points == (old, of_mel)
    assert group_threshold(read_card(one)) == old.threshold
    two = export_with_operating_point(one, group, tmp_path / "two.safetensors")
    card = read_card(two)
    assert card.operating_points == (group, of_mel)
    assert replace(card, operating_points=(old,)) == read_card(model)
    weights, again = (load_model(path, torch.device("cpu")).module.state_dict() for path in (model, two))
    assert all(torch.equal(weights[name], again[name]) for name in build(card.backbone).state_dict())
    marks = [load_model(path, torch.device("cpu")).fingerprints for path in (model, two)]
    assert marks[0] is not None
    assert marks[1] is not None
    assert marks[0].to_json() == marks[1].to_json()


def test_a_new_model_file_keeps_its_gate(run: RunFolder, tmp_path: Path) -> None:
    """What is no image of a lesion is refused as before, by the same tables."""
    loaded = load_model(run.final_model, torch.device("cpu"))
    gate = GateSettings(
        ranges=(),
        sharpness_limit=0.5,
        looks_limit=3.0,
        features_limit=3.0,
        n_measures=4,
        n_features=512,
        n_directions=3,
        n_examples=10,
    )
    tables = {name: torch.rand(shape) for name, shape in gate_tensors.shapes(gate).items()}
    model = tmp_path / "gated.safetensors"
    save_model(model, loaded.module, replace(loaded.card, gate=gate), loaded.fingerprints, tables)
    point = name_point("mel", operating_curve(run.path, "mel").points[0])
    new = load_model(export_with_operating_point(model, point, tmp_path / "new.safetensors"), torch.device("cpu"))
    assert new.card.gate == gate
    assert new.gate is not None
    assert all(torch.equal(new.gate[name], table) for name, table in tables.items())


def test_what_makes_no_sense_is_refused(run: RunFolder, tmp_path: Path) -> None:
    """A threshold off the curve, an unknown class, a file that is there, another ending, a point outside 0 to 1."""
    point = OperatingPoint(
        name="x", threshold=0.4, n_lesions=9, n_missed=1, n_other_lesions=9, n_false_alarms=1, target="mel"
    )
    with pytest.raises(ConfigError, match="not a threshold of the group that was set"):
        save_operating_point(run.path, "group", 0.123456)
    with pytest.raises(ConfigError, match="no class 'wart'"):
        operating_curve(run.path, "wart")
    with pytest.raises(ConfigError, match="already"):
        export_with_operating_point(run.final_model, point, run.final_model)
    with pytest.raises(ConfigError, match="does not end in"):
        export_with_operating_point(run.final_model, point, tmp_path / "model.pth")
    with pytest.raises(ConfigError, match="between 0 and 1"):
        export_with_operating_point(run.final_model, replace(point, threshold=7.0), tmp_path / "a.safetensors")
    assert not list(tmp_path.glob("*.safetensors"))


def test_without_a_lesion_of_the_target_there_is_no_point(own_run: RunFolder) -> None:
    """A part without melanomas has a curve without points, not an error."""
    table = give_answers(own_run)
    write_answers(own_run, "val", table[table["dx"] != "mel"])
    assert operating_curve(own_run.path, "mel").points == ()
