"""Answers as HTML: what may be shown is shown, what was refused is not, and no name is obeyed."""

import io
from dataclasses import replace
from pathlib import Path

from PIL import Image

from engine.labels import CODES, NOTICE
from engine.prediction_results import Explanation, GateVerdict, HeatMap
from engine.web.answers import show_answer, show_error, show_heat_map, show_table
from tests.desktop.samples import prediction

REFUSED = GateVerdict(passed=False, reasons=("The image is blurred.",))


def test_a_refused_image_has_no_bars_until_asked_for() -> None:
    """Only the reasons; and shown anyway it is marked."""
    refused = replace(prediction(Path("a.jpg")), gate=REFUSED)
    page = show_answer(refused)
    assert "The image is blurred." in page
    assert "ll-bar" not in page
    anyway = show_answer(replace(refused, shown_anyway=True))
    assert "ll-bar" in anyway
    assert "The image is blurred." in anyway


def test_names_are_escaped() -> None:
    """A file may be called anything."""
    page = show_table([prediction(Path("<script>alert(1)<"))])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>" not in show_error("<b>", "<b>")


def test_the_table_says_the_notice_once() -> None:
    """However many images it holds."""
    page = show_table([prediction(Path("a.jpg")), replace(prediction(Path("a.jpg")), gate=REFUSED)])
    assert page.count(NOTICE) == 1


def test_without_a_lesion_nothing_is_said_to_be_hidden() -> None:
    """A sentence stands in its place; each class has its layer, one is shown."""
    grey = io.BytesIO()
    Image.new("L", (8, 6), 100).save(grey, "PNG")
    explanation = Explanation(
        path=Path("a.jpg"),
        maps=tuple(HeatMap(code=code, png=grey.getvalue()) for code in CODES),
        hidden_image=b"",
        hidden_share=None,
        hidden_probabilities=(),
    )
    page = show_heat_map(grey.getvalue(), explanation, "mel")
    assert "No lesion stands out" in page
    assert page.count('class="ll-layer"') == 7
    assert page.count(" hidden src=") == 6
