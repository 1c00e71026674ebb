"""Draws the curves of a running training: losses above, balanced accuracy and the recall of each class below.

Importing this file loads numpy and pyqtgraph, about a second: `plot_area` does that beside the window's work.
"""

from math import nan

import pyqtgraph
from pyqtgraph import exceptionHandling
from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import GAP, colors
from desktop.widgets.training_curves import TrainingCurves
from engine.labels import CLASSES

REDRAW_MS = 150
"""Shortest time between two redraws: what arrives in between waits for the next."""

_SIGNS = ("━━", "╍╍", "┅┅", "┉┉", "━·", "━··", "━ ━")
"""Of the classes' lines in the legend, by their dashes."""
_TICK_STEPS = (1, 2, 5, 10, 20, 50, 100, 200)  # 1,000 epochs at most

pyqtgraph.setConfigOption("antialias", True)
exceptionHandling.handler.remove()  # it would print every error a second time; the window has its own report


class LivePlot(QWidget):
    """Two plots over the epochs. Redraws only while it can be seen, and at most about seven times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.redraws = 0
        """How often the plots were drawn anew, for tests and measurements."""
        self._curves: TrainingCurves | None = None
        self._is_outdated = False
        self._n_drawn = -1
        self._loss = _Panel("Loss", "How wrong the network is; lower is better. A dot is one batch of training images.")
        self._accuracy = _Panel(
            "Validation",
            "The recall of a class is the share of its images named right; balanced accuracy is their mean.\n"
            + "\n".join(f"{one.code}: {one.name}" for one in CLASSES),
        )
        self._accuracy.plot.setLabel("bottom", "epoch")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._loss, 1)
        layout.addWidget(self._accuracy, 1)
        self._create_items()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self.redraw)
        self.setAccessibleName("Training curves")
        self._apply_colors()

    def show_curves(self, curves: TrainingCurves) -> None:
        """Draw `curves` from now on; call `refresh` when they have grown."""
        self._curves = curves
        self._n_drawn = -1
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Redraw soon, if anybody is looking; otherwise when the plot is shown again."""
        self._is_outdated = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what arrived while nobody looked."""
        super().showEvent(event)
        if self._is_outdated:
            self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the switch between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_colors()

    def _create_items(self) -> None:
        loss, accuracy = self._loss.plot, self._accuracy.plot
        self._batches = pyqtgraph.ScatterPlotItem(size=4, pen=None)
        loss.addItem(self._batches)
        self._train_loss, self._val_loss = _add_line(loss), _add_line(loss)
        self._recalls = [_add_line(accuracy) for _ in CLASSES]
        self._balanced = _add_line(accuracy)
        self._markers = [pyqtgraph.InfiniteLine(angle=90) for _ in range(2)]
        self._best_points = [pyqtgraph.ScatterPlotItem(size=10) for _ in range(2)]
        for plot, marker, point in zip((loss, accuracy), self._markers, self._best_points, strict=True):
            marker.hide()
            plot.addItem(marker)
            plot.addItem(point)

    @property
    def notes(self) -> tuple[str, str]:
        """What stands at the right of each plot."""
        return self._loss.note.text(), self._accuracy.note.text()

    @property
    def legends(self) -> tuple[str, str]:
        """Title and names of the lines of each plot, as rich text."""
        return self._loss.legend, self._accuracy.legend

    @Slot()
    def redraw(self) -> None:
        """Take over what the curves hold now; `refresh` does it when it is time."""
        if self._curves is None or not self.isVisible():
            return
        self._is_outdated = False
        self.redraws += 1
        curves = self._curves
        self._batches.setData(curves.batch_positions, curves.batch_losses)
        self._loss.set_range(curves.shown_epochs, curves.highest_loss)
        self._accuracy.set_range(curves.shown_epochs, 1.0)
        if len(curves.records) != self._n_drawn:
            self._n_drawn = len(curves.records)
            self._redraw_epochs(curves)

    def _redraw_epochs(self, curves: TrainingCurves) -> None:
        records = curves.records
        epochs = [record.epoch for record in records]
        self._train_loss.setData(epochs, [record.train_loss for record in records])
        self._val_loss.setData(epochs, [record.val_loss for record in records])
        for index, line in enumerate(self._recalls):
            shares = [record.val_recall[index] for record in records]
            line.setData(epochs, [nan if share is None else share for share in shares], connect="finite")
        self._balanced.setData(epochs, [record.val_balanced_accuracy for record in records])
        self._mark_best(curves)
        self.setAccessibleDescription(curves.summary)

    def _mark_best(self, curves: TrainingCurves) -> None:
        best = curves.best
        for marker in self._markers:
            marker.setVisible(best is not None)
            marker.setValue(best.epoch if best else 0)
        loss_point, accuracy_point = self._best_points
        loss_point.setData([best.epoch] if best else [], [best.val_loss] if best else [])
        accuracy_point.setData([best.epoch] if best else [], [best.val_balanced_accuracy] if best else [])
        self._loss.note.setText(f"best: epoch {best.epoch}" if best else "")
        self._accuracy.note.setText(f"best: {best.val_balanced_accuracy:.3f}" if best else "")

    def _apply_colors(self) -> None:
        c = colors()
        for panel in (self._loss, self._accuracy):
            panel.apply_colors()
        dots = QColor(c.train_line)
        dots.setAlphaF(0.45)
        self._batches.setBrush(dots)
        self._train_loss.setPen(c.train_line, width=2)
        self._val_loss.setPen(c.val_line, width=2)
        for line, lesion_class in zip(self._recalls, CLASSES, strict=True):
            line.setPen(lesion_class.color, width=1.5, dash=lesion_class.dashes or None)
        self._balanced.setPen(c.val_line, width=3)
        for marker, point in zip(self._markers, self._best_points, strict=True):
            marker.setPen(c.control, width=1, style=Qt.PenStyle.DashLine)
            point.setBrush(c.val_line)
            point.setPen(c.surface, width=1)
        self._loss.set_legend(("•", c.train_line, "one batch"), ("━", c.train_line, "training"), _line("validation"))
        recalls = [(sign, one.color, one.code) for one, sign in zip(CLASSES, _SIGNS, strict=True)]
        self._accuracy.set_legend(_line("balanced&nbsp;accuracy"), *recalls)


def _line(name: str) -> tuple[str, str, str]:
    return ("━", colors().val_line, name)


class _Panel(QWidget):
    """One plot under its title and legend, with a note at the right."""

    def __init__(self, title: str, help_text: str) -> None:
        super().__init__()
        self._range = (0, 0.0)
        self._title = title
        self._legend = QLabel()
        self._legend.setWordWrap(True)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setToolTip(help_text)
        self.note = QLabel()
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.note.setMinimumWidth(self.note.fontMetrics().horizontalAdvance("best: epoch 000"))
        self.plot = _create_plot()
        header = QHBoxLayout()
        header.setSpacing(2 * GAP)
        header.addWidget(self._legend, 1, Qt.AlignmentFlag.AlignTop)
        header.addWidget(self.note, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        layout.addLayout(header)
        layout.addWidget(self.plot, 1)

    @property
    def legend(self) -> str:
        """As rich text."""
        return self._legend.text()

    def set_legend(self, *entries: tuple[str, str, str]) -> None:
        """One entry per line drawn: sign, colour, name."""
        names = (f'<span style="color:{color}">{sign}</span>&nbsp;{name}' for sign, color, name in entries)
        self._legend.setText(f"<b>{self._title}</b> &nbsp; " + " &nbsp; ".join(names))

    def set_range(self, epochs: int, top: float) -> None:
        """Show 0 to `epochs` and 0 to `top`; the axes are drawn anew only if that is a change, for they cost most."""
        if (epochs, top) != self._range:
            self._range = (epochs, top)
            self.plot.setRange(xRange=(0, epochs), yRange=(0, top), padding=0.03)
            step = next(step for step in _TICK_STEPS if epochs / step <= 8)
            self.plot.getAxis("bottom").setTicks([[(epoch, str(epoch)) for epoch in range(0, epochs + 1, step)]])

    def apply_colors(self) -> None:
        """Take the colours of paper, axes and text from the theme."""
        c = colors()
        self.plot.setBackground(c.surface)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(c.control)
            axis.setTextPen(c.text)


def _add_line(plot: pyqtgraph.PlotWidget) -> pyqtgraph.PlotCurveItem:
    line = pyqtgraph.PlotCurveItem()
    plot.addItem(line)
    return line


def _create_plot() -> pyqtgraph.PlotWidget:
    plot = pyqtgraph.PlotWidget(enableMenu=False)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setMinimumSize(25 * GAP, 12 * GAP)
    plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # as high as there is room
    plot.setMouseEnabled(False, False)
    plot.hideButtons()
    plot.disableAutoRange()
    for side in ("left", "bottom"):
        plot.getAxis(side).setStyle(maxTickLevel=0)
    plot.getAxis("left").setWidth(36)
    plot.showGrid(x=False, y=True, alpha=0.15)
    return plot
