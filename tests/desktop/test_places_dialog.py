"""Where things are kept: said, and moved from the next start on."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.places_dialog import PlacesDialog
from engine import home_choice, places


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlacesDialog:
    """Without a home from outside, beside a choice that is not the user's."""
    monkeypatch.delenv("LESION_LAB_HOME")
    monkeypatch.setattr(home_choice, "choice_file", lambda: tmp_path / "settings" / "home.json")
    dialog = PlacesDialog()
    qtbot.addWidget(dialog)
    return dialog


def test_every_place_is_said(dialog: PlacesDialog) -> None:
    """Runs, cache and logs, as they are now."""
    for place in (places.home_dir(), places.cache_dir(), places.log_dir()):
        assert str(place) in dialog.words.text()
    assert not dialog.standard_button.isVisibleTo(dialog)


def test_another_folder_holds_from_the_next_start_on(dialog: PlacesDialog, tmp_path: Path) -> None:
    """Now nothing changes and nothing is moved; then it can be taken back."""
    before = places.home_dir()
    dialog.choose_button.click()
    assert dialog.dialog is not None
    dialog.dialog.fileSelected.emit(str(tmp_path / "disk"))
    dialog.dialog.close()
    assert home_choice.chosen() == tmp_path / "disk"
    assert places.home_dir() == before
    assert f"From the next start on everything is kept in {tmp_path / 'disk'}" in dialog.next_words.text()
    assert "Nothing is moved" in dialog.next_words.text()
    dialog.standard_button.click()
    assert home_choice.chosen() is None
    assert "can be kept in another folder" in dialog.next_words.text()


def test_a_folder_that_cannot_be_written_is_refused(dialog: PlacesDialog, tmp_path: Path) -> None:
    """Before the next start would fail."""
    (tmp_path / "file").write_text("in the way")
    dialog._on_folder_chosen(str(tmp_path / "file"))
    assert "cannot keep anything" in dialog.error_panel.sentence
    assert home_choice.chosen() is None


def test_a_home_from_outside_is_named(dialog: PlacesDialog, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen would not hold; the dialog does not promise it."""
    monkeypatch.setenv("LESION_LAB_HOME", str(home))
    dialog._show()
    assert "LESION_LAB_HOME" in dialog.next_words.text()
