"""engine/evaluation_commands.py, through the command line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import cli
from engine.evaluation import report
from engine.labels import CODES, NOTICE
from engine.runs import RunFolder
from tests.engine.evaluation.untrained_run import make_shared_run


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A copy of a run on demo data, with the cache that it was made with; figures are not drawn."""
    home, shared = make_shared_run(tmp_path_factory.getbasetemp())
    monkeypatch.setenv("LESION_LAB_HOME", str(home))
    monkeypatch.setattr(report, "_figures", lambda evaluation: {})
    copy = RunFolder(tmp_path / "runs" / shared.path.name)
    shutil.copytree(shared.path, copy.path)
    return copy


def _json(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    code = cli.main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_evaluate_saves_the_report_where_it_is_wanted(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same page as beside the tables; the text ends with the notice and says where all of it is."""
    wanted = tmp_path / "new" / "mine.html"
    assert cli.main(["evaluate", str(run.path), "--report", str(wanted)]) == 0
    text = capsys.readouterr().out
    assert NOTICE in text
    assert str(run.evaluation("val")) in text
    assert wanted.read_bytes() == (run.evaluation("val") / "report.html").read_bytes()
    assert NOTICE in wanted.read_text(encoding="utf-8")


def test_evaluate_scores_on_other_data(
    run: RunFolder, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Images the model never met, in folders named by class; on its own training it exits with 2 and a sentence."""
    data = tmp_path_factory.getbasetemp() / "shared-demo"
    test = pd.read_csv(run.split).query("part == 'test'")
    files = {path.stem: path for path in data.rglob("*.jpg")}
    for image_id, dx in zip(test["image_id"], test["dx"], strict=True):
        (tmp_path / "clinic" / dx).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(files[image_id], tmp_path / "clinic" / dx / f"new{image_id}.jpg")
    code, value = _json(capsys, "evaluate", run.final_model, "--data", tmp_path / "clinic", "--out", tmp_path / "out")
    assert code == 0
    assert (value["part"], value["n_images"]) == ("external", len(test))
    assert isinstance(value["external"], dict)
    assert value["external"]["n_met"] == 0
    assert (tmp_path / "out" / "report.html").is_file()
    code, value = _json(capsys, "evaluate", run.path, "--data", data)
    assert code == 2
    assert "was trained on" in str(value["error"])


def test_evaluate_computes_saved_answers_again(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """From the table alone; options that ask for more than its figures are refused."""
    code, value = _json(capsys, "evaluate", run.path)
    table = run.evaluation("val") / "predictions.csv"
    code, again = _json(capsys, "evaluate", table)
    assert code == 0
    assert again["balanced_accuracy_interval"] == value["balanced_accuracy_interval"]
    assert again["confusion"] == value["confusion"]
    assert cli.main(["evaluate", str(table)]) == 0
    assert NOTICE in capsys.readouterr().out
    code, value = _json(capsys, "evaluate", table, "--open-test")
    assert code == 2
    assert "only the figures are computed again" in str(value["error"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{model}",), "is a model file; which images are its test part, only its run knows"),
        (("{run}", "--out", "x"), "--out is for the result of --data"),
        (("nothing", "--data", "."), "There is no run and no model file nothing"),
    ],
)
def test_what_does_not_fit_together_is_a_sentence(
    run: RunFolder, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the fault and the way out."""
    given = [argument.format(model=run.final_model, run=run.path) for argument in arguments]
    code, value = _json(capsys, "evaluate", *given)
    assert code == 2
    assert words in str(value["error"])
    assert value["hint"]


def test_compare_says_how_much_better_a_run_is(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs with one split; the same model twice makes no difference, and the text says so."""
    other = tmp_path / "runs" / "2026-11-24_090000_resnet18"
    shutil.copytree(run.path, other)
    code, value = _json(capsys, "compare", run.path, other)
    assert code == 2  # neither was evaluated
    for path in (run.path, other):
        assert cli.main(["evaluate", str(path)]) == 0
    capsys.readouterr()
    code, value = _json(capsys, "compare", run.path, other)
    assert code == 0
    difference = value["balanced_accuracy"]["difference"]  # type: ignore[index]
    assert difference["value"] == 0
    assert difference["low"] <= 0 <= difference["high"]
    assert value["notice"] == NOTICE
    assert cli.main(["compare", str(run.path), str(other)]) == 0
    text = capsys.readouterr().out
    assert "No clear difference" in text
    assert "Melanoma (mel)" in text
    assert NOTICE in text


def test_score_prints_the_official_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One right of two melanomas, the only nevus undecided: (1/2 + 0) / 2."""
    header = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC"
    truth = ["a,1,0,0,0,0,0,0", "b,1,0,0,0,0,0,0", "c,0,1,0,0,0,0,0"]
    mine = ["a,0.9,0.1,0,0,0,0,0", "b,0.1,0.8,0,0,0,0,0", "c,0.5,0.5,0,0,0,0,0"]
    for name, rows in (("truth.csv", truth), ("mine.csv", mine)):
        (tmp_path / name).write_text("\n".join([header, *rows]), encoding="utf-8")
    code, value = _json(capsys, "score", tmp_path / "mine.csv", tmp_path / "truth.csv")
    assert (code, value["balanced_accuracy"], value["n_undecided"]) == (0, 0.25, 1)
    assert cli.main(["score", str(tmp_path / "mine.csv"), str(tmp_path / "truth.csv")]) == 0
    text = capsys.readouterr().out
    assert "Balanced multi-class accuracy 0.250 on 3 images" in text
    assert "Undecided, and so wrong: 1 image" in text
    assert "do not sum to 1" in text
    assert "no image of akiec, bcc, bkl, df, vasc" in text
    assert cli.main(["score", str(tmp_path / "mine.csv"), str(tmp_path / "nothing.csv")]) == 2


def test_leak_says_what_the_notebook_s_split_does(
    run: RunFolder, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """For people in sentences, for machines as numbers."""
    data = tmp_path_factory.getbasetemp() / "shared-demo"
    code, value = _json(capsys, "leak", data)
    assert code == 0
    notebook = value["notebook"]
    assert isinstance(notebook, dict)
    assert notebook["n_images_seen"] > notebook["n_test"] / 2
    assert cli.main(["leak", str(data)]) == 0
    text = capsys.readouterr().out
    assert "are images that are also in training" in text
    assert "Demo data" in text
    assert NOTICE in text


def test_a_submission_is_written_beside_the_predictions(run: RunFolder) -> None:
    """In the challenge's columns, one row per image of the part, the same probabilities."""
    assert cli.main(["evaluate", str(run.path)]) == 0
    own = pd.read_csv(run.evaluation("val") / "predictions.csv")
    submission = pd.read_csv(run.evaluation("val") / "isic2018.csv")
    assert submission["image"].tolist() == own["image_id"].tolist()
    for code in CODES:
        assert np.allclose(submission[code.upper()], own[f"p_{code}"], atol=1e-12)
