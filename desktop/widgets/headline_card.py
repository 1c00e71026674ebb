"""The first thing that an evaluation says: balanced accuracy, how sure it is, what it is about, what it cannot show."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.section import make_banner, make_label, make_readable
from engine import evaluation_wording
from engine.comparison_wording import name_target
from engine.evaluation_results import ClassScore, Evaluation
from engine.labels import CLASSES

_EXTERNAL = (
    "External data: not the run's own result. Other images, other people, other prevalences: never read this "
    "figure beside that of the run as if both were of one kind."
)


class HeadlineCard(QWidget):
    """Warnings that belong before the figure, then the figure with its sentences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure, self._headline = make_label("headline"), make_label("heading")
        self._meaning = make_label("small", evaluation_wording.BALANCED_ACCURACY)
        self._accuracy, self._part, self._limits = make_label(), make_label(), make_label("muted")
        self._leak, self._external = make_label("", evaluation_wording.LEAK_WARNING), make_label("", _EXTERNAL)
        self._banners = make_banner(self._leak), make_banner(self._external)
        self._lay_out()

    @property
    def words(self) -> str:
        """All that is said, for tests and screen readers."""
        labels = (self._headline, self._accuracy, self._part, self._limits)
        shown = [
            label for banner, label in zip(self._banners, (self._leak, self._external), strict=True) if _is_up(banner)
        ]
        return "\n".join(label.text() for label in (*shown, *labels))

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Say what `evaluation` came to."""
        leak, external = self._banners
        leak.setVisible(evaluation.leak_suspected)
        external.setVisible(evaluation.external is not None)
        self._figure.setText(f"{evaluation.balanced_accuracy.value:.2f}")
        self._figure.setAccessibleName(f"Balanced accuracy {evaluation.balanced_accuracy.value:.2f}")
        self._headline.setText(evaluation_wording.describe_headline(evaluation))
        self._accuracy.setText(evaluation_wording.describe_accuracy(evaluation))
        self._part.setText(evaluation_wording.describe_part(evaluation))
        self._limits.setText(describe_limits(evaluation))

    def _lay_out(self) -> None:
        self._figure.setWordWrap(False)
        words = QVBoxLayout()
        words.setSpacing(GAP // 2)
        for label in (self._headline, self._meaning, self._accuracy, self._part, self._limits):
            words.addWidget(make_readable(label))
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        row.setSpacing(3 * GAP)
        row.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        for widget in (*self._banners, card):
            column.addWidget(widget)


def describe_limits(evaluation: Evaluation) -> str:
    """What one part can and cannot show, in one sentence: its rarest class decides."""
    subject = "One part of one split shows" if evaluation.external is None else "These images show"
    return tell_limits(subject, evaluation.classes)


def tell_limits(subject: str, classes: tuple[ClassScore, ...]) -> str:
    """What `subject` ("These images show") can and cannot tell of `classes`; empty where there are none."""
    present = [score for score in classes if score.n_lesions]
    if not present:
        return ""
    rarest = min(present, key=lambda score: score.n_lesions)
    fewest = f"{rarest.n_lesions:,} {name_target(rarest.code, rarest.n_lesions)}"
    vague = sum(score.sensitivity is None or score.sensitivity.is_too_wide for score in classes)
    can = f"{subject} how well the common classes are told apart"
    verb = "is" if rarest.n_lesions == 1 else "are"
    if not vague:
        return f"{can}, and the rare ones too: even of the rarest there {verb} {fewest}."
    return (
        f"{can}, but not the rare ones: there {verb} only {fewest}, and for {vague} of {len(CLASSES)} classes it is "
        "too few to tell."
    )


def _is_up(widget: QWidget) -> bool:
    return not widget.isHidden()
