"""Training in the terminal: pausing by a signal, and going on."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import cli, places, terminal, training_commands
from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.data import demo
from engine.events import Control
from engine.records import as_json
from engine.runs import list_resumable

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


@pytest.fixture
def hangup_heard() -> Iterator[None]:
    """Children are told of a closed terminal, also where nohup started these tests, which they would inherit."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signal")
def test_a_closed_terminal_pauses_a_training(home: Path, hangup_heard: None) -> None:
    """As when ssh drops: what it still says reaches nobody and ends nothing; then the signal, and a checkpoint."""
    data = demo.create(home / "demo")
    ours, theirs = os.openpty()
    command = [sys.executable, str(_ROOT / "main.py"), "train", str(data), *_TRAIN, "--epochs", "300"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"epoch 2/300" not in said:
            said += os.read(ours, 4096)
        os.close(ours)
        time.sleep(1)  # it goes on for some batches before it hears of it
        assert process.poll() is None
        process.send_signal(signal.SIGHUP)
        assert process.wait(120) == 4
    (waiting,) = list_resumable(places.runs_dir())
    assert waiting.saved_epochs is not None
    assert waiting.saved_epochs >= 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signal")
def test_nohup_is_obeyed() -> None:
    """Who asked for a training to outlive the terminal gets that; other commands end with it as ever."""
    before = signal.getsignal(signal.SIGHUP)
    for ignored, command, is_heard in ((False, "train", True), (True, "train", False), (False, "predict", False)):
        outside = signal.SIG_IGN if ignored else signal.SIG_DFL
        signal.signal(signal.SIGHUP, outside)
        try:
            with cli._signals_handled(Control(), command):
                assert (signal.getsignal(signal.SIGHUP) != outside) == is_heard
        finally:
            signal.signal(signal.SIGHUP, before)


def test_what_cannot_be_resumed_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No run, and a run without a checkpoint."""
    assert cli.main(["resume", "no-such-run"]) == 2
    assert "no-such-run is not the folder of a run" in capsys.readouterr().err
    write_json(tmp_path / "config.json", {"data": "d", "out": "o"})
    assert cli.main(["resume", str(tmp_path), "--json"]) == 2
    assert "has no checkpoint" in json.loads(capsys.readouterr().out)["error"]


def test_a_run_is_called_by_its_name_where_that_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And by its folder elsewhere, quoted where it must be; the packaged program has another name."""
    assert terminal.resume_command(places.runs_dir() / "run1") == "main.py resume run1"
    assert terminal.resume_command(tmp_path / "my run") == f"main.py resume '{tmp_path}/my run'"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert terminal.resume_command(places.runs_dir() / "run1") == "lesion-lab-cli resume run1"


def _config(*arguments: object) -> TrainingConfig:
    parser = argparse.ArgumentParser()
    training_commands.add_commands(parser.add_subparsers())
    return training_commands.training_config(parser.parse_args(["train", *map(str, arguments)]))


def test_options_that_differ_from_the_recipe_make_it_custom(tmp_path: Path) -> None:
    """Size, length and place are no part of a recipe; a config that is repeated with another rate is custom too."""
    assert _config(tmp_path, "--epochs", 3, "--image-size", 64, "--backbone", "resnet18").recipe == "recommended"
    assert _config(tmp_path, "--rotation", 180, "--batch-size", 32).recipe == "recommended"
    custom = _config(tmp_path, "--rotation", 20, "--zoom", 0.5, "--no-flips", "--balancing", "equal", "--patience", 3)
    assert (custom.recipe, custom.balancing, custom.patience) == ("custom", "equal", 3)
    assert (custom.augmentation.rotation, custom.augmentation.flips) == (20.0, False)
    assert custom.augmentation.scale == (1 / 1.5, 1.5)
    steps = _config(
        *(tmp_path, "--optimizer", "adam", "--weight-decay", 0.1, "--schedule", "constant"),
        *("--warmup-epochs", 0.5, "--stop-on", "loss"),
    )
    assert (steps.recipe, steps.optimizer, steps.weight_decay) == ("custom", "adam", 0.1)
    assert (steps.schedule, steps.warmup_epochs, steps.stop_on) == ("constant", 0.5, "loss")
    shaped = _config(tmp_path, "--geometry", "squash", "--image-size", 64)
    assert (shaped.recipe, shaped.preprocessing.geometry) == ("custom", "squash")
    assert _config(tmp_path, "--optimizer", "adamw", "--stop-on", "balanced_accuracy").recipe == "recommended"
    older = TrainingConfig(data=tmp_path, out=tmp_path, averaging=0.0)  # of another version's recipe
    file = tmp_path / "config.json"
    write_json(file, {"training": as_json(older)})
    assert _config("--config", file) == older
    assert _config("--config", file, "--epochs", 3).recipe == "recommended"
    assert _config("--config", file, "--learning-rate", 0.01).recipe == "custom"


def test_every_option_has_a_sentence_of_help() -> None:
    """`train --help` leaves nobody guessing."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    training_commands.add_commands(commands)
    for command in commands.choices.values():
        assert all(action.help for action in command._actions)
