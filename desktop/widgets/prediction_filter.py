"""Puts the answered images in order, and leaves out those that nobody wants to see now."""

from typing import Literal

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from desktop.widgets.prediction_model import ANSWER_ROLE, Answer, row_name
from engine.labels import INDEX
from engine.prediction_results import Prediction

Order = Literal["given", "probability", "group", "name"]
Index = QModelIndex | QPersistentModelIndex


class PredictionFilter(QSortFilterProxyModel):
    """Between the answers and their list; images without an answer come last in every order but the given one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order: Order = "given"
        self._kind, self._text = "all", ""
        self.setDynamicSortFilter(True)

    def set_order(self, order: Order) -> None:
        """ "given", most probable first, most probably of the group first, or by name."""
        self._order = order
        self.invalidate()
        self.sort(-1 if order == "given" else 0, Qt.SortOrder.AscendingOrder)

    def set_kind(self, kind: str) -> None:
        """Show "all", a class by its code, what the gate "refused", or "errors"."""
        self.beginFilterChange()
        self._kind = kind
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def set_text(self, text: str) -> None:
        """Show only images with `text` in their name, upper and lower case alike."""
        self.beginFilterChange()
        self._text = text.strip().casefold()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        answer = self.sourceModel().index(source_row, 0, source_parent).data(ANSWER_ROLE)
        return isinstance(answer, Answer) and self._accepts(answer.prediction)

    def lessThan(self, source_left: Index, source_right: Index) -> bool:
        left, right = (self._key(index.data(ANSWER_ROLE).prediction) for index in (source_left, source_right))
        return left < right

    def _accepts(self, prediction: Prediction) -> bool:
        if self._text and self._text not in row_name(prediction).casefold():
            return False
        if self._kind == "all":
            return True
        if self._kind == "errors":
            return prediction.code is None
        if self._kind == "refused":
            return prediction.is_refused
        return prediction.is_named and prediction.code == self._kind

    def _key(self, prediction: Prediction) -> tuple[int, float, str]:
        name = row_name(prediction).casefold()
        if self._order == "name":
            return 0, 0.0, name
        if prediction.code is None or not prediction.is_named:
            return (2 if prediction.code is None else 1), 0.0, name
        share = prediction.probabilities[INDEX[prediction.code]]
        return 0, -(share if self._order == "probability" else prediction.group_probability or 0.0), name
