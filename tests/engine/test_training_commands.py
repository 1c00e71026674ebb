"""Training in the terminal: pausing by a signal, and going on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import cli, places, terminal
from engine.atomic import write_json
from engine.data import demo

_ROOT = Path(__file__).parents[2]
_TRAIN = ["--backbone", "resnet18", "--image-size", "32", "--limit", "60", "--weights", "none", "--threads", "1"]


def _lesion_lab(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, str(_ROOT / "main.py"), *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=_ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signal")
def test_a_signal_pauses_and_resume_goes_on(home: Path) -> None:
    """SIGTERM, as a system sends it that shuts down: exit code 4, the line to type, and that line finishes the run."""
    data = demo.create(home / "demo")
    with _lesion_lab("train", data, *_TRAIN, "--epochs", "300", "--json") as process:
        assert process.stderr is not None
        while not (line := process.stderr.readline()).startswith("epoch 1/300"):
            assert line, "it ended by itself"
        process.send_signal(signal.SIGTERM)
        output, said = process.communicate(timeout=120)
    assert process.returncode == 4, said
    paused = json.loads(output)
    assert (paused["paused"], paused["epochs"]) == (True, 300)
    assert paused["epochs_run"] >= 1
    run = Path(paused["run"])
    assert f"Paused at epoch {paused['epochs_run']} of 300.\nGo on with it by: main.py resume {run.name}\n" in said
    with _lesion_lab("resume", run.name, "--json") as process:
        assert process.stderr is not None
        while not (line := process.stderr.readline()).startswith(f"epoch {paused['epochs_run'] + 1}/300"):
            assert line, "it ended by itself"
        process.send_signal(signal.SIGINT)
        output, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    result = json.loads(output)
    assert (result["run"], result["stopped"]) == (str(run), "early")
    assert result["epochs_run"] > paused["epochs_run"]


def test_what_cannot_be_resumed_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No run, and a run without a checkpoint."""
    assert cli.main(["resume", "no-such-run"]) == 2
    assert "no-such-run is not the folder of a run" in capsys.readouterr().err
    write_json(tmp_path / "config.json", {"data": "d", "out": "o"})
    assert cli.main(["resume", str(tmp_path), "--json"]) == 2
    assert "has no checkpoint" in json.loads(capsys.readouterr().out)["error"]


def test_a_run_is_called_by_its_name_where_that_is_enough(tmp_path: Path) -> None:
    """And by its folder elsewhere, quoted where it must be."""
    assert terminal.resume_command(places.runs_dir() / "run1") == "main.py resume run1"
    assert terminal.resume_command(tmp_path / "my run") == f"main.py resume '{tmp_path}/my run'"
