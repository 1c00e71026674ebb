"""The answer for one image in full."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.widgets.answer_view import AnswerView
from desktop.widgets.prediction_model import Answer
from engine.prediction_results import Prediction
from tests.desktop.samples import prediction, refusal

MODEL = Path("model.safetensors")


@pytest.fixture
def view(qtbot: QtBot) -> AnswerView:
    view = AnswerView()
    qtbot.addWidget(view)
    view.resize(260, 500)
    view.show()
    return view


def answer(one: Prediction) -> Answer:
    return Answer(one, MODEL, "resnet18")


def test_answer_is_never_shown_without_its_limits(view: AnswerView) -> None:
    """Equal priors under the bars, prevalence and missed lesions with the verdict, the heuristic marked as such."""
    view.show_answer(answer(prediction(Path("a.jpg"))), MODEL)
    assert view.name == "a.jpg"
    assert view.bars.lines()[0] == "Melanocytic nevus (nv) 0.81"
    assert view.words == (
        "Malignant or pre-malignant: 0.06 at 19.5 % prevalence, below this model's 95 % point; "
        "3 of 61 such lesions of the validation part were below it too.\n"
        "Top class in the group (cancerous: yes/no): no, a quick heuristic."
    )
    assert "(if every class were equally common)" in [label.text() for label in view.findChildren(QLabel)]


def test_image_of_the_training_is_marked(view: AnswerView) -> None:
    """An image that the model has learned from is marked, one of unknown origin too."""
    view.show_answer(answer(prediction(Path("a.jpg"), seen_in_training=True)), MODEL)
    assert "This image was in the model's training" in view.words
    view.show_answer(answer(prediction(Path("a.jpg"), seen_in_training=None)), MODEL)
    assert "unknown" in view.words


def test_unreadable_image_has_reason_and_hint(view: AnswerView) -> None:
    """No numbers, but why there are none and what to do."""
    view.show_answer(answer(refusal(Path("page.png"))), MODEL)
    assert view.words.startswith("page.png is not a JPEG or PNG image.\nChoose a photograph")
    assert all(line.endswith("\N{EN DASH}") for line in view.bars.lines())


def test_answer_of_another_model_says_whose_it_is(view: AnswerView) -> None:
    """After a change of model, earlier answers stay and are told apart."""
    view.show_answer(answer(prediction(Path("a.jpg"))), Path("other.safetensors"))
    assert view.words.endswith("Answered by another model: resnet18.")


def test_classes_stay_where_they_are(view: AnswerView) -> None:
    """Nothing jumps when the first answer arrives."""
    before = view.bars.geometry()
    view.show_answer(answer(prediction(Path("a.jpg"))), MODEL)
    view.layout().activate()
    assert view.bars.geometry() == before
