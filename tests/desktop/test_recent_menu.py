"""The menu of folders used before."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.widgets.recent_menu import RecentMenu


def test_each_choice_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    """Folders by their path, the others by signals of their own; the demo data only where they are offered."""
    menu = RecentMenu()
    qtbot.addWidget(menu)
    said: list[object] = []
    menu.folder_chosen.connect(said.append)
    menu.demo_chosen.connect(lambda: said.append("demo"))
    menu.download_chosen.connect(lambda: said.append("download"))
    menu.file_chosen.connect(lambda: said.append("file"))
    menu.show_choices([tmp_path / "a & b"], offers_demo=True)
    for action in menu.actions():
        if not action.isSeparator():
            action.trigger()
    assert said == [tmp_path / "a & b", "demo", "download", "file"]
    menu.show_choices([], offers_demo=False)
    assert [action.text() for action in menu.actions()] == ["Get HAM10000…", "Choose a zip archive or table…"]
