"""The figures of all folds together: headline first, then the classes and the slices."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.class_table import ClassTable
from desktop.widgets.fitted_tabs import FittedTabs
from desktop.widgets.headline_card import tell_limits
from desktop.widgets.overall_table import OverallTable
from desktop.widgets.section import make_column, make_label, make_readable, make_section
from desktop.widgets.slices_view import SlicesView
from engine.comparison_results import PooledEvaluation
from engine.comparison_wording import describe_pool
from engine.evaluation_wording import BALANCED_ACCURACY, TOO_FEW
from engine.labels import LIMITS, NOTICE

_PARTS = {
    "val": "These are the validation parts, by which the best epoch of each fold was chosen: the figures are somewhat "
    "too good. The test parts are closed.",
    "test": "These are the test parts: nothing was learned from them and nothing chosen by them.",
}
_INTERVALS = (
    "By image. Below each figure its interval, which holds 95 % of what other lesions of the same kind would give. "
    f"Grey, “too few”: wider than 0.3, {TOO_FEW}."
)
_IN_ALL = "Each fold's model has its own operating point, so that there is none for all of them together."


class PooledView(QWidget):
    """Everything that is known about how the models of all folds did together."""

    test_asked = Signal()
    """The user wants to open the test parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure, self._headline = make_label("headline"), make_label("heading")
        self._part, self._limits = make_label(), make_label("muted")
        self.test_button = QPushButton("Open the test parts…")
        self.class_table, self.overall = ClassTable(opens_images=False), OverallTable()
        self.slices = SlicesView(opens_images=False)
        self.tabs = FittedTabs("Views of the folds")
        self.test_button.clicked.connect(self.test_asked)
        self._lay_out()

    @property
    def words(self) -> str:
        """What the headline says, for tests and screen readers."""
        return "\n".join(label.text() for label in (self._headline, self._part, self._limits))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return (self.test_button, self.tabs.bar, self.class_table, self.overall, *self.slices.stops)

    def show_pooled(self, pooled: PooledEvaluation) -> None:
        """Show `pooled` in place of another."""
        balanced = pooled.by_image.balanced_accuracy
        self._figure.setText(f"{balanced.value:.2f}")
        self._figure.setAccessibleName(f"Balanced accuracy {balanced.value:.2f}")
        self._headline.setText(describe_pool(pooled))
        self._part.setText(_PARTS[pooled.part])
        self._limits.setText(tell_limits("All folds together show", pooled.by_image.classes))
        self.test_button.setVisible(pooled.part == "val")
        self.class_table.set_scores(pooled.by_image.classes)
        self.overall.show_evaluation(pooled)
        self.slices.show_slices(pooled.slices, balanced)

    def _lay_out(self) -> None:
        self._figure.setWordWrap(False)
        words = QVBoxLayout()
        words.setSpacing(GAP // 2)
        for label in (self._headline, make_label("small", BALANCED_ACCURACY), self._part, self._limits):
            words.addWidget(make_readable(label))
        words.addSpacing(GAP // 2)
        words.addWidget(self.test_button, 0, Qt.AlignmentFlag.AlignLeft)
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        row.setSpacing(3 * GAP)
        row.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        classes = make_column(
            make_section("", _INTERVALS, self.class_table), make_section("In all", _IN_ALL, self.overall)
        )
        self.tabs.add(classes, "Classes")
        self.tabs.add(make_section("", "", self.slices), "Slices")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        for widget in (card, self.tabs, make_label("small", f"{NOTICE} {LIMITS}")):
            column.addWidget(widget)
