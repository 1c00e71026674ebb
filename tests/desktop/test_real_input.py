"""The main job by a real mouse and a real keyboard on a real screen, with the source or with the packaged program.

    LESION_LAB_PROGRAM=dist/lesion-lab/lesion-lab uv run pytest -m slow tests/desktop/test_real_input.py

Leaves pictures in the folder that `LESION_LAB_SCREENSHOTS` names.
"""

import os
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.labels import CLASSES
from tests.desktop.real_desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
_PORT = 7860


@pytest.fixture
def own_home(tmp_path: Path) -> Path:
    """With a blank and letters beyond ASCII."""
    return tmp_path / "Löße home"


@pytest.fixture
def desk(own_home: Path, tmp_path: Path) -> Iterator[Desk]:
    pictures = Path(os.environ.get("LESION_LAB_SCREENSHOTS", tmp_path / "pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    desk = Desk(own_home, pictures)
    yield desk
    desk.close()


def test_the_main_job_by_hand(desk: Desk, own_home: Path) -> None:
    """Demo data, a training, an evaluation, an answer, a second start, the web demo, and the end; nothing is faked."""
    began = time.monotonic()
    window = desk.start()
    desk.wait(desk.windows, "a window", 60)
    print(f"window after {time.monotonic() - began:.1f} s")  # noqa: T201 - a figure to be read, not a promise
    desk.focus()
    desk.press("Escape")  # the welcome is skipped
    desk.click(60, 65)  # Data, in the sidebar
    desk.picture("1-data-empty")
    desk.press("Tab", "Tab", "Tab", "Tab")  # Help, Choose folder, archive, and then the demo data
    desk.press("space")
    desk.wait(lambda: (own_home / "demo" / "HAM10000_metadata.csv").is_file(), "demo data")
    time.sleep(8)  # it is checked, then shown
    desk.picture("2-data")

    desk.click_primary("Go to training")
    time.sleep(1.5)
    desk.picture("3-train")
    desk.click_primary("Start training")
    desk.wait(lambda: list(own_home.glob("runs/*/model.safetensors")), "a trained model", 900)
    time.sleep(3)
    desk.picture("4-trained")

    desk.press("ctrl+3")
    desk.wait(lambda: list(own_home.glob("runs/*/evaluation/val/metrics.json")), "an evaluation")
    time.sleep(4)
    desk.picture("5-evaluation")

    desk.press("ctrl+4")
    image = sorted((own_home / "demo").rglob("*.jpg"))[3]
    desk.click_primary("Images")
    desk.focus("Choose images")
    desk.type(str(image))
    desk.press("Return")
    nevus = next(one.color for one in CLASSES if one.code == "nv")
    desk.wait(lambda: desk.has_color(nevus), "an answer with its bars")
    desk.picture("6-answer")

    second = desk.start(str(sorted((own_home / "demo").rglob("*.jpg"))[5]))
    assert second.wait(60) == 0
    time.sleep(4)
    desk.picture("7-second-start")

    desk.focus()
    desk.press("ctrl+5")
    desk.click_primary("Start of the web demo")
    desk.wait(_web_demo_answers, "an answer of the web demo")
    desk.picture("8-web-demo")
    desk.press("ctrl+q")
    assert window.wait(30) == 0
    assert window.stderr is not None
    assert "Traceback" not in window.stderr.read()


def _web_demo_answers() -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{_PORT}/", timeout=5) as answer:
            return b"Lesion Lab" in answer.read()
    except OSError:
        return False
