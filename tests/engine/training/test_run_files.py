"""What a training writes besides its model."""

from dataclasses import replace
from pathlib import Path

from engine.config import TrainingConfig
from engine.labels import CODES
from engine.results import EpochRecord
from engine.runs import read_history
from engine.training.material import Material
from engine.training.run_files import _name_licence, _without_folders, write_history


def test_a_history_comes_back_to_the_last_digit(tmp_path: Path) -> None:
    """Every figure is read as it was, an absent class as None; the header names the classes."""
    record = EpochRecord(
        epoch=1,
        train_loss=1 / 3,
        val_loss=2 / 3,
        train_balanced_accuracy=0.1,
        val_balanced_accuracy=1 / 7,
        val_recall=(1 / 3, None, 0.0, 1.0, 0.5, 2 / 3, None),
        learning_rate=1e-3 / 7,
        seconds=12.345,
    )
    records = (record, replace(record, epoch=2))
    write_history(tmp_path / "history.csv", records)
    assert read_history(tmp_path / "history.csv") == records
    header = (tmp_path / "history.csv").read_text().splitlines()[0]
    assert [f"val_recall_{code}" in header for code in CODES] == [True] * 7


def test_a_card_tells_no_folders() -> None:
    """Of data, runs and a file of weights only the last name is handed on; named weights stay as they are."""
    config = TrainingConfig(data=Path("/home/jane/data"), out=Path("/home/jane/runs"), weights="/home/jane/w.pth")
    bare = _without_folders(config)
    assert "jane" not in repr(bare)
    assert (bare.data, bare.out, bare.weights) == (Path("data"), Path("runs"), "w.pth")
    assert _without_folders(replace(config, weights="download")).weights == "download"


def test_a_card_claims_no_licence_that_is_not_known() -> None:
    """HAM10000's for its images, none for other people's."""
    material = object.__new__(Material)
    for is_demo, is_ham10000, words in (
        (True, False, "drawn by the program"),
        (False, True, "CC BY-NC 4.0"),
        (False, False, "does not know"),
    ):
        vars(material).update(is_demo=is_demo, is_ham10000=is_ham10000)
        assert words in _name_licence(material)
