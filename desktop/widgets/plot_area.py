"""Holds the place of the live plot, and loads its libraries beside the window's work: in a row they would freeze it."""

import gc
import importlib
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QStackedLayout, QWidget

from desktop.theme import set_role
from desktop.widgets.training_curves import TrainingCurves

if TYPE_CHECKING:
    from desktop.widgets.live_plot import LivePlot

_MODULE = "desktop.widgets.live_plot"
_POLL_MS = 50


class PlotArea(QWidget):
    """Shows a sentence until there are curves and the plot is loaded."""

    loaded = Signal()
    """The plot is ready for curves."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: TrainingCurves | None = None
        self._plot: LivePlot | None = None
        self._loading: threading.Thread | None = None
        self._text = QLabel(text)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._text, "muted")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_poll)

    @property
    def plot(self) -> "LivePlot | None":
        """The plot, None until it is loaded."""
        return self._plot

    @property
    def shows_curves(self) -> bool:
        """Whether curves are to be seen rather than the sentence."""
        return self._plot is not None and self._stack.currentWidget() is self._plot

    @Slot()
    def load(self) -> None:
        """Get the plot ready, in about a second; the window goes on meanwhile. Call it after the first paint."""
        if self._plot is None and self._loading is None:
            # The import holds the window up 25 ms at a time in a thread, more than a second in one go without.
            self._loading = threading.Thread(target=_import_quietly, name="load-live-plot")
            self._loading.start()
            self._timer.start()

    def show_curves(self, curves: TrainingCurves) -> None:
        """Draw `curves` from now on."""
        self._curves = curves
        self.load()
        self._show_plot()

    def refresh(self) -> None:
        """The curves have grown."""
        if self._plot is not None:
            self._plot.refresh()

    def clear(self, text: str | None = None) -> None:
        """Show the sentence again, or another one."""
        self._curves = None
        if text is not None:
            self._text.setText(text)
        self._stack.setCurrentWidget(self._text)

    @Slot()
    def _on_poll(self) -> None:
        if self._loading is not None and self._loading.is_alive():
            return
        self._timer.stop()
        self._loading = None
        self._plot = importlib.import_module(_MODULE).LivePlot()
        self._stack.addWidget(self._plot)
        gc.freeze()  # all that is loaded now stays: to look through it for garbage would hold the window up 70 ms
        self._show_plot()
        self.loaded.emit()

    def _show_plot(self) -> None:
        if self._plot is not None and self._curves is not None:
            self._plot.show_curves(self._curves)
            self._stack.setCurrentWidget(self._plot)


def _import_quietly() -> None:
    try:
        importlib.import_module(_MODULE)
    except Exception:  # noqa: BLE001 - the window imports it again and reports what is wrong
        sys.modules.pop(_MODULE, None)
