"""An evaluation: its headline first, below it one tab for each thing that somebody may ask about it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.theme import GAP
from desktop.widgets import answer_choice
from desktop.widgets.answer_choice import AnswerChoice
from desktop.widgets.bar_chart import Bar
from desktop.widgets.calibration_view import CalibrationView
from desktop.widgets.class_table import ClassTable
from desktop.widgets.comparison_view import ComparisonView
from desktop.widgets.confusion_matrix import ConfusionMatrix
from desktop.widgets.fitted_tabs import FittedTabs
from desktop.widgets.folds_offer import FoldsOffer
from desktop.widgets.headline_card import HeadlineCard
from desktop.widgets.leak_meter_view import LeakMeterView
from desktop.widgets.operating_designer import OperatingDesigner
from desktop.widgets.overall_table import OverallTable
from desktop.widgets.pick_bars import PickBars
from desktop.widgets.plot_area import PlotArea
from desktop.widgets.report_bar import ReportBar
from desktop.widgets.section import make_label, make_section
from desktop.widgets.slices_view import SlicesView
from desktop.widgets.training_curves import TrainingCurves
from engine import evaluation_wording, wording
from engine.evaluation_results import Evaluation
from engine.labels import CLASSES, INDEX, LIMITS, NOTICE
from engine.results import RunInfo

_CURVES_HEIGHT = 50 * GAP
_LOADING = "The curves are being drawn."
_NO_CURVES = "The history of this training could not be read."
_INTERVALS = (
    "By image. Below each figure its interval, which holds 95 % of what other lesions of the same kind would give. "
    f"Grey, “too few”: wider than 0.3, {evaluation_wording.TOO_FEW}. PPV, NPV, F1 and average precision hold where "
    "the classes are as common as in this part. Choose a class to see its images."
)
_IN_ALL = "Rest on a row to read what a figure means. A lesion has one answer: the mean log-probability of its images."
_WRONG = "Share of the images of each class that got another name. Choose a bar to see those images."


class EvaluationView(QWidget):
    """Everything that is known about how a model did on one part."""

    images_asked = Signal(object)
    """An `AnswerChoice`: the user wants to see the images behind a figure."""
    failed = Signal(object)
    """Something about what is shown did not work: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._asker: QWidget | None = None
        self._has_curves = False
        self.headline, self.folds_offer = HeadlineCard(), FoldsOffer()
        self.class_table, self.overall = ClassTable(), OverallTable()
        self.confusion = ConfusionMatrix()
        self.wrong = PickBars("Share of images named wrong, by class")
        self.calibration, self.slices = CalibrationView(), SlicesView()
        self.designer, self.comparison = OperatingDesigner(runner), ComparisonView(runner)
        self.leak_meter = LeakMeterView(runner)
        self.curves = PlotArea(_NO_CURVES)
        self.report = ReportBar()
        self.tabs = FittedTabs("Views of the evaluation")
        self._classes, self._training = QWidget(), make_section("", "", self.curves)
        of_run = (self.designer, self.comparison, self.leak_meter)
        self._of_run = tuple(make_section("", "", one) for one in of_run)
        self._lay_out()
        self.class_table.class_chosen.connect(self._on_class_chosen)
        self.confusion.cell_opened.connect(self._on_cell_opened)
        self.wrong.bar_chosen.connect(self._on_bar_chosen)
        self.calibration.images_asked.connect(self._on_calibration_asked)
        self.slices.images_asked.connect(self._on_slice_asked)
        self.tabs.chosen.connect(self._on_tab_chosen)
        for one in (self.designer, self.comparison, self.leak_meter, self.report):
            one.failed.connect(self.failed)

    @property
    def words(self) -> str:
        """What the headline card and the warning say, for tests and screen readers."""
        return self.headline.words

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        tables = (self.class_table, self.wrong, self.overall, *self.confusion.stops, *self.calibration.stops)
        tools = (*self.designer.stops, *self.slices.stops, *self.comparison.stops, *self.leak_meter.stops)
        return (
            self.folds_offer.button,
            self.tabs.bar,
            *tables,
            *tools,
            self.report.save_button,
            self.report.folder_button,
        )

    def focus_again(self) -> None:
        """Give the keyboard back to the figure whose images were looked at."""
        if self._asker is not None:
            self._asker.setFocus()

    def show_evaluation(self, evaluation: Evaluation, others: tuple[RunInfo, ...] = ()) -> None:
        """Show `evaluation` in place of another; `others` are the runs that it can be compared with."""
        is_external = evaluation.external is not None
        if not is_external:
            self.comparison.show_evaluation(evaluation, others)
        if evaluation is self._evaluation:
            return
        self._evaluation = evaluation
        self.headline.show_evaluation(evaluation)
        self.folds_offer.show_evaluation(evaluation)
        self.class_table.set_scores(evaluation.classes)
        self.overall.show_evaluation(evaluation)
        self.confusion.set_confusion(evaluation.confusion)
        self.wrong.set_bars(_wrong_bars(evaluation), maximum=1.0)
        self.calibration.show_calibration(evaluation.calibration)
        for tab in self._of_run:
            self.tabs.set_offered(tab, not is_external)
        self.tabs.set_offered(self._training, not is_external)
        if evaluation.leak_suspected and not is_external:
            self.tabs.show_tab(self._of_run[-1])  # before anybody believes the figure
        if not is_external:
            self.designer.show_evaluation(evaluation)
            self.leak_meter.show_evaluation(evaluation)
        self.slices.show_slices(evaluation.slices, evaluation.balanced_accuracy)
        self.report.show_evaluation(evaluation)
        self._has_curves = False
        self._on_tab_chosen()

    @Slot()
    def _on_tab_chosen(self) -> None:
        """Draw the curves when they are looked at: what draws them takes a second to load."""
        if self._evaluation is not None and not self._has_curves and self.tabs.current is self._training:
            self._has_curves = True
            self._show_curves(self._evaluation)

    def _show_curves(self, evaluation: Evaluation) -> None:
        if not evaluation.history:
            self.curves.clear(_NO_CURVES)
            return
        curves = TrainingCurves(evaluation.history[-1].epoch, 1)
        curves.records = list(evaluation.history)
        curves.best_epoch = evaluation.best_epoch
        self.curves.clear(_LOADING)
        self.curves.show_curves(curves)

    @Slot(str)
    def _on_class_chosen(self, code: str) -> None:
        self._ask(self.class_table, answer_choice.of_class(code))

    @Slot(int, int)
    def _on_cell_opened(self, row: int, column: int) -> None:
        self._ask(self.confusion.table, answer_choice.of_cell(row, column))

    @Slot(int)
    def _on_bar_chosen(self, number: int) -> None:
        self._ask(self.wrong, answer_choice.of_wrong(CLASSES[number].code))

    @Slot(object)
    def _on_calibration_asked(self, choice: AnswerChoice) -> None:
        self._ask(self.calibration.diagram, choice)

    @Slot(object)
    def _on_slice_asked(self, choice: AnswerChoice) -> None:
        self._ask(self.slices.table, choice)

    def _ask(self, asker: QWidget, choice: AnswerChoice) -> None:
        self._asker = asker
        self.images_asked.emit(choice)

    def _lay_out(self) -> None:
        self.curves.setFixedHeight(_CURVES_HEIGHT)
        classes = QVBoxLayout(self._classes)
        classes.setContentsMargins(0, 0, 0, 0)
        classes.setSpacing(2 * GAP)
        classes.addWidget(make_section("", _INTERVALS, self.class_table))
        classes.addWidget(make_section("Named wrong", _WRONG, self.wrong))
        classes.addWidget(make_section("In all", _IN_ALL, self.overall))
        designer, comparison, leak_meter = self._of_run
        for tab, title in (
            (self._classes, "Classes"),
            (make_section("", "", self.confusion), "Confusion"),
            (make_section("", "", self.calibration), "Calibration"),
            (designer, "Operating point"),
            (make_section("", "", self.slices), "Slices"),
            (self._training, "Training"),
            (comparison, "Compare"),
            (leak_meter, "Leak meter"),
        ):
            self.tabs.add(tab, title)
        foot = make_label("small", f"{NOTICE} {LIMITS}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        for widget in (self.headline, self.folds_offer, self.tabs, self.report, foot):
            column.addWidget(widget)


def _wrong_bars(evaluation: Evaluation) -> list[Bar]:
    bars = []
    for score in evaluation.classes:
        wrong = None if score.sensitivity is None else 1 - score.sensitivity.value
        share = wording.NO_FIGURE if wrong is None else f"{wrong:.2f}"
        bars.append(
            Bar(
                label=wording.name_class(score.code),
                value=wrong or 0.0,
                text=f"{share} of {wording.count(score.n_images, 'image')}",
                color=CLASSES[INDEX[score.code]].color,
            )
        )
    return bars
