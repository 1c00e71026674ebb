"""The list of answered images."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.widgets.prediction_list import Answer, PredictionList
from engine.prediction_results import Prediction
from tests.desktop.samples import prediction, refusal


def answer(one: Prediction) -> Answer:
    return Answer(one, Path("model.safetensors"), "resnet18")


@pytest.fixture
def answers(qtbot: QtBot) -> PredictionList:
    widget = PredictionList()
    qtbot.addWidget(widget)
    widget.resize(240, 400)
    widget.show()
    return widget


def test_first_answer_is_selected(answers: PredictionList, qtbot: QtBot) -> None:
    """The first answer is shown at once; later ones leave the user's choice alone."""
    with qtbot.waitSignal(answers.answer_selected) as told:
        answers.add([answer(prediction(Path("a.jpg")))])
    assert told.args[0].prediction.path == Path("a.jpg")
    answers.add([answer(prediction(Path("b.jpg")))])
    assert answers.selected is not None
    assert answers.selected.prediction.path == Path("a.jpg")


def test_rows_say_the_answer_or_the_reason(answers: PredictionList) -> None:
    """A row has the file's name and, for everyone, the answer or why there is none."""
    answers.add([answer(prediction(Path("a.jpg"), "mel", 0.64)), answer(refusal(Path("page.png")))])
    texts = [
        answers.answers.index(row).data(role)
        for row in (0, 1)
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    ]
    assert texts == [
        "a.jpg",
        "a.jpg: Melanoma 0.64",
        "page.png",
        "page.png: page.png is not a JPEG or PNG image.",
    ]


def test_arrow_keys_walk_through_the_images(answers: PredictionList, qtbot: QtBot) -> None:
    """The keyboard selects the next image."""
    answers.add([answer(prediction(Path(f"{number}.jpg"))) for number in range(3)])
    answers.setFocus()
    with qtbot.waitSignal(answers.answer_selected) as told:
        qtbot.keyClick(answers, Qt.Key.Key_Down)
    assert told.args[0].prediction.path == Path("1.jpg")


def test_image_asked_again_keeps_its_row(answers: PredictionList, qtbot: QtBot) -> None:
    """A second answer about an image replaces the first, in its place, and is told if it is the selected one."""
    answers.add([answer(prediction(Path("a.jpg"), "nv")), answer(prediction(Path("b.jpg"), "nv"))])
    with qtbot.waitSignal(answers.answer_selected) as told:
        answers.add([answer(prediction(Path("a.jpg"), "mel"))])
    assert told.args[0].prediction.code == "mel"
    assert [one.prediction.code for one in answers.answers.answers] == ["mel", "nv"]


def test_clear_forgets_everything(answers: PredictionList, qtbot: QtBot) -> None:
    """After clearing, nothing is selected and a new first answer is selected again."""
    answers.add([answer(prediction(Path("a.jpg")))])
    with qtbot.waitSignal(answers.answer_selected) as told:
        answers.clear()
    assert told.args == [None]
    answers.add([answer(prediction(Path("c.jpg")))])
    assert answers.selected is not None
    assert answers.selected.prediction.path == Path("c.jpg")


def test_hundreds_of_images_stay_fluid(answers: PredictionList) -> None:
    """Two thousand answers arrive in small chunks, each redrawn at once, without holding up the window."""
    one = prediction(Path("a.jpg"))
    chunks = [[answer(replace(one, path=Path(f"{chunk}-{n}.jpg"))) for n in range(10)] for chunk in range(200)]
    started = time.process_time()
    for chunk in chunks:
        answers.add(chunk)
        answers.viewport().repaint()
    assert answers.answers.rowCount() == 2000
    assert time.process_time() - started < 4  # 20 ms of work for a chunk; about 7 are needed
