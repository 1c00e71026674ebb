"""Tests of engine.model_commands."""

import json
from pathlib import Path

import pytest

from engine import cli, places
from engine.labels import NOTICE
from engine.model.file import save_model
from tests.engine.evaluation.untrained_run import CARD, make_network


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = cli.main([str(argument) for argument in arguments])
    return code, capsys.readouterr().out


def test_a_model_goes_out_and_comes_in_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """export, import, models and card: one model from end to end, for people and for machines."""
    model, out = tmp_path / "model.safetensors", tmp_path / "weights.pth"
    save_model(model, make_network(), CARD, None)
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
