"""The list of findings: grouped, whole, and quick."""

import time

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.widgets.findings_view import FindingsModel, FindingsView
from tests.desktop.datasets import missing, unlisted


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    """Qt's own tester finds nothing wrong, empty and filled."""
    model = FindingsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_findings([missing(1), unlisted("a.jpg"), missing(2)])
    model.set_findings([])
    model.set_findings([unlisted("a.jpg")])
    assert tester.model() is model


def test_warnings_come_first_each_kind_with_its_count(qtbot: QtBot) -> None:
    """A kind that this version has no title for is shown under its own name."""
    model = FindingsModel()
    model.set_findings([unlisted("a.jpg"), missing(1), missing(2)])
    kinds = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert kinds == ["Missing images: 2", "Images that are not in the table: 1"]
    group = model.index(0, 0)
    assert [model.index(row, 0, group).data() for row in range(model.rowCount(group))] == [
        "ISIC_0000001",
        "ISIC_0000002",
    ]
    assert model.index(0, 1, group).data() == "There is no image of this name. The row is left out."
    assert model.rowCount(model.index(0, 0, group)) == 0
    assert model.parent(model.index(1, 0, group)) == group
    assert model.parent(group) == QModelIndex()


def test_ten_thousand_findings_do_not_stall(qtbot: QtBot) -> None:
    """Showing, opening and jumping to the end takes less than a blink each."""
    view = FindingsView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    findings = [missing(number) for number in range(10_000)]
    started = time.perf_counter()
    view.set_findings(findings)
    view.expandAll()
    view.scrollToBottom()
    view.grab()
    assert time.perf_counter() - started < 0.5
    assert view.model().index(9_999, 0, view.model().index(0, 0)).data() == "ISIC_0009999"


def test_names_can_be_copied(qtbot: QtBot) -> None:
    """Ctrl+C takes the selected rows as lines of text."""
    view = FindingsView()
    qtbot.addWidget(view)
    view.show()
    view.set_findings([missing(1), missing(2)])
    view.expandAll()
    view.selectAll()
    view.setFocus()
    view.activateWindow()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Missing images: 2", "ISIC_0000001", "ISIC_0000002"]


def test_a_finding_can_be_opened_and_a_kind_cannot(qtbot: QtBot) -> None:
    """What it is about is told, so that its image can be shown."""
    view = FindingsView()
    qtbot.addWidget(view)
    view.set_findings([missing(1), missing(2)])
    told: list[str] = []
    view.subject_chosen.connect(told.append)
    kind = view.model().index(0, 0)
    view.activated.emit(kind)
    view.activated.emit(view.model().index(1, 1, kind))
    assert told == ["ISIC_0000002"]
