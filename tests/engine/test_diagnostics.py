"""Diagnostics help to find a fault, and give nobody away."""

import getpass
import json
import platform
import zipfile
from pathlib import Path

import pytest

from engine import diagnostics, places, runs
from engine.atomic import write_json
from engine.errors import Cancelled, DiskError
from engine.events import Control

PLANTED = ("Meier", "anna", "lab-pc", "ISIC_0012345", "secret")
JPEG = b"\xff\xd8\xff\xe0 an image"


@pytest.fixture
def used_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a run, logs and settings that hold names, paths and an image."""
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    monkeypatch.setattr(platform, "node", lambda: "lab-pc")
    run = runs.RunFolder(places.runs_dir() / "2026-11-23_101500_resnet18")
    data = "/home/anna/Frau Meier/lesions"
    write_json(run.config, {"training": {"data": data, "epochs": 2, "backbone": "resnet18"}})
    run.history.write_text("epoch,train_loss\n")
    (run.path / "ISIC_0012345.jpg").write_bytes(JPEG)
    run.split.write_text("image_id,lesion_id\nISIC_0012345,secret\n")
    logs = places.log_dir()
    logs.mkdir()
    lines = (
        f"ERROR desktop: reading {data} failed",
        'File "/home/anna/Frau Meier/one.py", line 7',
        "ISIC_0012345.jpg of Anna on LAB-PC could not be read",
        f'File "{places.resources_dir().parent}/engine/runs.py", line 3',
    )
    (logs / "window.log").write_text("\n".join(lines))
    (logs / "ISIC_0012345.jpg").write_bytes(JPEG)
    (home / "window.ini").write_text(f'[General]\nlast_folder={data}\nrecent_folders="[\\"{data}\\"]"\n')
    return home


def read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_no_image_no_path_no_name(used_home: Path, tmp_path: Path) -> None:
    """Nothing that was planted in logs, settings, runs and what the window says comes out again."""
    path = diagnostics.save(tmp_path / "d.zip", {"device": "CPU of anna", "model": "/home/anna/Meier.safetensors"})
    files = read(path)
    assert sorted(files) == [
        "about.json",
        "logs/window.log",
        "runs/1/config.json",
        "runs/1/files.json",
        "runs/1/history.json",
        "settings.json",
    ]
    for name, content in files.items():
        for planted in (*PLANTED, str(used_home), str(Path.home()) + "/"):
            assert planted.lower().encode() not in content.lower(), (name, planted)
        assert JPEG not in content, name


def test_what_helps_is_there(used_home: Path, tmp_path: Path) -> None:
    """Versions, the device, which lines of the program failed, what was trained and which settings are set."""
    files = read(diagnostics.save(tmp_path / "d.zip", {"device": "RTX"}))
    about = json.loads(files["about.json"])
    assert about["libraries"]["torch"]
    assert about["device"] == "RTX"
    assert about["build"] == "from source"
    assert b"<program>/engine/runs.py" in files["logs/window.log"]
    config = json.loads(files["runs/1/config.json"])
    assert config["training"] == {"data": "<path>", "epochs": 2, "backbone": "resnet18"}
    assert json.loads(files["runs/1/files.json"])["split.csv"] > 0
    settings = json.loads(files["settings.json"])
    assert settings["last_folder"] is True
    assert settings["recent_folders"] is True


def test_an_empty_home_has_diagnostics_too(home: Path, tmp_path: Path) -> None:
    """Somebody whose program never started needs them most."""
    assert sorted(read(diagnostics.save(tmp_path / "d.zip", {}))) == ["about.json", "settings.json"]


def test_where_nothing_can_be_written_it_says_so(home: Path, tmp_path: Path) -> None:
    """And a cancelled one leaves nothing."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError):
        diagnostics.save(tmp_path / "file" / "d.zip", {})
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        diagnostics.save(tmp_path / "d.zip", {}, control=control)
    assert not (tmp_path / "d.zip").exists()
