"""The list of answered images."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.widgets.prediction_filter_bar import PredictionFilterBar
from desktop.widgets.prediction_list import PredictionList
from desktop.widgets.prediction_model import Answer
from engine.prediction_results import GateVerdict, Prediction
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


def names(answers: PredictionList) -> list[str]:
    return [one.prediction.path.name for one in answers.shown]


@pytest.fixture
def mixed(answers: PredictionList) -> PredictionList:
    """A nevus, an unreadable file, a refused image, a melanoma."""
    gate = GateVerdict(passed=False, reasons=("The image is blurred.",))
    answers.add(
        [
            answer(prediction(Path("d_nevus.jpg"), "nv", 0.7, group_probability=0.2)),
            answer(refusal(Path("a_page.png"))),
            answer(prediction(Path("c_blurred.jpg"), "mel", 0.9, gate=gate)),
            answer(prediction(Path("b_melanoma.jpg"), "mel", 0.6, group_probability=0.8)),
        ]
    )
    return answers


def test_rows_can_be_put_in_order(mixed: PredictionList) -> None:
    """By probability, group or name; what has no answer comes last; back in the order it came."""
    given = ["d_nevus.jpg", "a_page.png", "c_blurred.jpg", "b_melanoma.jpg"]
    assert names(mixed) == given
    mixed.rows.set_order("probability")
    assert names(mixed) == ["d_nevus.jpg", "b_melanoma.jpg", "c_blurred.jpg", "a_page.png"]
    mixed.rows.set_order("group")
    assert names(mixed) == ["b_melanoma.jpg", "d_nevus.jpg", "c_blurred.jpg", "a_page.png"]
    mixed.rows.set_order("name")
    assert names(mixed) == sorted(given)
    mixed.rows.set_order("given")
    assert names(mixed) == given
    assert mixed.selected is not None
    assert mixed.selected.prediction.path.name == "d_nevus.jpg"


def test_rows_can_be_left_out(mixed: PredictionList) -> None:
    """By class, refused, errors and name; a refused image counts for no class; the cursor stays on what is shown."""
    expected = {"mel": ["b_melanoma.jpg"], "refused": ["c_blurred.jpg"], "errors": ["a_page.png"], "df": []}
    for kind, shown in expected.items():
        mixed.rows.set_kind(kind)
        assert names(mixed) == shown
    assert mixed.selected is None
    mixed.rows.set_kind("all")
    mixed.rows.set_text("MELA")
    assert names(mixed) == ["b_melanoma.jpg"]
    assert mixed.selected is not None
    assert mixed.selected.prediction.path.name == "b_melanoma.jpg"
    assert len(mixed.answers.answers) == 4


def test_controls_set_order_and_filter(mixed: PredictionList, qtbot: QtBot) -> None:
    """What is chosen over the list holds, and reset shows everything as it came."""
    bar = PredictionFilterBar(mixed.rows)
    qtbot.addWidget(bar)
    bar.order_choice.setCurrentText("Name")
    bar.kind_choice.setCurrentText("Errors")
    assert names(mixed) == ["a_page.png"]
    bar.kind_choice.setCurrentText("All")
    qtbot.keyClicks(bar.find_field, "jpg")
    assert names(mixed) == ["b_melanoma.jpg", "c_blurred.jpg", "d_nevus.jpg"]
    bar.reset()
    assert names(mixed)[0] == "d_nevus.jpg"
    assert len(names(mixed)) == 4


def test_delete_takes_the_chosen_rows_out(mixed: PredictionList, qtbot: QtBot) -> None:
    """In the order that is shown; the cursor goes on to the next, and a removed image can be added anew."""
    mixed.rows.set_order("name")
    mixed.select(1)
    qtbot.keyClick(mixed, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [one.prediction.path.name for one in mixed.chosen] == ["b_melanoma.jpg", "c_blurred.jpg"]
    qtbot.keyClick(mixed, Qt.Key.Key_Delete)
    assert names(mixed) == ["a_page.png", "d_nevus.jpg"]
    assert mixed.selected is not None
    assert mixed.selected.prediction.path.name == "d_nevus.jpg"
    mixed.add([answer(prediction(Path("b_melanoma.jpg"), "mel"))])
    assert len(mixed.answers.answers) == 3
    mixed.add([answer(prediction(Path("d_nevus.jpg"), "bkl"))])
    assert len(mixed.answers.answers) == 3
    with qtbot.waitSignal(mixed.answer_selected) as told:
        mixed.selectAll()
        qtbot.keyClick(mixed, Qt.Key.Key_Delete)
    assert told.args == [None]
    assert mixed.selected is None


def test_copy_is_asked_for(mixed: PredictionList, qtbot: QtBot) -> None:
    """Ctrl+C on the list."""
    with qtbot.waitSignal(mixed.copy_requested):
        qtbot.keyClick(mixed, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_cursor_stays_in_sight_in_another_order(answers: PredictionList) -> None:
    """The image that was last is first by name: the list goes up with it."""
    answers.add([answer(prediction(Path(f"{99 - number}.jpg"))) for number in range(80)])
    answers.select(79)
    answers.rows.set_order("name")
    assert answers.currentIndex().row() == 0
    assert answers.viewport().rect().intersects(answers.visualRect(answers.currentIndex()))
