"""The first start: whether the welcome is due, and where each of its answers leads."""

from PySide6.QtCore import QObject, Signal, Slot

from desktop.pages.data_page import DataPage
from desktop.pages.predict_page import PredictPage
from desktop.pages.welcome_page import WelcomePage
from desktop.settings import Settings
from engine import starter


class FirstStart(QObject):
    """Owns the welcome; the window shows it where it is due, or whenever somebody asks for it."""

    page_requested = Signal(str)
    """The welcome was answered: turn to "data" or "predict"."""

    def __init__(
        self, settings: Settings, data_page: DataPage, predict_page: PredictPage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._data_page, self._predict_page = settings, data_page, predict_page
        self.welcome = WelcomePage()
        self.welcome.samples_chosen.connect(self._on_samples_chosen)
        self.welcome.demo_chosen.connect(self._on_demo_chosen)
        self.welcome.model_chosen.connect(self._on_model_chosen)
        self.welcome.data_chosen.connect(self._on_data_chosen)
        self.welcome.skipped.connect(self._on_data_chosen)

    def take_turn(self, *, has_paths: bool) -> bool:
        """Whether to show the welcome now: never twice, and not to somebody who knows what to open."""
        settings = self._settings
        used_before = any((settings.last_folder, settings.last_model, settings.last_run, settings.has_seen_welcome))
        settings.has_seen_welcome = True
        settings.save()  # at once: a program that is killed does not ask again either
        return not (used_before or has_paths)

    @Slot()
    def _on_samples_chosen(self) -> None:
        self.page_requested.emit("predict")
        model = starter.starter_model()
        if model is not None:
            self._predict_page.open_paths((model,))

    @Slot()
    def _on_demo_chosen(self) -> None:
        self.page_requested.emit("data")
        self._data_page.open_demo()

    @Slot()
    def _on_model_chosen(self) -> None:
        self.page_requested.emit("predict")
        self._predict_page.opener.choose_model()

    @Slot()
    def _on_data_chosen(self) -> None:
        self.page_requested.emit("data")
