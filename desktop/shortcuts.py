"""Finds every key that the window listens to, so that the list in Help is never out of date.

Actions say what they do by their text, a `QShortcut` by its `whatsThis`, and a widget that handles keys itself by the
property `keys`: {"Del": "Remove the chosen images"}.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.pages.page import Page

EVERYWHERE = "Everywhere"
_NATIVE = QKeySequence.SequenceFormat.NativeText
_OF_QT = (
    ("Tab, Shift+Tab", "Go to the next or the previous control"),
    ("Space", "Press the button that has the focus"),
)


@dataclass(frozen=True)
class KeyUse:
    """What a key does, and where."""

    place: str
    """The title of a page, or `EVERYWHERE`."""
    keys: str
    """As the system writes them."""
    words: str


def find_keys(window: QWidget) -> tuple[KeyUse, ...]:
    """Those of the whole window first, then page by page; none twice."""
    found = [
        KeyUse(_place(action.parent()), action.shortcut().toString(_NATIVE), _plain(action.text()))
        for action in window.findChildren(QAction)
        if not action.shortcut().isEmpty()
    ]
    found += [KeyUse(EVERYWHERE, keys, words) for keys, words in _OF_QT]
    for shortcut in window.findChildren(QShortcut):
        found.append(KeyUse(_place(shortcut.parent()), shortcut.key().toString(_NATIVE), shortcut.whatsThis()))
    for widget in window.findChildren(QWidget):
        uses = widget.property("keys") or {}
        found += [KeyUse(_place(widget), keys, words) for keys, words in uses.items()]
    unique = tuple(dict.fromkeys(found))
    places = list(dict.fromkeys([EVERYWHERE, *(one.place for one in unique)]))
    return tuple(sorted(unique, key=lambda one: places.index(one.place)))


def _place(owner: QObject | None) -> str:
    """The page that `owner` belongs to."""
    while owner is not None:
        if isinstance(owner, Page):
            return owner.title
        owner = owner.parent()
    return EVERYWHERE


def _plain(text: str) -> str:
    return text.replace("&", "").removesuffix("…")
