"""The figures of a whole part, by image and by lesion."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.widgets.overall_table import OverallModel, OverallTable
from engine.evaluation_results import Evaluation
from tests.desktop.samples import evaluation

EVALUATION = evaluation(Path("run"))
TIP = Qt.ItemDataRole.ToolTipRole


def rows(model: OverallModel) -> dict[str, tuple[str, str]]:
    return {
        model.index(row, 0).data(): (model.index(row, 1).data(), model.index(row, 2).data())
        for row in range(model.rowCount())
    }


def shown(given: Evaluation) -> OverallModel:
    model = OverallModel()
    model.set_evaluation(given)
    return model


def test_each_figure_stands_by_image_and_by_lesion(qtbot: QtBot) -> None:
    """With its interval; a loss is never "too few", and says which way is better."""
    model = OverallModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_evaluation(EVALUATION)
    found = rows(model)
    assert found["Balanced accuracy"] == ("0.64\n0.60\N{EN DASH}0.68", "0.66\n0.61\N{EN DASH}0.70")
    assert found["Log loss (less is better)"][0] == "0.79\n0.70\N{EN DASH}0.90"
    assert found["Group at 0.11: sensitivity"][0].startswith("0.94\n")
    assert found["Group at 0.11: NPV"][0].startswith("0.98\n")
    assert len(found) == 11
    assert tester.model() is model


def test_what_cannot_be_computed_says_why(qtbot: QtBot) -> None:
    """A dash, and the reason in the tool tip; a figure is explained where it stands."""
    group = replace(EVALUATION.by_image.group, threshold=None, at_threshold=None, auc=None)
    level = replace(EVALUATION.by_image, group=group, log_loss=None)
    model = shown(replace(EVALUATION, by_image=level))
    names = list(rows(model))
    for name, reason in (
        ("Group without an operating point: sensitivity", "This model has no operating point."),
        ("Log loss (less is better)", "too few lesions"),
        ("AUC of the group", "does not hold both"),
    ):
        cell = model.index(names.index(name), 1)
        assert cell.data() == "\N{EN DASH}"
        assert reason in cell.data(TIP)
    assert "averaged over the classes" in model.index(0, 0).data(TIP)


def test_whole_table_is_seen_without_scrolling(qtbot: QtBot) -> None:
    """At the smallest window all rows and columns fit."""
    table = OverallTable()
    qtbot.addWidget(table)
    table.show_evaluation(EVALUATION)
    table.resize(704, table.height())
    table.show()
    assert table.verticalScrollBar().maximum() == table.horizontalScrollBar().maximum() == 0
