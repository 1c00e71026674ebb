"""The answer for one image in full: ranked classes, the group at its prevalence, and what limits both."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.theme import GAP, set_role
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.prediction_model import Answer, row_name
from desktop.widgets.probability_bars import ProbabilityBars
from engine import wording
from engine.labels import EQUAL_PRIORS_NOTE
from engine.prediction_results import Prediction

_NOTHING = "Drop images, and the answer for each is shown here."


class AnswerView(QWidget):
    """The names of the classes stand where they are from the start; only the words under them come and go."""

    anyway_requested = Signal()
    """The gate refused the image, and the user wants to see the answer all the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.anyway_button = QPushButton("Show anyway")
        self.anyway_button.setToolTip("The answer is marked as refused, here and wherever it is saved.")
        self.anyway_button.clicked.connect(self.anyway_requested)
        self._name = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.bars = ProbabilityBars()
        self._priors = _label("small")
        self._group, self._heuristic = _label(), _label("muted")
        self._seen, self._model = _label(), _label("small")
        self._limits = _label("small")
        self._banner = QFrame()
        self._lay_out()
        self.show_answer(None)

    @property
    def words(self) -> str:
        """All that is said below the bars."""
        labels = (self._group, self._heuristic, self._seen, self._model)
        text = "\n".join(label.text() for label in labels if label.text())
        return text.replace("\N{NO-BREAK SPACE}", " ")

    @property
    def name(self) -> str:
        """The file that is told about, empty before the first."""
        return self._name.text().strip()

    def show_answer(self, answer: Answer | None, model: Path | None = None) -> None:
        """Show `answer`, or what to do to get one; says who answered if that was not `model`, the one in use."""
        if answer is None:
            self._show(None, ("", _NOTHING, "", ""), "")
            return
        prediction = answer.prediction
        by = f"Answered by another model: {answer.model_name}." if answer.model != model else ""
        name = row_name(prediction)
        if prediction.code is None:
            reason, *hint = wording.describe(prediction)
            self._show(prediction, (name, reason, " ".join(hint), ""), by)
            return
        gate = " ".join(wording.describe_gate(prediction))
        if not prediction.is_named:
            self._show(prediction, (name, gate, "", ""), by)
            return
        group = _lines(wording.describe_fusion(prediction), wording.describe_group(prediction))
        heuristic = _lines(wording.describe_heuristic(prediction), wording.describe_views(prediction))
        self._show(prediction, (name, group, heuristic, _lines(gate, wording.describe_training(prediction))), by)

    def _show(self, prediction: Prediction | None, words: tuple[str, str, str, str], by: str) -> None:
        name, group, heuristic, seen = words
        self._name.setText(name or " ")  # as tall without a name as with one
        is_named = prediction is not None and prediction.is_named
        self.bars.set_probabilities(prediction.probabilities if prediction is not None and is_named else ())
        self.anyway_button.setVisible(prediction is not None and prediction.code is not None and not is_named)
        self._group.setText(group.replace(" %", "\N{NO-BREAK SPACE}%"))
        point = prediction.operating_point if prediction is not None and is_named else None
        self._group.setToolTip(wording.explain_point(point) if point is not None else "")
        self._heuristic.setText(heuristic)
        self._seen.setText(seen)
        self._banner.setVisible(bool(seen))
        self._limits.setText(wording.CANNOT_KNOW if is_named else "")
        self._model.setText(by)
        self._model.setVisible(bool(by))

    def _lay_out(self) -> None:
        self._name.setProperty("role", "heading")
        self._priors.setText(f"({EQUAL_PRIORS_NOTE})")
        self._priors.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._banner.setProperty("role", "banner")
        inside = QVBoxLayout(self._banner)
        inside.setContentsMargins(GAP, GAP // 2, GAP, GAP // 2)
        inside.addWidget(self._seen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (
            self._name,
            self.bars,
            self._priors,
            self._group,
            self._heuristic,
            self._banner,
            self._limits,
            self._model,
        ):
            column.addWidget(widget)
        column.addWidget(self.anyway_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()


def _lines(*sentences: str) -> str:
    return "\n".join(one for one in sentences if one)


def in_scroll_area(view: AnswerView) -> QScrollArea:
    """`view` in what scrolls up and down where the words need more room than there is."""
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumWidth(view.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
    return area


def _label(role: str = "") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        set_role(label, role)
    return label
