"""Where no model is chosen: the starter model is offered where it is there, on every page that needs one."""

from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.state import AppState
from desktop.widgets.model_choice import ModelChoice
from desktop.widgets.model_offer import ModelOffer
from desktop.widgets.models_dialog import ModelsDialog
from engine import starter
from tests.desktop.samples import card
from tests.desktop.scripted_runner import ScriptedRunner


def test_the_starter_is_the_first_offer(qtbot: QtBot, starter_file: Path) -> None:
    """One click gives its file; its makers are named beside it."""
    offer = ModelOffer()
    qtbot.addWidget(offer)
    assert offer.starter_button.property("primary")
    assert not offer.train_button.property("primary")
    assert any(starter.ATTRIBUTION in label.text() for label in offer.findChildren(QLabel) if not label.isHidden())
    with qtbot.waitSignal(offer.model_chosen) as chosen:
        offer.starter_button.click()
    assert chosen.args == [starter_file]


def test_without_a_starter_it_is_not_mentioned(qtbot: QtBot) -> None:
    """Training is the first offer then."""
    offer = ModelOffer()
    qtbot.addWidget(offer)
    assert offer.starter_button.isHidden()
    assert offer.train_button.property("primary")
    shown = " ".join(label.text() for label in offer.findChildren(QLabel) if not label.isHidden())
    assert "starter" not in shown


def test_it_is_among_the_models(qtbot: QtBot, state: AppState, starter_file: Path) -> None:
    """In the menu of the models, and in the list of all of them."""
    choice = ModelChoice(state)
    qtbot.addWidget(choice)
    choice.fill_menu()
    (action,) = [one for one in choice.menu.actions() if one.text().startswith(starter.NAME)]
    with qtbot.waitSignal(choice.model_chosen) as chosen:
        action.trigger()
    assert chosen.args == [starter_file]
    state.set_model(starter_file, card())
    assert choice.words.startswith(f"{starter.NAME}: resnet18")
    dialog = ModelsDialog(state, ScriptedRunner())  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == [
        f"{starter.NAME}; comes with the program (in use)"
    ]
