"""engine/data_commands.py, through the command line."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from engine import cli
from engine.data import demo
from engine.data.split import read_split


@pytest.fixture(scope="module")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo data set; for reading only."""
    return demo.create(tmp_path_factory.mktemp("data") / "demo")


def test_inspect_prints_one_json_value(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Images, lesions, classes, counts and findings, for machines."""
    assert cli.main(["inspect", str(demo_data), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["n_images"] == value["n_rows"] == sum(one["n_images"] for one in value["classes"])
    assert value["n_lesions"] == sum(one["n_lesions"] for one in value["classes"])
    assert value["findings"] == []
    assert {one["value"] for one in value["counts"]["sexes"]} == {"female", "male"}


def test_inspect_names_every_fault(demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three deleted and two cut images: all five are named, in the text and in the file."""
    folder = shutil.copytree(demo_data, tmp_path / "demo")
    images = sorted(folder.rglob("*.jpg"))
    for path in images[:3]:
        path.unlink()
    for path in images[3:5]:
        path.write_bytes(path.read_bytes()[:2000])
    file = tmp_path / "findings.csv"
    assert cli.main(["inspect", str(folder), "--findings", str(file)]) == 0
    text = capsys.readouterr().out
    with file.open(encoding="utf-8-sig", newline="") as opened:
        saved = [(row["kind"], row["subject"]) for row in csv.DictReader(opened)]
    wanted = [("missing", path.stem) for path in images[:3]] + [("cut", path.stem) for path in images[3:5]]
    assert saved == wanted
    assert all(path.stem in text for path in images[:5])
    assert "Missing images: 3" in text


def test_split_writes_a_split(demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that a training reads, the same for the same seed."""
    file = tmp_path / "split.csv"
    assert cli.main(["split", str(demo_data), "--out", str(file), "--seed", "3", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    split = read_split(file)
    assert split["part"].value_counts().to_dict() == value["parts"]
    assert cli.main(["split", str(demo_data), "--out", str(file), "--seed", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == value["sha256"]


def test_split_writes_folds(demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each image once in a test part."""
    assert cli.main(["split", str(demo_data), "--out", str(tmp_path / "folds.csv"), "--folds", "4"]) == 0
    assert "4 folds" in capsys.readouterr().out
    split = read_split(tmp_path / "folds.csv")
    assert sorted(split["fold"].unique()) == [0, 1, 2, 3]
    assert not split.loc[split["part"] == "test", "image_id"].duplicated().any()


def test_a_wrong_folder_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, a sentence and a hint."""
    assert cli.main(["split", str(tmp_path), "--out", str(tmp_path / "split.csv")]) == 2
    error = capsys.readouterr().err
    assert "holds no data set that this program knows" in error
    assert "Traceback" not in error
