"""The choice of the split: what is shown is what the training is asked for."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.split_choice import SplitChoice


@pytest.fixture
def choice(qtbot: QtBot) -> SplitChoice:
    choice = SplitChoice()
    qtbot.addWidget(choice)
    choice.show()
    return choice


def choose(choice: SplitChoice, name: str) -> None:
    index = choice.choice.findData(name)
    choice.choice.setCurrentIndex(index)
    choice.choice.activated.emit(index)


def test_it_starts_safe(choice: SplitChoice) -> None:
    """The data's own split or one by lesion, and no leak allowed."""
    assert (choice.value, choice.allows_leaking) == ("auto", False)
    assert "otherwise 70/15/15 by lesion" in choice.hint.text()


def test_a_new_split_cannot_leak(qtbot: QtBot, choice: SplitChoice) -> None:
    """The permission is neither offered nor passed on."""
    choice.leaking.setChecked(True)
    assert choice.allows_leaking
    with qtbot.waitSignal(choice.changed):
        choose(choice, "new")
    assert (choice.value, choice.allows_leaking) == ("new", False)
    assert not choice.leaking.isEnabled()


def test_a_table_of_mine(qtbot: QtBot, choice: SplitChoice, tmp_path: Path) -> None:
    """Its path is the value, and its name and what it must look like stand below."""
    choose(choice, "file")
    assert choice.dialog is not None
    with qtbot.waitSignal(choice.changed):
        choice.dialog.fileSelected.emit(str(tmp_path / "mine.csv"))
    assert choice.value == str(tmp_path / "mine.csv")
    assert "mine.csv" in choice.hint.text()
    assert "image_id and part" in choice.hint.text()


def test_no_table_chosen_leaves_the_choice_as_it_was(choice: SplitChoice) -> None:
    """Not a choice without a file."""
    choose(choice, "new")
    choose(choice, "file")
    assert choice.dialog is not None
    choice.dialog.rejected.emit()
    assert choice.value == "new"
