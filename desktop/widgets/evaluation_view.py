"""An evaluation, from its headline to the training curves, as one column to be read from the top."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.theme import GAP, set_role
from desktop.widgets.bar_chart import Bar, BarChart
from desktop.widgets.class_table import ClassTable
from desktop.widgets.confusion_matrix import ConfusionMatrix
from desktop.widgets.plot_area import PlotArea
from desktop.widgets.training_curves import TrainingCurves
from engine import evaluation_wording, wording
from engine.evaluation_results import Evaluation
from engine.labels import CLASSES, INDEX, LIMITS, NOTICE

_CURVES_HEIGHT = 50 * GAP
_LOADING = "The curves are being drawn."
_NO_CURVES = "The history of this training could not be read."
_INTERVALS = (
    "Intervals hold 95 % of what other lesions of the same kind would give. "
    f"Grey, “{evaluation_wording.TOO_FEW}”: wider than 0.3, this part holds too few such lesions."
)


class EvaluationView(QWidget):
    """Everything that is known about how a model did on one part. Looks the same size for every evaluation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure, self._headline = _label("headline"), _label("heading")
        self._meaning, self._accuracy, self._part = _label("muted"), _label(), _label()
        self._leak = _label()
        self._leak_banner = _banner(self._leak)
        self.class_table = ClassTable()
        self.confusion = ConfusionMatrix()
        self.wrong = BarChart("Share of images named wrong, by class")
        self.curves = PlotArea(_NO_CURVES)
        self._lay_out()

    @property
    def words(self) -> str:
        """What the headline card and the warning say, for tests and screen readers."""
        labels = (self._headline, self._meaning, self._accuracy, self._part)
        warning = [] if self._leak_banner.isHidden() else [self._leak.text()]
        return "\n".join([*warning, *(label.text() for label in labels)])

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show `evaluation` in place of another."""
        self._leak.setText(evaluation_wording.LEAK_WARNING)
        self._leak_banner.setVisible(evaluation.leak_suspected)
        self._figure.setText(f"{evaluation.balanced_accuracy.value:.2f}")
        self._figure.setAccessibleName(f"Balanced accuracy {evaluation.balanced_accuracy.value:.2f}")
        self._headline.setText(evaluation_wording.describe_headline(evaluation))
        self._meaning.setText(evaluation_wording.BALANCED_ACCURACY)
        self._accuracy.setText(evaluation_wording.describe_accuracy(evaluation))
        self._part.setText(evaluation_wording.describe_part(evaluation))
        self.class_table.set_scores(evaluation.classes)
        self.confusion.set_confusion(evaluation.confusion)
        self.wrong.set_bars(_wrong_bars(evaluation), maximum=1.0)
        self._show_curves(evaluation)

    def _show_curves(self, evaluation: Evaluation) -> None:
        if not evaluation.history:
            self.curves.clear(_NO_CURVES)
            return
        curves = TrainingCurves(evaluation.history[-1].epoch, 1)
        curves.records = list(evaluation.history)
        curves.best_epoch = evaluation.best_epoch
        self.curves.clear(_LOADING)
        self.curves.show_curves(curves)

    def _lay_out(self) -> None:
        self.curves.setFixedHeight(_CURVES_HEIGHT)
        self._figure.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._figure.setWordWrap(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        column.addWidget(self._leak_banner)
        column.addWidget(self._make_headline())
        column.addWidget(_section("By class", self.class_table, _INTERVALS))
        column.addWidget(_section("What was named what", self.confusion))
        column.addWidget(
            _section("Named wrong", self.wrong, "Share of the images of each class that got another name.")
        )
        column.addWidget(_section("How the training went", self.curves))
        foot = _label("small")
        foot.setText(f"{NOTICE} {LIMITS}")
        column.addWidget(foot)

    def _make_headline(self) -> QFrame:
        words = QVBoxLayout()
        words.setSpacing(GAP // 2)
        for label in (self._headline, self._meaning, self._accuracy, self._part):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(label)
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        row.setSpacing(3 * GAP)
        row.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return card


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


def _section(title: str, content: QWidget, explanation: str = "") -> QFrame:
    heading = _label("heading")
    heading.setText(title)
    card = QFrame()
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
    column.setSpacing(GAP)
    column.addWidget(heading)
    if explanation:
        words = _label("small")
        words.setText(explanation)
        column.addWidget(words)
    column.addWidget(content)
    return card


def _banner(label: QLabel) -> QFrame:
    banner = QFrame()
    banner.setProperty("role", "banner")
    layout = QVBoxLayout(banner)
    layout.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
    layout.addWidget(label)
    banner.hide()
    return banner


def _label(role: str = "") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        set_role(label, role)
    return label
