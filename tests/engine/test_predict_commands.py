"""engine/predict_commands.py, through the command line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import cli
from engine.labels import NOTICE
from engine.prediction import predictor
from engine.prediction_results import GateVerdict
from tests.engine.evaluation.untrained_run import make_shared_run


@pytest.fixture
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shared_run(tmp_path_factory.getbasetemp())[1].final_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images, one of them deeper."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    random = np.random.default_rng(3)
    for name in ("a.jpg", "b.png", "deep/c.jpg"):
        pixels = random.integers(0, 256, (40, 60, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "in" / name)
    return tmp_path / "in"


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = cli.main(["predict", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_folders_are_answered_in_order(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run's folder stands for its model, folders are searched to the bottom, and all is well: exit code 0."""
    code, text = _run(capsys, model.parent, folder)
    assert code == 0
    assert [line for line in text.splitlines() if line.startswith(str(folder))] == [
        str(folder / "a.jpg"),
        str(folder / "b.png"),
        str(folder / "deep" / "c.jpg"),
    ]
    assert text.count(NOTICE) == 1
    assert "Demo data" in text


def test_errors_are_listed_at_the_end(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The good ones are answered, the exit code is 1, and the last lines name what could not be read."""
    (folder / "b.png").write_bytes(b"text")
    code, text = _run(capsys, model, folder, tmp_path / "gone.jpg")
    assert code == 1
    end = text[text.index("2 images could not be answered:") :]
    assert "b.png is not a JPEG or PNG image." in end
    assert "gone.jpg is not there." in end


def test_all_files_are_written(model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Table, lines, page and heat maps, in new folders, with 8 views and one answer for the lesion."""
    out = tmp_path / "out"
    files = ("--csv", out / "a.csv", "--jsonl", out / "a.jsonl", "--report", out / "a.html", "--heatmaps", out / "maps")
    code, text = _run(capsys, model, folder, *files, "--views", 8, "--one-lesion", "--json")
    answers = json.loads(text)
    assert code == 0
    assert [answer["image"] for answer in answers] == ["a.jpg", "b.png", "c.jpg", "a.jpg"]
    assert answers[3]["images"] == ["a.jpg", "b.png", "c.jpg"]
    assert {answer["views"] for answer in answers} == {8}
    lines = [json.loads(line) for line in (out / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [{name: value for name, value in answer.items() if name != "path"} for answer in answers]
    assert "Together for 3 images" in (out / "a.html").read_text(encoding="utf-8")
    assert len(list((out / "maps").iterdir())) == 3
    assert (out / "a.csv").is_file()


def test_a_wrong_ending_is_said_before_the_work(
    model: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a thousand answers to hear that they cannot be saved."""
    monkeypatch.setattr(predictor, "predict", None)
    assert cli.main(["predict", str(model), str(folder), "--csv", "answers.txt"]) == 2
    assert "--csv cannot write answers.txt" in capsys.readouterr().err


def test_what_was_refused_is_shown_only_on_demand(
    model: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a class at first; with --show-anyway answered, marked, and part of the lesion's answer."""
    real = predictor.predict

    def refuse_first(*args: object, **kwargs: object) -> object:
        first, *others = real(*args, **{**kwargs, "as_one_lesion": False})  # type: ignore[arg-type]
        return (replace(first, gate=GateVerdict(passed=False, reasons=("The image is blurred.",))), *others)

    monkeypatch.setattr(predictor, "predict", refuse_first)
    first = json.loads(_run(capsys, model, folder, "--json")[1])[0]
    assert (first["class"], first["gate"]) == (None, "refused")
    shown = json.loads(_run(capsys, model, folder, "--json", "--show-anyway", "--one-lesion")[1])
    assert shown[0]["class"]
    assert shown[0]["gate"] == shown[3]["gate"] == "refused, shown anyway"
    assert len(shown[3]["images"]) == 3


def test_a_name_that_is_no_text_can_be_printed(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON stays JSON, and text is printed with marks in place of what is not text."""
    try:
        odd = (folder / "a.jpg").rename(folder / "m\udcf6le.jpg")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    code, text = _run(capsys, model, odd, "--json")
    assert code == 0
    assert json.loads(text)[0]["image"] == "m\\udcf6le.jpg"
    assert "m\\udcf6le.jpg" in _run(capsys, model, odd)[1]
