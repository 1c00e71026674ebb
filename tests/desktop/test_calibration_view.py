"""The reliability diagram: its dots lead to their images, and its words say what it comes to."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.widgets.answer_choice import AnswerChoice
from desktop.widgets.calibration_view import CalibrationView
from engine.evaluation_results import Calibration
from tests.desktop.made_up_answers import answer
from tests.desktop.samples import evaluation

CALIBRATION = evaluation(Path("run")).calibration
EMPTY = 7  # the step of the samples without an image


@pytest.fixture
def view(qtbot: QtBot) -> CalibrationView:
    return shown(qtbot, CALIBRATION)


def shown(qtbot: QtBot, calibration: Calibration) -> CalibrationView:
    view = CalibrationView()
    qtbot.addWidget(view)
    view.show_calibration(calibration)
    view.resize(704, 460)
    view.show()
    qtbot.waitExposed(view)
    return view


def click(view: CalibrationView, qtbot: QtBot, number: int) -> AnswerChoice:
    place = view.diagram.place_of(number)
    assert place is not None
    with qtbot.waitSignal(view.images_asked) as asked:
        qtbot.mouseClick(view.diagram, Qt.MouseButton.LeftButton, pos=place.toPoint())
    choice = asked.args[0]
    assert isinstance(choice, AnswerChoice)
    return choice


def test_a_dot_leads_to_the_images_of_its_step(view: CalibrationView, qtbot: QtBot) -> None:
    """Those whose probability of the group lies in it; on the other switch, that of the most probable class."""
    one = CALIBRATION.group_after.bins[3]
    inside = answer(1, group_probability=one.low, top_probability=0.99)
    outside = answer(2, group_probability=one.high, top_probability=one.low)
    choice = click(view, qtbot, 3)
    assert [choice.accepts(image) for image in (inside, outside)] == [True, False]
    assert "0.20 to 0.27" in choice.title
    view.buttons["top"].click()
    choice = click(view, qtbot, 3)
    assert [choice.accepts(image) for image in (inside, outside)] == [False, True]


def test_the_keyboard_goes_from_dot_to_dot(view: CalibrationView, qtbot: QtBot) -> None:
    """Each is told as a sentence; a step without an image is passed over; Enter opens one."""
    view.diagram.setFocus()
    reached = []
    for _ in range(20):
        qtbot.keyClick(view.diagram, Qt.Key.Key_Right)
        reached.append(view.diagram.current)
    assert reached == [*(n for n in range(15) if n != EMPTY), *[14] * 6]
    assert "100 images of 75 lesions: said 0.97 on average" in view.sentence.text()
    with qtbot.waitSignal(view.images_asked):
        qtbot.keyClick(view.diagram, Qt.Key.Key_Return)
    assert view.diagram.place_of(EMPTY) is None


def test_a_click_beside_the_dots_asks_for_nothing(view: CalibrationView, qtbot: QtBot) -> None:
    """An empty corner is no dot."""
    with qtbot.assertNotEmitted(view.images_asked):
        qtbot.mouseClick(view.diagram, Qt.MouseButton.LeftButton, pos=view.diagram.rect().topRight())


def test_words_say_the_error_before_and_after(qtbot: QtBot, view: CalibrationView) -> None:
    """ECE with its interval; a prevalence that does not fit is warned of; what cannot be computed is no number."""
    assert "2.5 points (1.5 to 3.5) after temperature 1.40" in view.errors.text()
    assert "10.0 points (9.0 to 11.0) before" in view.errors.text()
    assert not view.meaning.isVisible()
    foreign = replace(CALIBRATION, part_prevalence=0.5, group_after=replace(CALIBRATION.group_after, ece=None))
    other = shown(qtbot, foreign)
    assert other.meaning.isVisible()
    assert "not to be computed" in other.errors.text()


def test_before_and_after_are_both_drawn(view: CalibrationView) -> None:
    """The picture changes with either; a screen reader gets the dots as text."""
    drawn = view.diagram.grab().toImage()
    view.show_calibration(replace(CALIBRATION, group_before=CALIBRATION.group_after))
    assert view.diagram.grab().toImage() != drawn
    view.show_calibration(replace(CALIBRATION, group_after=CALIBRATION.group_before))
    assert view.diagram.grab().toImage() != drawn
    assert "said 0.97 on average" in view.diagram.accessibleDescription()
