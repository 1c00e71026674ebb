"""Tabs on a page that scrolls: each is as tall as it needs to be, not as the tallest."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from desktop.theme import GAP


class FittedTabs(QWidget):
    """A bar of titles with the chosen widget below."""

    chosen = Signal()
    """Another tab is shown; see `current`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the bar."""
        super().__init__(parent)
        self._widgets: list[QWidget] = []
        self.bar = QTabBar()
        self.bar.setDrawBase(False)
        self.bar.setProperty("role", "many")
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(True)
        self.bar.setAccessibleName(name)
        self.bar.currentChanged.connect(self._on_changed)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        self._column.addWidget(self.bar)

    @property
    def current(self) -> QWidget:
        """The widget that is shown."""
        return self._widgets[self.bar.currentIndex()]

    @property
    def titles(self) -> tuple[str, ...]:
        """What can be chosen, from the left."""
        return tuple(self.bar.tabText(number) for number in range(self.bar.count()))

    def add(self, widget: QWidget, title: str) -> None:
        """Add a tab at the right; the first one is shown."""
        self._widgets.append(widget)
        self._column.addWidget(widget)
        widget.setVisible(len(self._widgets) == 1)
        self.bar.addTab(title)

    def show_tab(self, widget: QWidget) -> None:
        """Show the tab of `widget`."""
        self.bar.setCurrentIndex(self._widgets.index(widget))

    def set_offered(self, widget: QWidget, is_offered: bool) -> None:
        """Whether the tab of `widget` can be chosen at all; where it is shown and no longer can, the first one is."""
        number = self._widgets.index(widget)
        self.bar.setTabVisible(number, is_offered)
        if not is_offered and self.bar.currentIndex() == number:
            self.bar.setCurrentIndex(0)

    @Slot(int)
    def _on_changed(self, number: int) -> None:
        for place, widget in enumerate(self._widgets):
            widget.setVisible(place == number)
        if self._widgets:
            self.chosen.emit()
