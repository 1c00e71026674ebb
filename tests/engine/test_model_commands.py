"""Tests of engine.model_commands."""

import json
from pathlib import Path

import pytest

from engine import cli, places, starter
from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.fold_sets import AskedFolds, FoldSet, write_asked
from engine.labels import NOTICE
from engine.model.file import save_model
from engine.runs import MANIFEST, RunFolder
from tests.engine.evaluation.untrained_run import CARD, make_network


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = cli.main([str(argument) for argument in arguments])
    return code, capsys.readouterr().out


def test_the_starter_is_among_the_models(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program brought one, and named as such, with the file's place."""
    monkeypatch.setattr(starter, "starter_model", lambda: Path("resources/starter/model.safetensors"))
    code, text = _run(capsys, "models")
    assert (code, "no model yet" in text) == (0, False)
    assert "Starter model, comes with the program\n" in text


def test_what_was_interrupted_is_listed_with_the_line_to_type(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in its first epoch, before it has a model, and a set of folds; each once."""
    monkeypatch.setattr(starter, "starter_model", lambda: None)
    folder = RunFolder(places.runs_dir() / "2026-11-23_101500_resnet18")
    write_json(folder.config, {"training": {"epochs": 30, "backbone": "resnet18"}})
    write_json(folder.slots[0] / "state.json", {"history": [], "step": 7})
    write_json(folder.slots[0] / MANIFEST, {"number": 1})
    folds = places.runs_dir() / "2026-11-22_101500_resnet18_5_folds"
    training = TrainingConfig(data=Path("data"), out=folds)
    write_asked(
        FoldSet(folds), AskedFolds(training=training, n_folds=5, open_test=False, split_sha256="5" * 64, is_demo=False)
    )
    code, text = _run(capsys, "models")
    assert code == 0
    assert (
        "resnet18, 23 Nov 10:15; interrupted at epoch 0 of 30, resuming goes on in epoch 1 of 30\n"
        f"  {folder.path}\n  Go on with it by: main.py resume {folder.path.name}\n"
    ) in text
    assert f"  Go on with it by: main.py resume {folds.name}\n" in text
    folder.best_so_far.write_bytes(b"a model")
    code, text = _run(capsys, "models")
    assert text.count(f"resume {folder.path.name}") == 1
    assert "best model usable, resuming goes on in epoch 1 of 30" in text
    code, text = _run(capsys, "models", "--json")
    assert [one["path"] for one in json.loads(text)["resumable"]] == [str(folder.path), str(folds)]


def test_a_model_goes_out_and_comes_in_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """export, import, models and card: one model from end to end, for people and for machines."""
    model, out = tmp_path / "model.safetensors", tmp_path / "weights.pth"
    save_model(model, make_network(), CARD, None)
    monkeypatch.setattr(starter, "starter_model", lambda: None)
    code, text = _run(capsys, "models")
    assert (code, "no model yet" in text, NOTICE in text) == (0, True, True)
    code, text = _run(capsys, "export", model, out)
    assert code == 0
    assert str(out) in text
    assert out.is_file()
    code, text = _run(capsys, "import", out, "--json")
    assert code == 0
    imported = Path(json.loads(text)["model"])
    assert imported.parent == places.models_dir()
    code, text = _run(capsys, "models")
    assert str(imported) in text
    code, text = _run(capsys, "card", imported)
    assert (code, text.splitlines()[-1]) == (0, NOTICE)
    assert "the central square at 32 x 32" in text
    code, text = _run(capsys, "card", imported, "--json")
    assert json.loads(text)["backbone"] == "resnet18"


def test_what_cannot_be_imported_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 2 and the reason."""
    (tmp_path / "page.pth").write_text("Dear doctor,")
    code = cli.main(["import", str(tmp_path / "page.pth")])
    assert code == 2
    assert "page.pth cannot be imported" in capsys.readouterr().err
