"""The command line as its users meet it: real processes, exit codes, one JSON value on stdout, sentences on stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TRAIN = ["--backbone", "resnet18", "--image-size", "32", "--epochs", "1", "--seed", "1", "--weights", "none"]


def lesion_lab(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `main.py` as a user does, with a home of its own and nothing of the test's window settings."""
    environment = {**os.environ, "LESION_LAB_HOME": str(home), "COLUMNS": "100"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole chain once: what a first start without a display does, then the commands on its data."""
    home = tmp_path_factory.mktemp("cli-home")
    first = lesion_lab(home)
    assert first.returncode == 0, first.stderr
    trained = lesion_lab(home, "train", home / "demo", *TRAIN, "--json")
    assert trained.returncode == 0, trained.stderr
    return {"home": home, "first": first, "train": json.loads(trained.stdout), "train_process": trained}


def test_without_a_display_the_demo_runs_in_the_terminal(chain: dict[str, Any]) -> None:
    """`main.py` on a server does not die in Qt: it says why in one line and does the whole job on demo data."""
    first = chain["first"]
    assert first.stderr.startswith("There is no display. Running the demo in the terminal instead.\n")
    for words in ("Balanced accuracy", "Melanoma (mel)", "Demo data", "Not a medical device", "cancerous: yes/no"):
        assert words in first.stdout
    assert "Traceback" not in first.stderr


def test_train_json(chain: dict[str, Any]) -> None:
    """`train --json` prints one JSON value with run, model, split, best epoch and validation figures."""
    result = chain["train"]
    assert Path(result["run"]).is_dir()
    assert Path(result["model"]).is_file()
    assert len(result["split_sha256"]) == 64
    assert result["best_epoch"] == 1
    assert 0 <= result["validation"]["balanced_accuracy"] <= 1
    assert chain["train_process"].stdout.count("\n") == 1


def test_config_repeats_a_run(chain: dict[str, Any]) -> None:
    """`train --config` on a run's config.json gives the same history and the same weights."""
    config = Path(chain["train"]["run"]) / "config.json"
    again = lesion_lab(chain["home"], "train", "--config", config, "--json")
    assert again.returncode == 0, again.stderr
    result = json.loads(again.stdout)
    assert result["run"] != chain["train"]["run"]
    assert result["weights_sha256"] == chain["train"]["weights_sha256"]
    assert result["split_sha256"] == chain["train"]["split_sha256"]
    assert result["validation"] == chain["train"]["validation"]


def test_evaluate_json_and_the_count_of_openings(chain: dict[str, Any]) -> None:
    """Validation opens nothing; `--open-test` is counted each time."""
    run = chain["train"]["run"]
    validation = json.loads(lesion_lab(chain["home"], "evaluate", run, "--json").stdout)
    assert (validation["part"], validation["test_openings"]) == ("val", 0)
    assert len(validation["confusion"]) == 7
    assert sum(map(sum, validation["confusion"])) == validation["n_images"]
    assert set(validation["classes"]) == {"akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"}
    assert validation["classes"]["nv"]["n_lesions"] > 0
    assert validation["demo"] is True
    openings = [
        json.loads(lesion_lab(chain["home"], "evaluate", run, "--open-test", "--json").stdout) for _ in range(2)
    ]
    assert [(one["part"], one["test_openings"]) for one in openings] == [("test", 1), ("test", 2)]
    assert 0 <= openings[0]["majority_baseline"] <= 1
    low, high = openings[0]["balanced_accuracy_interval"]
    assert low <= openings[0]["balanced_accuracy"] <= high


def test_predict_json_keeps_order_and_names_faults(chain: dict[str, Any], tmp_path: Path) -> None:
    """Every path has its row in order; a file that is no image has a reason, and the exit code says so."""
    (tmp_path / "note.jpg").write_text("not an image")
    images = sorted((chain["home"] / "demo").rglob("*.jpg"))[:2]
    done = lesion_lab(
        chain["home"], "predict", chain["train"]["run"], images[0], tmp_path / "note.jpg", images[1], "--json"
    )
    assert done.returncode == 1
    first, broken, second = json.loads(done.stdout)
    assert [first["path"], broken["path"], second["path"]] == [
        str(images[0]),
        str(tmp_path / "note.jpg"),
        str(images[1]),
    ]
    assert sum(first["probabilities"].values()) == pytest.approx(1)
    assert first["top_class_in_group"] == (first["class"] in ("akiec", "bcc", "mel"))
    assert first["seen_in_training"] in (True, False)
    assert broken["class"] is None
    assert broken["error"]
    assert broken["hint"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train", "no/such/folder"], "folder"),
        (["train"], "data set"),
        (["train", ".", "--config", "nothing.json"], "nothing.json"),
        (["train", "demo", "--epochs", "0"], "epochs"),
        (["evaluate", "no-such-run"], "no-such-run"),
        (["predict", "no-model.safetensors", "a.jpg"], "no-model"),
        (["predict", "README.md", "README.md"], "model"),
    ],
)
def test_what_the_user_can_mend_is_a_sentence(home: Path, arguments: list[str], named: str) -> None:
    """Exit code 2, one sentence and a hint on stderr, the same as JSON on stdout, never a traceback."""
    done = lesion_lab(home, *arguments, "--json")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    value = json.loads(done.stdout)
    assert named in value["error"]
    assert value["hint"]
    assert value["error"] in done.stderr


def test_help_names_every_command(home: Path) -> None:
    """`--help` lists the commands and the notice without loading anything heavy."""
    done = lesion_lab(home, "--help")
    assert done.returncode == 0
    for words in ("train", "evaluate", "predict", "demo", "Not a medical device"):
        assert words in done.stdout
