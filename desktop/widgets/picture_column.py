"""The middle column of the Predict page: the chosen image and why it was answered so; before that, sample images."""

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.image_view import ImageView
from desktop.widgets.samples_offer import SamplesOffer
from desktop.widgets.why_bar import WhyBar


class PictureColumn(QStackedWidget):
    """As large with the offer as with an image: nothing jumps."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SamplesOffer()
        self.view = ImageView()
        self.why = WhyBar(state, runner, self.view)
        expanding, ignored = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored
        self.view.setSizePolicy(expanding, ignored)  # it takes what is left, and asks for nothing
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.view, 1)
        column.addWidget(self.why)
        self.samples.setSizePolicy(ignored, ignored)  # its words, wrapped, do not make the page taller
        self.addWidget(picture)
        self.addWidget(self.samples)

    def offer_samples(self, is_offered: bool) -> None:
        """Show the samples in place of an image."""
        self.setCurrentIndex(1 if is_offered else 0)
