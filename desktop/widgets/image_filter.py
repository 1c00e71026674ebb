"""Chooses among the images of a data set: by class, sex, site and finding, and by a part of an id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from desktop.theme import GAP
from engine.data_results import ImageRow
from engine.data_wording import UNKNOWN, name_diagnosis, name_finding
from engine.labels import CODES

_DELAY_MS = 150  # somebody who types does not want the answer to each letter


class _Special:
    """A choice that is no kind of finding."""

    def __init__(self, words: str) -> None:
        self.words = words


LEFT_OUT = _Special("Images that are left out")
WITHOUT = _Special("Without a finding")
WITH = _Special("With a finding")


@dataclass(frozen=True, kw_only=True)
class ImageFilter:
    """What is wanted; None wants everything, "" what the table does not tell."""

    text: str = ""
    """Any part of the image's or the lesion's id, in upper or lower case."""
    dx: str | None = None
    sex: str | None = None
    localization: str | None = None
    finding: str | _Special | None = None
    """A kind of finding, `WITH`, `WITHOUT` or `LEFT_OUT`."""

    def accepts(self, image: ImageRow) -> bool:
        """Whether `image` is wanted."""
        return (
            (self.dx is None or image.dx == self.dx)
            and (self.sex is None or image.sex == self.sex)
            and (self.localization is None or image.localization == self.localization)
            and self._accepts_findings(image)
            and (not self.text or self.text in image.image_id.lower() or self.text in image.lesion_id.lower())
        )

    def _accepts_findings(self, image: ImageRow) -> bool:
        if self.finding is None:
            return True
        if self.finding is LEFT_OUT:
            return not image.is_used
        if isinstance(self.finding, _Special):
            return bool(image.kinds) is (self.finding is WITH)
        return self.finding in image.kinds


class FilterBar(QWidget):
    """A row of choices, each with what occurs in the data set."""

    changed = Signal()
    """`filter` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find an id")
        self.search.setAccessibleName("Find an image or lesion by a part of its id")
        self.search.setToolTip("Only images with these letters in their own or their lesion's id are shown.")
        self.search.setClearButtonEnabled(True)
        self.classes = _make_choice("Class", "Only images with this diagnosis are shown.")
        self.sexes = _make_choice("Sex", "Only images of people of this sex are shown.")
        self.sites = _make_choice("Site", "Only images from this part of the body are shown.")
        self.findings = _make_choice("Finding", "Only images of which the check had this to say are shown.")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self.changed)
        self.search.textChanged.connect(self._on_typed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.search, 3)
        for choice in (self.classes, self.sexes, self.sites, self.findings):
            choice.currentIndexChanged.connect(self.changed)
            layout.addWidget(choice, 2)

    @property
    def filter(self) -> ImageFilter:
        """What is wanted now."""
        return ImageFilter(
            text=self.search.text().strip().lower(),
            dx=self.classes.currentData(),
            sex=self.sexes.currentData(),
            localization=self.sites.currentData(),
            finding=self.findings.currentData(),
        )

    def look_for(self, name: str) -> None:
        """Want the images whose id or lesion has `name` in it, and nothing else."""
        for choice in (self.classes, self.sexes, self.sites, self.findings):
            with QSignalBlocker(choice):
                choice.setCurrentIndex(0)
        with QSignalBlocker(self.search):
            self.search.setText(name)
        self.changed.emit()

    def set_images(self, images: Sequence[ImageRow]) -> None:
        """Offer what occurs in `images`, and want everything, without a word of it."""
        dxs = {image.dx for image in images}
        codes = [code for code in CODES if code in dxs] + sorted(dxs.difference(CODES))
        _fill(self.classes, "All classes", [(name_diagnosis(code), code) for code in codes])
        _fill(self.sexes, "All sexes", _texts(image.sex for image in images))
        _fill(self.sites, "All sites", _texts(image.localization for image in images))
        kinds = sorted({kind for image in images for kind in image.kinds}, key=name_finding)
        findings: list[tuple[str, object]] = [(name_finding(kind), kind) for kind in kinds]
        if kinds:
            findings += [(one.words, one) for one in (WITH, WITHOUT)]
        if not all(image.is_used for image in images):
            findings.append((LEFT_OUT.words, LEFT_OUT))
        _fill(self.findings, "All findings", findings)
        with QSignalBlocker(self.search):
            self.search.clear()

    @Slot()
    def _on_typed(self) -> None:
        self._timer.start()


def _make_choice(name: str, help_text: str) -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName(name)
    choice.setToolTip(help_text)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(8)
    return choice


def _fill(choice: QComboBox, everything: str, values: Sequence[tuple[str, object]]) -> None:
    with QSignalBlocker(choice):
        choice.clear()
        choice.addItem(everything, None)
        for words, value in values:
            choice.addItem(words, value)
    choice.setEnabled(len(values) > 1 or (len(values) == 1 and isinstance(values[0][1], _Special)))
    widest = max(choice.fontMetrics().horizontalAdvance(words) for words in (everything, *(one[0] for one in values)))
    choice.view().setMinimumWidth(widest + 4 * GAP)


def _texts(values: Iterable[str]) -> list[tuple[str, object]]:
    """The values in order, what the table does not tell last."""
    present = set(values)
    words: list[tuple[str, object]] = [(value.capitalize(), value) for value in sorted(present - {""})]
    return [*words, (UNKNOWN.capitalize(), "")] if "" in present else words
