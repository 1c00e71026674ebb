"""Whether the probabilities of a model can be taken at their word: the reliability diagram and what it comes to."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.answer_choice import Question, of_bin
from desktop.widgets.reliability_diagram import ReliabilityDiagram, describe_bin
from desktop.widgets.section import make_label, make_readable
from engine import comparison_wording
from engine.evaluation_results import Calibration, Interval, Reliability
from engine.labels import GROUP_NAME
from engine.wording import name_percent

_QUESTIONS: dict[Question, str] = {"group": GROUP_NAME, "top": "Most probable class"}
_LEGEND = (
    "● after temperature, with 95 % interval\n"
    "□ before temperature\n"
    "- - where said and observed agree\n"
    "Grey bars: how many images each step has."
)
_FITS = 0.05
"""Prevalences that lie so close need no word of warning."""
_HOW = (
    "A model whose probabilities can be taken at their word lies on the diagonal: of all images for which it said 0.3, "
    "3 in 10 are so. Below the diagonal it said too much, above it too little."
)
_NO_DOT = "Choose a dot to see its images. The arrow keys go from dot to dot, Enter opens one."


class CalibrationView(QWidget):
    """The diagram at the left, its words at the right."""

    images_asked = Signal(object)
    """An `AnswerChoice`: the images behind a dot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calibration: Calibration | None = None
        self.buttons = {question: QRadioButton(words) for question, words in _QUESTIONS.items()}
        self.buttons["group"].setToolTip("Whether the probability of the group can be taken at its word.")
        self.buttons["top"].setToolTip("Whether the probability of the class that is named can be taken at its word.")
        self.diagram = ReliabilityDiagram()
        self.meaning, self.errors = make_readable(make_label()), make_readable(make_label())
        self._how, self._legend = make_label("small", _HOW), make_label("small", _LEGEND)
        self.sentence = make_label("", _NO_DOT)
        self._lay_out()
        self.diagram.bin_reached.connect(self._on_bin_reached)
        self.diagram.bin_chosen.connect(self._on_bin_chosen)

    @property
    def question(self) -> Question:
        """Whose probability is looked at."""
        return "group" if self.buttons["group"].isChecked() else "top"

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return (*self.buttons.values(), self.diagram)

    def show_calibration(self, calibration: Calibration) -> None:
        """Show `calibration` in place of another."""
        self._calibration = calibration
        fits = abs(calibration.part_prevalence - calibration.prevalence) <= _FITS
        self.meaning.setText(comparison_wording.describe_calibration(calibration))
        self.meaning.setVisible(not fits)
        self._show_question()

    def _pair(self, calibration: Calibration) -> tuple[Reliability, Reliability]:
        if self.question == "group":
            return calibration.group_before, calibration.group_after
        return calibration.top_before, calibration.top_after

    @Slot()
    def _show_question(self) -> None:
        if self._calibration is None:
            return
        before, after = self._pair(self._calibration)
        self.diagram.show_reliability(before, after, _QUESTIONS[self.question].lower())
        self.errors.setText(
            f"Calibration error (ECE), the mean gap between said and observed over {len(after.bins)} steps: "
            f"{_name(after.ece)} after temperature {self._calibration.temperature:.2f}, {_name(before.ece)} before, "
            f"where {name_percent(self._calibration.prevalence)} are {GROUP_NAME.lower()}."
        )
        self.sentence.setText(_NO_DOT)

    @Slot(int)
    def _on_bin_reached(self, number: int) -> None:
        if self._calibration is not None:
            self.sentence.setText(describe_bin(self._pair(self._calibration)[1].bins[number]))

    @Slot(int)
    def _on_bin_chosen(self, number: int) -> None:
        if self._calibration is not None:
            self.images_asked.emit(of_bin(self.question, self._pair(self._calibration)[1].bins[number]))

    def _lay_out(self) -> None:
        self.buttons["group"].setChecked(True)
        group = QButtonGroup(self)
        for button in self.buttons.values():
            group.addButton(button)
            button.toggled.connect(self._show_question)
        switch = QHBoxLayout()
        switch.setSpacing(GAP)
        switch.addWidget(QLabel("Probability of"))
        for button in self.buttons.values():
            switch.addWidget(button)
        switch.addStretch()
        self.sentence.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2 * GAP)
        words.addSpacing(GAP)
        for label in (self.errors, self.meaning, self._legend, self.sentence, self._how):
            words.addWidget(label)
        words.addStretch()
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(self.diagram, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(switch)
        column.addLayout(row)


def _name(ece: Interval | None) -> str:
    if ece is None:
        return "not to be computed from so few lesions"
    return f"{100 * ece.value:.1f} points ({100 * ece.low:.1f} to {100 * ece.high:.1f})"
