"""The saved list of answered images."""

import csv
from pathlib import Path

import pytest

from engine.answers_file import save_answers
from engine.errors import DiskError
from engine.labels import DEMO_NOTICE, NOTICE
from engine.wording import LEAKING_SPLIT
from tests.desktop.made_up_answers import answer


def saved(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_image_is_a_row(tmp_path: Path) -> None:
    """In the given order; what the table does not tell stays empty; no id is a formula in a spreadsheet."""
    images = [answer(2, age=None, path=None), answer(1, image_id="=1+1", probability=0.25)]
    save_answers(images, tmp_path / "list.csv", is_demo=False, leaking_split=False)
    first, second = saved(tmp_path / "list.csv")
    assert (first["image_id"], first["age"], first["path"]) == ("ISIC_0000002", "", "")
    assert (second["image_id"], second["probability"], second["dx"]) == ("'=1+1", "0.250000", "mel")


def test_rows_carry_the_marks(tmp_path: Path) -> None:
    """Research only; and what the figures are not worth, where that is so."""
    save_answers([answer(1)], tmp_path / "list.csv", is_demo=True, leaking_split=True)
    assert saved(tmp_path / "list.csv")[0]["notice"] == f"{LEAKING_SPLIT} {DEMO_NOTICE} {NOTICE}"


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    """No half of a list, and a reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError):
        save_answers([answer(1)], tmp_path / "file" / "list.csv", is_demo=False, leaking_split=False)
