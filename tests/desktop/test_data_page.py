"""The Data page: its four states, with real checks in real children."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.data_page import DataPage
from desktop.settings import Settings
from desktop.state import AppState
from engine import places
from engine.calls import Call
from engine.events import ProgressDone
from engine.labels import DEMO_NOTICE
from tests.desktop import datasets
from tests.desktop.scripted_runner import ScriptedRunner


@pytest.fixture
def page(qtbot: QtBot, state: AppState, runner: JobRunner, settings: Settings) -> DataPage:
    page = DataPage(state, runner, settings)
    qtbot.addWidget(page)
    page.resize(784, 612)
    page.show()
    return page


def visible_primaries(page: DataPage) -> list[str]:
    buttons = page.findChildren(QPushButton)
    return [button.text() for button in buttons if button.isVisible() and button.property("primary")]


def drop(page: DataPage, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(QPoint(10, 10)), copy, data, left, none))


def test_empty_says_what_to_do_and_offers_it(page: DataPage) -> None:
    """Nothing chosen yet: choose, drop, or try the demo; no way on."""
    assert visible_primaries(page) == ["Choose folder…"]
    assert page.welcome.drop_area.isVisible()
    assert page.demo_button.isVisible()
    assert not page.welcome.recent_list.isVisible()
    assert not page.train_button.isVisible()
    assert not page.shows_demo_notice


def test_demo_data_from_the_button_to_the_result(
    qtbot: QtBot, page: DataPage, state: AppState, settings: Settings
) -> None:
    """One press draws it, checks it and shows it, saying throughout that it is no real data."""
    qtbot.mouseClick(page.demo_button, Qt.MouseButton.LeftButton)
    assert page.job_view.isVisible()
    assert visible_primaries(page) == ["Go to training"]
    assert not page.train_button.isEnabled()
    qtbot.waitUntil(lambda: state.dataset is not None, timeout=180_000)
    assert state.dataset is not None
    assert state.dataset.is_demo
    assert page.shows_demo_notice
    assert any(label == DEMO_NOTICE for label in texts(page))
    assert page.dataset_view.isVisible()
    assert sum(bar.value for bar in page.dataset_view.overview.chart.bars) == state.dataset.n_images
    assert visible_primaries(page) == ["Go to training"]
    assert settings.last_folder == places.demo_dir()
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.mouseClick(page.train_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["train"]


def texts(page: DataPage) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_counts_and_classes_are_shown_in_plain_words(page: DataPage, state: AppState, tmp_path: Path) -> None:
    """Images, lesions, and for each class name, code and both counts."""
    state.set_dataset(datasets.summary(tmp_path))
    assert {"10,015", "images", "7,470", "lesions", "7"} <= set(texts(page))
    bars = {bar.label: bar for bar in page.dataset_view.overview.chart.bars}
    melanoma = bars["Melanoma (mel)"]
    assert melanoma.text == "1,113 images, 614 lesions"
    assert (melanoma.value, melanoma.second) == (1113, 614)
    assert str(tmp_path) in texts(page)
    assert any("HAM10000 as on Kaggle" in text for text in texts(page))


def test_a_bad_folder_is_a_sentence_and_a_hint_and_the_earlier_result_stays(
    qtbot: QtBot, page: DataPage, state: AppState, tmp_path: Path
) -> None:
    """A table without the column dx, checked in a real child."""
    earlier = datasets.summary(tmp_path)
    state.set_dataset(earlier)
    page.open_folder(datasets.folder_without_dx(tmp_path / "bad"))
    assert page.job_view.isVisible()
    qtbot.waitUntil(lambda: bool(page.error_panel.sentence), timeout=180_000)
    assert "dx" in page.error_panel.sentence + page.error_panel.hint
    assert state.dataset is earlier
    assert page.dataset_view.isVisible()
    assert page.train_button.isEnabled()


def test_a_bad_first_folder_leaves_the_empty_page(qtbot: QtBot, page: DataPage, tmp_path: Path) -> None:
    """With nothing to go back to, the page again says what to do; a new try takes the error away."""
    page.open_folder(tmp_path)
    qtbot.waitUntil(lambda: bool(page.error_panel.sentence), timeout=180_000)
    assert visible_primaries(page) == ["Choose folder…"]
    page.open_folder(tmp_path)
    assert not page.error_panel.sentence


@pytest.mark.parametrize("name", ["photo.jpg", "nowhere"])
def test_what_is_no_folder_is_said_at_once(page: DataPage, runner: JobRunner, tmp_path: Path, name: str) -> None:
    """A file or a path that is gone needs no child to be refused."""
    (tmp_path / "photo.jpg").write_bytes(b"")
    drop(page, tmp_path / name)
    assert name in page.error_panel.sentence
    assert visible_primaries(page) == ["Choose folder…"]


def test_a_dropped_folder_or_table_is_opened(qtbot: QtBot, page: DataPage, state: AppState, tmp_path: Path) -> None:
    """So is a zip archive; what is dropped besides is left alone."""
    folder = datasets.folder_without_dx(tmp_path / "bad")
    (tmp_path / "data.ZIP").write_bytes(b"")
    for path in (folder / "HAM10000_metadata.csv", tmp_path / "data.ZIP"):
        drop(page, folder / "nothing.jpg", path)
        assert page.job_view.job is not None
        assert page.job_view.job.call.arguments == {"path": path}
    drop(page, tmp_path)
    assert page.job_view.job.call.arguments == {"path": tmp_path}


def test_cancel_goes_back_to_what_was_there(qtbot: QtBot, page: DataPage, state: AppState, tmp_path: Path) -> None:
    """Cancel while drawing the demo: "Cancelling…" at once, then the earlier result."""
    state.set_dataset(datasets.summary(tmp_path))
    page.open_demo()
    job = page.job_view.job
    assert job is not None
    qtbot.waitUntil(job.isRunning, timeout=60_000)
    qtbot.mouseClick(page.job_view.cancel_button, Qt.MouseButton.LeftButton)
    assert "Cancelling…" in page.job_view.text
    qtbot.waitUntil(page.dataset_view.isVisible, timeout=60_000)
    assert not page.error_panel.sentence


def test_a_second_folder_takes_the_place_of_the_first(
    qtbot: QtBot, page: DataPage, state: AppState, runner: JobRunner, tmp_path: Path
) -> None:
    """Nothing of a check that was given up arrives: neither its result nor that it was cancelled."""
    (tmp_path / "empty").mkdir()
    page.open_folder(tmp_path / "empty")
    first = page.job_view.job
    page.open_demo()
    qtbot.waitUntil(lambda: state.dataset is not None, timeout=180_000)
    assert first is not None
    assert first.is_over
    assert not first.has_succeeded
    assert not page.error_panel.sentence


def test_a_check_waits_for_the_work_before_it_and_says_so(
    qtbot: QtBot, page: DataPage, runner: JobRunner, tmp_path: Path
) -> None:
    """While a training holds the lane, the page does not look stuck."""
    call = Call("tests.engine.process_targets:count", {"total": 10_000, "seconds": 0.01})
    work = runner.start(call, "Training")
    qtbot.waitUntil(work.isRunning, timeout=60_000)
    page.open_folder(tmp_path)
    qtbot.waitUntil(lambda: "Waits until" in page.job_view.text, timeout=60_000)
    page.job_view.cancel_button.click()
    qtbot.waitUntil(page.choose_button.isVisible, timeout=60_000)


def test_recent_folders_are_offered(
    qtbot: QtBot, page: DataPage, state: AppState, settings: Settings, tmp_path: Path
) -> None:
    """On the empty page as buttons, beside a result in a menu that also has the demo data and the download."""
    folders = [tmp_path / "one", tmp_path / "two & three"]
    for folder in folders:
        folder.mkdir()
        settings.add_recent_folder(folder)
    state.set_dataset(None)
    assert page.welcome.recent_list.folders == tuple(reversed(folders))
    qtbot.mouseClick(page.welcome.recent_list.buttons[0], Qt.MouseButton.LeftButton)
    assert page.job_view.job is not None
    assert page.job_view.job.call.arguments == {"path": folders[1]}
    state.set_dataset(datasets.summary(folders[1]))
    actions = page.recent_menu.actions()
    assert [action.data() for action in actions if not action.isSeparator()] == [
        str(folders[0]),
        "Demo data",
        "Get HAM10000…",
        "Choose a zip archive or table…",
    ]
    actions[0].trigger()
    assert page.job_view.job.call.arguments == {"path": folders[0]}
    actions[-3].trigger()
    assert "demo" in page.job_view.job.call.target


def test_findings_are_listed_by_kind_and_name(page: DataPage, state: AppState, tmp_path: Path) -> None:
    """What was missing, by name; with none, a sentence instead of an empty list."""
    view = page.dataset_view
    state.set_dataset(datasets.summary(tmp_path, findings=(datasets.unlisted("x.jpg"), datasets.missing(7))))
    assert view.tabs.tabText(2) == "Findings (2)"
    view.tabs.setCurrentWidget(view.findings)
    assert "2 findings" in texts(page)
    model = view.findings.view.model()
    assert model.index(0, 0).data() == "Missing images: 1"
    assert model.index(0, 0, model.index(0, 0)).data() == "ISIC_0000007"
    state.set_dataset(datasets.summary(tmp_path))
    assert not view.findings.view.isVisible()
    assert any(text.startswith("Nothing to report") for text in texts(page))


def test_the_images_of_the_demo_data_from_the_grid_to_one_of_them(
    qtbot: QtBot, page: DataPage, state: AppState, runner: JobRunner
) -> None:
    """With real children: the tab lists them, brings the pictures in sight, and one click shows one large."""
    page.open_demo()
    qtbot.waitUntil(lambda: state.dataset is not None, timeout=180_000)
    assert state.dataset is not None
    browser = page.dataset_view.browser
    assert runner.child_pid("views") is None  # nobody looked at the images yet
    page.dataset_view.tabs.setCurrentWidget(browser)
    qtbot.waitUntil(lambda: bool(browser.grid.images.images), timeout=180_000)
    assert len([image for image in browser.grid.images.images if image.is_used]) == state.dataset.n_images
    in_sight = [browser.grid.images.images[row] for row in browser.grid.rows_in_sight()]
    assert 4 <= len(in_sight) < 60
    qtbot.waitUntil(lambda: all(browser.picture(image) is not None for image in in_sight), timeout=180_000)
    first = browser.picture(in_sight[0])
    assert first is not None
    assert not first.isNull()
    browser.grid.clicked.emit(browser.grid.images.index(0))
    qtbot.waitUntil(lambda: browser.viewer.view.image_size.width() > first.width(), timeout=180_000)
    assert page.shows_demo_notice
    assert browser.viewer.facts["Lesion"].startswith(in_sight[0].lesion_id)


def test_the_licence_stands_before_the_download(
    qtbot: QtBot, state: AppState, settings: Settings, tmp_path: Path
) -> None:
    """Nothing is fetched until it is accepted; then progress, and the folder is opened."""
    scripted = ScriptedRunner()
    page = DataPage(state, scripted, settings)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.show()
    page.welcome.get_button.click()
    question = page.question
    assert question is not None
    assert not question.download_button.isEnabled()
    question.folder_field.setText(str(tmp_path / "ham"))
    question.accept_box.click()
    question.download_button.click()
    assert page.question is None
    job = scripted.latest("download_ham10000")
    assert job.call.arguments == {"target": tmp_path / "ham", "accept_licence": True}
    job.report(ProgressDone(done=700, total=2800, unit="MB", seconds_left=600.0))
    assert "700 of 2,800 MB" in page.job_view.text
    assert "10 min left" in page.job_view.text
    (tmp_path / "ham").mkdir()
    job.succeed(tmp_path / "ham")
    assert scripted.latest("inspect").call.arguments == {"path": tmp_path / "ham"}
    assert settings.download_folder is None


def test_a_cancelled_download_is_offered_to_go_on(
    qtbot: QtBot, state: AppState, settings: Settings, tmp_path: Path
) -> None:
    """What has arrived is kept: the page says so, and proposes the same folder."""
    scripted = ScriptedRunner()
    page = DataPage(state, scripted, settings)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.show()
    page.ask_for_download()
    assert page.question is not None
    page.question.folder_field.setText(str(tmp_path))
    page.question.accept_box.click()
    page.question.download_button.click()
    job = scripted.latest("download_ham10000")
    page.job_view.cancel_button.click()
    assert job.is_cancelling
    job.end_cancelled()
    assert any("not finished" in text for text in texts(page))
    page.ask_for_download()
    assert page.question is not None
    assert page.question.folder == tmp_path


def test_a_refused_licence_fetches_nothing(qtbot: QtBot, state: AppState, settings: Settings, tmp_path: Path) -> None:
    """Cancel leaves everything as it was."""
    scripted = ScriptedRunner()
    page = DataPage(state, scripted, settings)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.show()
    page.ask_for_download()
    assert page.question is not None
    page.question.leave_button.click()
    assert page.question is None
    assert not scripted.jobs
    assert settings.download_folder is None
