"""Shows why: the heat map of a class over the image, and what the model says with the lesion hidden."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QImage, QPixmap, qRgba
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSlider, QWidget

from desktop.jobs import JobRunner
from desktop.prediction_queue import answering_device
from desktop.single_job import SingleJob
from desktop.state import AppState
from desktop.theme import GAP, set_role
from desktop.widgets.image_view import ImageView
from desktop.widgets.prediction_model import Answer
from engine import calls, wording
from engine.heat_colors import heat_color
from engine.labels import CLASSES, CODES, INDEX
from engine.prediction_results import Explanation, HeatMap

_DELAY_MS = 150  # long enough to run down the list without asking for every image


class WhyBar(QWidget):
    """Asks the engine only while "Why" is ticked; what was asked for another image never arrives."""

    def __init__(self, state: AppState, runner: JobRunner, view: ImageView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._view = state, view
        self._answer: Answer | None = None
        self._explanation: Explanation | None = None
        self.job = SingleJob(runner, self)
        self.why_box = QCheckBox("Why")
        self.hidden_box = QCheckBox("Lesion hidden")
        self.class_choice = QComboBox()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.words = QLabel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._lay_out()
        self._connect()
        self.show_answer(None)

    def show_answer(self, answer: Answer | None) -> None:
        """Explain `answer` from now on, if that is wanted; None where there is nothing to explain."""
        can = answer is not None and answer.prediction.is_named and not answer.prediction.fused_from
        if can and answer is not None and self._answer is not None and answer.model == self._answer.model:
            same = answer.prediction == self._answer.prediction
        else:
            same = False
        self._answer = answer if can else None
        self.why_box.setEnabled(can)
        if can and answer is not None and answer.prediction.code is not None and not same:
            self.class_choice.setCurrentIndex(INDEX[answer.prediction.code])
        if not same:
            self._explanation = None
            self.hidden_box.setChecked(False)
            self.job.let_go()
            self._ask()
        self._show()

    @Slot()
    def _ask(self) -> None:
        self._timer.stop()
        if self._answer is not None and self._explanation is None and self.why_box.isChecked():
            self._timer.start()

    @Slot()
    def _on_due(self) -> None:
        if self._answer is not None:
            call = calls.explain(self._answer.model, self._answer.prediction.path, answering_device(self._state))
            self.job.start(call, "Explaining the answer")
            self._show()

    @Slot(object)
    def _on_explained(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._show()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._show()
        self.words.setText(str(error))

    @Slot()
    def _on_toggled(self) -> None:
        if not self.why_box.isChecked():
            self.job.let_go()
        self._ask()
        self._show()

    @Slot()
    def _show(self) -> None:
        explanation = self._explanation if self.why_box.isChecked() else None
        for widget in (self.class_choice, self.slider):
            widget.setEnabled(explanation is not None)
        self.hidden_box.setEnabled(explanation is not None and bool(explanation.hidden_image))
        overlay, stand_in = QPixmap(), QPixmap()
        if explanation is not None and self.hidden_box.isChecked():
            stand_in.loadFromData(explanation.hidden_image, "PNG")
        elif explanation is not None:
            overlay = tint(explanation.maps[self.class_choice.currentIndex()])
        self._view.set_overlay(overlay, self.slider.value() / 100, stand_in)
        self.words.setText(self._describe(explanation, overlay))

    def _describe(self, explanation: Explanation | None, overlay: QPixmap) -> str:
        if explanation is None:
            is_asked = self.why_box.isChecked() and self._answer is not None
            return "Looking for what speaks for each class\N{HORIZONTAL ELLIPSIS}" if is_asked else ""
        if self.hidden_box.isChecked() and explanation.hidden_share is not None:
            shares = explanation.hidden_probabilities
            top = max(range(len(CODES)), key=shares.__getitem__)
            hidden = wording.name_percent(explanation.hidden_share)
            named = f"{wording.name_class(CODES[top])} {wording.name_share(shares[top])}"
            return f"With {hidden} of the image hidden, the model says: {named}."
        if overlay.isNull():
            return "Nothing in this image speaks for this class."
        return "Yellow speaks most for the class." + (
            "" if explanation.hidden_image else " No lesion stands out to hide."
        )

    def _connect(self) -> None:
        self._timer.timeout.connect(self._on_due)
        self.job.succeeded.connect(self._on_explained)
        self.job.failed.connect(self._on_failed)
        self.why_box.toggled.connect(self._on_toggled)
        self.hidden_box.toggled.connect(self._show)
        self.class_choice.currentIndexChanged.connect(self._show)
        self.slider.valueChanged.connect(self._show)

    def _lay_out(self) -> None:
        self.class_choice.addItems([one.name for one in CLASSES])
        self.why_box.setToolTip("A heat map: where in the image the network found what speaks for the class.")
        self.why_box.setAccessibleDescription(self.why_box.toolTip())
        self.class_choice.setAccessibleName("Class of the heat map")
        self.class_choice.setToolTip("For which class the heat map shows what speaks for it.")
        self.hidden_box.setToolTip("The lesion is painted over: what the model says then, it says of the surroundings.")
        self.class_choice.setMinimumContentsLength(4)
        self.class_choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.slider.setRange(0, 100)
        self.slider.setMinimumHeight(3 * GAP)  # the handle is taller than the style says
        self.slider.setValue(60)
        self.slider.setAccessibleName("Opacity of the heat map")
        self.slider.setToolTip("How strongly the heat map covers the image.")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.words, "small")
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        grid.addWidget(self.why_box, 0, 0)
        grid.addWidget(self.class_choice, 0, 1)
        grid.addWidget(self.slider, 1, 0)
        grid.addWidget(self.hidden_box, 1, 1)
        grid.addWidget(self.words, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.slider.setMinimumWidth(8 * GAP)


def tint(heat: HeatMap) -> QPixmap:
    """The heat map in colours, see-through where it is 0; a null pixmap where it is 0 everywhere."""
    grey = QImage.fromData(heat.png).convertToFormat(QImage.Format.Format_Grayscale8)
    levels = bytes(grey.constBits())
    if not any(levels):
        return QPixmap()
    image = QImage(levels, grey.width(), grey.height(), grey.bytesPerLine(), QImage.Format.Format_Indexed8)
    image.setColorTable([qRgba(*heat_color(level), level) for level in range(256)])
    return QPixmap.fromImage(image)
