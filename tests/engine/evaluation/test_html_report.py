"""Tests of the HTML report: engine.evaluation.html_report and the rooms that it is made of."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine import comparison_wording, metric_wording
from engine.config import TrainingConfig
from engine.evaluation.html_report import make_report
from engine.evaluation_results import Evaluation, ExternalData
from engine.evaluation_wording import LEAK_WARNING, TRAINING_UNKNOWN
from engine.labels import CODES, DEMO_NOTICE, LIMITS, NOTICE
from engine.wording import LEAKING_SPLIT, name_class
from tests.engine.evaluation.samples import evaluation, evaluation_of_few
from tests.engine.evaluation.untrained_run import CARD

_PNG = b"\x89PNG\r\n\x1a\n"
_FIGURES = dict.fromkeys(("roc.png", "precision_recall.png", "reliability.png", "training_curves.png"), _PNG)
_ORIGIN = {
    "created": "2026-11-23T10:15:00",
    "model_sha256": "c0ffee",
    "data_fingerprint": "da7a",
    "versions": {"torch": "2.14.1"},
}
_EXTERNAL = ExternalData(
    name="clinic",
    layout="folders named by class",
    data_fingerprint="fee1",
    n_images=130,
    n_met=10,
    n_sealed=0,
    is_training_known=True,
    n_without_lesion=0,
)
_VOID = {"meta", "img", "br", "link"}


class _Reader(HTMLParser):
    """What a page holds: its text, its tags, and whether each that opens is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.tables: list[list[int]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append(0)
        if tag in ("td", "th"):
            self.tables[-1][-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def _report(shown: Evaluation, card: object = CARD) -> str:
    return make_report(shown, card, _ORIGIN, _FIGURES)  # type: ignore[arg-type]


@pytest.mark.parametrize("shown", [evaluation(), evaluation_of_few()], ids=["all classes", "few"])
def test_the_page_is_whole_and_needs_no_network(shown: Evaluation) -> None:
    """Every tag closes in order, every row of a table is as long as its head, and nothing is loaded from anywhere."""
    page = _report(shown)
    reader = _Reader(page)
    assert page.startswith("<!DOCTYPE html>")
    assert reader.open == []
    assert len(reader.tables) >= 6
    assert all(len(set(rows)) == 1 for rows in reader.tables)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script|<link|<iframe", page, re.IGNORECASE)
    sources = [value for _, name, value in reader.attributes if name in ("src", "href", "data", "action")]
    assert len(sources) == len(_FIGURES)
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in reader.attributes
    assert "nan" not in re.findall(r"[a-z]+", reader.text)


def test_the_page_says_what_a_sceptic_asks_for() -> None:
    """Notice, limits, split, data, licence, openings, versions, settings, and what one split can show."""
    training = TrainingConfig(data=Path("ham"), out=Path("runs"), epochs=30, seed=7)
    card = replace(CARD, training=training, data_licence="CC BY-NC 4.0 (HAM10000, doi:10.7910/DVN/DBW86T)")
    shown = replace(evaluation(), part="test", test_openings=3)
    text = _Reader(_report(shown, card)).text
    for words in (
        NOTICE,
        LIMITS,
        shown.split_sha256,
        "da7a",
        "c0ffee",
        "CC BY-NC 4.0",
        "Tschandl",
        "was opened 3 times",
        "torch 2.14.1",
        "at most 30 epochs",
        "7: decides split",
        comparison_wording.ONE_SPLIT,
        "95 % interval 0.54 to 0.63, by image",
        "always saying “Melanocytic nevus” would reach 0.67",
        "2,000 times (a bootstrap)",
    ):
        assert words in text, words


def test_every_figure_stands_there_with_its_interval_and_its_sentence() -> None:
    """All figures of each class by image and by lesion, each explained; slices too few are marked."""
    shown = evaluation()
    text = _Reader(_report(shown)).text
    for scores in (shown.by_image, shown.by_lesion):
        for score in scores.classes:
            for name in metric_wording.COLUMNS:
                figure = getattr(score, name)
                assert f"{figure.low:.2f} to {figure.high:.2f}" in text
    for title, meaning in (*metric_wording.METRICS.values(), *metric_wording.COLUMNS.values()):
        assert title in text
        assert meaning in text
    assert all(name_class(code) in text for code in CODES)
    assert "91 54 %" in text  # the cell of melanomas that were named so
    assert "unknown, too few to tell" in text


def test_the_operating_point_is_told_in_words() -> None:
    """How many are found and missed among lesions, and what that means for people at several prevalences."""
    shown = evaluation()
    text = _Reader(_report(shown)).text
    assert "at 5 % prevalence" in text
    assert "at 20 % prevalence" in text
    assert "needlessly alarmed" in text
    group = replace(shown.by_lesion.group, threshold=None, at_threshold=None)
    without = replace(shown, by_lesion=replace(shown.by_lesion, group=group))
    assert "This model has no operating point." in _Reader(_report(without)).text


@pytest.mark.parametrize(
    ("shown", "mark"),
    [
        (replace(evaluation(), leaking_split=True), LEAKING_SPLIT),
        (replace(evaluation(), is_demo=True), DEMO_NOTICE),
        (replace(evaluation(), leak_suspected=True), LEAK_WARNING),
        (
            replace(evaluation(), part="external", external=replace(_EXTERNAL, is_training_known=False)),
            TRAINING_UNKNOWN,
        ),
    ],
    ids=["leaking split", "demo", "suspected", "unknown training"],
)
def test_marks_stand_above_every_number(shown: Evaluation, mark: str) -> None:
    """Whoever reads the first figure has read the mark."""
    text = _Reader(_report(shown)).text
    assert mark in text[: text.index("Balanced accuracy 0.58")]
    assert mark not in _Reader(_report(evaluation())).text


def test_external_data_is_called_so() -> None:
    """Which data, how many images were left out, and no word of a sealed test part."""
    text = _Reader(_report(replace(evaluation(), part="external", external=_EXTERNAL))).text
    assert "on external data clinic" in text
    assert "10 of 130 images were left out" in text
    assert "fee1" in text
    assert "overlap.csv" in text
    assert "was never opened" not in text


def test_what_cannot_be_computed_is_a_dash_with_its_reason() -> None:
    """An absent class has no figure, never 0, and the page says why."""
    page = _report(evaluation_of_few())
    assert f"There is no image of {name_class('df')}: balanced accuracy is the mean over the other 6 classes." in page
    assert "There is no image of “Dermatofibroma” in this part." in page
    assert _Reader(page).text.count("\N{EN DASH}") > 5


def test_names_of_strangers_are_only_text() -> None:
    """A model or a folder called like a piece of HTML stays a name."""
    evil = '<script>alert("1")</script><img src=x onerror=alert(1)>'
    card = replace(CARD, name=evil, data_licence=evil, weights=evil)
    shown = replace(evaluation(), part="external", external=replace(_EXTERNAL, name=evil, layout=evil))
    page = _report(shown, card)
    assert "<script" not in page
    assert "onerror=alert(1)>" not in page
    assert evil in _Reader(page).text


def test_without_its_model_the_page_still_says_what_is_known() -> None:
    """The file of the model is gone: figures, split and notice remain."""
    text = _Reader(_report(evaluation(), None)).text
    assert evaluation().split_sha256 in text
    assert NOTICE in text
