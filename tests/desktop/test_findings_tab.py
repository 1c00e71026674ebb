"""Findings to read and to save."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.findings_tab import FindingsTab
from engine.errors import DiskError
from tests.desktop.datasets import missing, unlisted


@pytest.fixture
def tab(qtbot: QtBot) -> FindingsTab:
    tab = FindingsTab()
    qtbot.addWidget(tab)
    tab.show()
    return tab


def test_nothing_found_is_a_sentence(tab: FindingsTab) -> None:
    """And there is nothing to save."""
    tab.show_findings(())
    assert tab.nothing_found.isVisible()
    assert not tab.save_button.isVisible()
    tab.show_findings([missing(1)])
    assert not tab.nothing_found.isVisible()
    assert tab.title.text() == "1 finding"


def test_the_list_is_saved_where_the_user_says(tab: FindingsTab, tmp_path: Path) -> None:
    """All findings, not only the open groups."""
    tab.show_findings([missing(1), unlisted("a.jpg")])
    tab.save_button.click()
    assert tab.dialog is not None
    tab.dialog.fileSelected.emit(str(tmp_path / "list.csv"))
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "ISIC_0000001" in lines[1]


def test_a_disk_that_refuses_is_an_error_of_the_page(qtbot: QtBot, tab: FindingsTab, tmp_path: Path) -> None:
    """With its sentence and hint."""
    (tmp_path / "file").write_text("")
    tab.show_findings([missing(1)])
    tab.save_button.click()
    assert tab.dialog is not None
    with qtbot.waitSignal(tab.failed) as failed:
        tab.dialog.fileSelected.emit(str(tmp_path / "file" / "list.csv"))
    assert isinstance(failed.args[0], DiskError)
