"""Designs an operating point: how much sensitivity is wanted, what it costs among one's own people, and saves it."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.theme import GAP, set_role
from desktop.widgets.job_line import JobLine
from desktop.widgets.people_grid import PeopleGrid
from desktop.widgets.save_dialog import ask_where
from desktop.widgets.section import make_label, make_readable
from engine import calls
from engine.comparison_wording import describe_point, explain_curve
from engine.evaluation_results import Evaluation
from engine.labels import CLASSES, GROUP_NAME
from engine.operating_results import CurvePoint, OperatingCurve
from engine.results import OperatingPoint
from engine.wording import count, name_class

_WHAT = (
    "A threshold on a probability decides who is called. The further to the right, the fewer are missed and the more "
    "are needlessly alarmed. Thresholds are chosen on the validation part alone."
)
_WANTED = 0.95
"""Where the slider stands at first: the least sensitivity that is at least this."""
_HELP = {
    "What is to be found": "Whose probability the threshold is for: the group, or one class.",
    "Sensitivity": "Of the lesions that are to be found, the share at or above the threshold. More of it costs more "
    "false alarms.",
    "How common it is among your people": "Of a hundred people like yours, how many have it. The rarer it is, the "
    "fewer alarms are right.",
}
_FEWEST_DRAWN = 5
"""Of fewer among a hundred the words tell of more people, who are not drawn."""


class OperatingDesigner(QWidget):
    """Reads the curve when it is looked at."""

    failed = Signal(object)
    """The curve could not be read, or the point not be saved: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._curve: OperatingCurve | None = None
        self._dialog: QFileDialog | None = None
        self._folder = Path.home()
        self._reading, self._saving, self._listing = SingleJob(runner), SingleJob(runner), SingleJob(runner)
        self.target = QComboBox()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.prevalence = QDoubleSpinBox()
        self.sensitivity = QLabel()
        self.people = PeopleGrid()
        self.words, self.outcomes, self.saved = make_label("heading"), make_label(), make_label("small")
        self.save_button = QPushButton("Save beside the run")
        self.export_button = QPushButton("Save into a new model file…")
        self.job_view = JobLine(self._saving, self._reading)
        self._controls = QWidget()
        self._lay_out()
        self._connect()

    @property
    def curve(self) -> OperatingCurve | None:
        """What can be chosen from; None until it was read."""
        return self._curve

    @property
    def point(self) -> CurvePoint | None:
        """What is chosen."""
        points = self._curve.points if self._curve is not None else ()
        return points[len(points) - 1 - self.slider.value()] if points else None

    @property
    def dialog(self) -> QFileDialog | None:
        """Where the model file is to be saved, while that is asked."""
        return self._dialog

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return self.target, self.slider, self.prevalence, self.save_button, self.export_button

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Design for the run of `evaluation`; the curve is read again where the test part was opened since."""
        before = self._evaluation
        if before is not None and before.run == evaluation.run and before.test_openings >= evaluation.test_openings:
            return
        self._evaluation = evaluation
        for one in (self._reading, self._saving, self._listing):
            one.let_go()
        self._curve = None
        self.saved.setText("")
        self._show()
        if self.isVisible():
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the curve of a new run."""
        super().showEvent(event)
        if self._curve is None and self._reading.job is None:
            self._read()

    def _read(self) -> None:
        if self._evaluation is not None:
            call = calls.operating_curve(self._evaluation.run, str(self.target.currentData()))
            self._reading.start(call, "Reading the thresholds")
            self._listing.start(calls.read_operating_points(self._evaluation.run), "Reading saved thresholds")

    @Slot()
    def _show(self) -> None:
        curve, point, is_busy = self._curve, self.point, self._saving.job is not None
        self._controls.setVisible(point is not None)
        for button in (self.save_button, self.export_button):
            button.setEnabled(point is not None and not is_busy)
        if curve is None or point is None:
            self.words.setText("" if curve is None else explain_curve(curve))
            return
        prevalence = self.prevalence.value() / 100
        first, *others = describe_point(curve, point, prevalence)
        self.words.setText(first)
        self.outcomes.setText("\n".join(others))
        judged = point.test or point.validation
        expected = judged.expect(prevalence)
        self.people.show_people(expected)
        self.people.setVisible(expected is not None and expected.n_ill >= _FEWEST_DRAWN)
        found = 1 - point.validation.n_missed / point.validation.n_lesions
        self.sensitivity.setText(f"{found:.2f} on validation, threshold {point.threshold:.3f}")
        self.slider.setAccessibleDescription(self.sensitivity.text())

    @Slot(object)
    def _on_read(self, curve: OperatingCurve) -> None:
        is_another = self._curve is None or self._curve.target != curve.target
        self._curve = curve
        with QSignalBlocker(self.slider), QSignalBlocker(self.prevalence):
            self.slider.setRange(0, max(0, len(curve.points) - 1))
            self.slider.setPageStep(max(1, len(curve.points) // 10))
            self.slider.setValue(_first_choice(curve))
            if is_another:
                self.prevalence.setValue(100 * curve.prevalence)
        self._show()

    @Slot()
    def _on_target_chosen(self) -> None:
        self._curve = None
        self._show()
        self._read()

    @Slot()
    def _on_save_clicked(self) -> None:
        if self._evaluation is not None and self._curve is not None and self.point is not None:
            call = calls.save_operating_point(self._evaluation.run, self._curve.target, self.point.threshold)
            self._saving.start(call, "Saving the operating point")

    @Slot()
    def _on_export_clicked(self) -> None:
        if self._evaluation is None:
            return
        name = f"{self._evaluation.run.name} with its point.safetensors"
        self._dialog = ask_where(self, "Save into a new model file", self._folder / name, "Model file")
        self._dialog.fileSelected.connect(self._on_file_selected)

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        if self._evaluation is not None and self._curve is not None and self.point is not None:
            self._folder = Path(name).parent
            point = as_operating_point(self._curve.target, self.point)
            call = calls.export_with_operating_point(self._evaluation.model, point, Path(name))
            self._saving.start(call, "Writing the model file")

    @Slot(object)
    def _on_saved(self, result: OperatingPoint | Path) -> None:
        if isinstance(result, Path):
            self.saved.setText(f"Written: {result.name}. The model of the run stays as it was.")
        else:
            self.saved.setText(f"Saved beside the run: {_name(result)}. Its model file stays as it was.")

    @Slot(object)
    def _on_listed(self, points: tuple[OperatingPoint, ...]) -> None:
        if points:
            self.saved.setText(f"Saved beside the run so far: {', '.join(_name(point) for point in points)}.")

    def _connect(self) -> None:
        self._reading.succeeded.connect(self._on_read)
        self._saving.succeeded.connect(self._on_saved)
        self._listing.succeeded.connect(self._on_listed)
        for one in (self._reading, self._saving):
            one.failed.connect(self.failed)
            one.changed.connect(self._show)
        self.target.activated.connect(self._on_target_chosen)
        self.slider.valueChanged.connect(self._show)
        self.prevalence.valueChanged.connect(self._show)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.export_button.clicked.connect(self._on_export_clicked)

    def _lay_out(self) -> None:
        self.target.addItem(GROUP_NAME, "group")
        for one in sorted(CLASSES, key=lambda one: one.code != "mel"):  # melanoma first
            self.target.addItem(name_class(one.code), one.code)
        self.prevalence.setRange(0.1, 100)
        self.prevalence.setDecimals(1)
        self.prevalence.setSuffix(" %")
        self.prevalence.lineEdit().setTextMargins(GAP - 2, 0, 0, 0)  # a style sheet's padding does not reach in there
        keeps_room = self.people.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        self.people.setSizePolicy(keeps_room)
        self.slider.setMinimumHeight(3 * GAP)  # the handle is taller than what a style sheet leaves it
        set_role(self.sensitivity, "muted")
        rows = QVBoxLayout()
        rows.setSpacing(GAP)
        for words, field, after in (
            ("What is to be found", self.target, None),
            ("Sensitivity", self.slider, self.sensitivity),
            ("How common it is among your people", self.prevalence, None),
        ):
            rows.addLayout(_row(words, field, after))
            field.setToolTip(_HELP[words])
        below = QVBoxLayout(self._controls)
        below.setContentsMargins(0, GAP, 0, 0)
        below.setSpacing(GAP)
        below.addWidget(self.people)
        below.addWidget(make_readable(self.outcomes))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.export_button)
        buttons.addStretch()
        below.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(make_label("small", _WHAT))
        column.addLayout(rows)
        for widget in (make_readable(self.words), self._controls, self.saved, self.job_view):
            column.addWidget(widget)


def as_operating_point(target: str, point: CurvePoint) -> OperatingPoint:
    """A point of the curve as a model's card holds it, named by the sensitivity that it has on validation."""
    outcome = point.validation
    name = f"{100 * (1 - outcome.n_missed / outcome.n_lesions):.3g} % point"
    return OperatingPoint(
        name=name if target == "group" else f"{name} for {target}",
        threshold=point.threshold,
        n_lesions=outcome.n_lesions,
        n_missed=outcome.n_missed,
        n_other_lesions=outcome.n_other_lesions,
        n_false_alarms=outcome.n_false_alarms,
        target=target,
    )


def _first_choice(curve: OperatingCurve) -> int:
    """The slider's value of the least sensitivity that is at least 0.95; the highest where none is."""
    enough = sum(point.validation.n_missed <= (1 - _WANTED) * point.validation.n_lesions for point in curve.points)
    return max(0, len(curve.points) - max(1, enough))


def _name(point: OperatingPoint) -> str:
    return (
        f"{point.name} (threshold {point.threshold:.3f}, missed {point.n_missed} of {count(point.n_lesions, 'lesion')})"
    )


def _row(words: str, field: QWidget, after: QWidget | None) -> QHBoxLayout:
    label = QLabel(words)
    label.setBuddy(field)
    label.setMinimumWidth(30 * GAP)
    field.setAccessibleName(words)
    row = QHBoxLayout()
    row.setSpacing(GAP)
    row.addWidget(label)
    row.addWidget(field, 1 if after is not None else 0)
    if after is None:
        row.addStretch()
    else:
        after.setMinimumWidth(30 * GAP)
        row.addWidget(after)
    return row
