"""The middle column of the Predict page: the chosen image, why it was answered so, and what is similar to it."""

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.image_view import ImageView
from desktop.widgets.prediction_model import Answer
from desktop.widgets.samples_offer import SamplesOffer
from desktop.widgets.similar_strip import SimilarStrip
from desktop.widgets.why_bar import WhyBar


class PictureColumn(QStackedWidget):
    """Before the first image it offers samples, as large as an image: nothing jumps."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SamplesOffer()
        self.view = ImageView()
        self.why = WhyBar(state, runner, self.view)
        self.similar = SimilarStrip(state, runner)
        expanding, ignored = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored
        self.view.setSizePolicy(expanding, ignored)  # it takes what is left, and asks for nothing
        self.view.setMinimumHeight(12 * GAP)  # in the smallest window, with all that can stand below it
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.view, 1)
        column.addWidget(self.why)
        column.addWidget(self.similar)
        self.samples.setSizePolicy(ignored, ignored)  # its words, wrapped, do not make the page taller
        self.addWidget(picture)
        self.addWidget(self.samples)

    def show_answer(self, answer: Answer | None) -> None:
        """Say why, and what is similar, for `answer` from now on."""
        self.why.show_answer(answer)
        self.similar.show_answer(answer)

    def offer_samples(self, is_offered: bool) -> None:
        """Show the samples in place of an image."""
        self.setCurrentIndex(1 if is_offered else 0)
