"""The demo's server over HTTP: the same numbers as anywhere, whatever is sent to it."""

import concurrent.futures
import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.errors import ChildDiedError
from engine.events import WebDemoStarted
from tests.engine.data.test_images import giant_jpeg
from tests.web.conftest import Asker, RunningDemo, StartDemo, make_asker

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[2]


def text_of(message: dict[str, object]) -> str:
    """The answer's HTML."""
    output = message["output"]
    assert isinstance(output, dict)
    return str(output["data"][0])


def test_the_numbers_are_those_of_the_terminal(asker: Asker, model: Path, photos: list[Path]) -> None:
    """The same image gives the same probabilities, to 1e-6."""
    (image,) = asker.upload((photos[0].name, photos[0].read_bytes()))
    page = text_of(asker.ask("answer", image))
    found = dict(re.findall(r'data-code="(\w+)" data-probability="([^"]+)"', page))
    command = [sys.executable, "main.py", "predict", str(model), str(photos[0]), "--device", "cpu", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (answer,) = json.loads(done.stdout)
    assert {code: float(share) for code, share in found.items()} == pytest.approx(answer["probabilities"], abs=1e-6)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"no image at all", "not a JPEG or PNG"),
        (b"GIF89a" + bytes(100), "not a JPEG or PNG"),
        (giant_jpeg(), "pixels"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "damaged"),
    ],
    ids=["empty", "text", "gif", "bomb", "cut"],
)
def test_a_bad_image_gets_a_sentence(asker: Asker, content: bytes, said: str) -> None:
    """And the server goes on."""
    (image,) = asker.upload(("x.jpg", content))
    page = text_of(asker.ask("answer", image))
    assert said in page
    assert "Traceback" not in page


def test_names_are_shown_not_obeyed(asker: Asker, photos: list[Path]) -> None:
    """A file name that is HTML comes back as text."""
    name = "<img src=x onerror=alert(1)>.jpg"
    (image,) = asker.upload((name, photos[0].read_bytes()))
    image["orig_name"] = name
    page = text_of(asker.ask("answer_batch", [image]))
    assert "<img src=x" not in page


def test_an_image_that_was_cleaned_up_gets_a_sentence(asker: Asker, photos: list[Path]) -> None:
    """Uploads are deleted by age, also while somebody looks at the page."""
    (image,) = asker.upload((photos[0].name, photos[0].read_bytes()))
    Path(image["path"]).unlink()
    message = asker.ask("answer", image)
    assert "Traceback" not in str(message)
    (again,) = asker.upload((photos[0].name, photos[0].read_bytes()))
    assert "ll-bar" in text_of(asker.ask("answer", again))


def test_too_large_an_upload_is_refused(asker: Asker, demo: RunningDemo) -> None:
    """More than 20 MB is no image of a lesion; nothing of it stays."""
    before = set(demo.files())
    answer = asker.client.post("/gradio_api/upload", files={"files": ("big.jpg", b"\xff\xd8\xff" + bytes(21_000_000))})
    assert answer.status_code == 413
    assert set(demo.files()) == before


def test_nobody_jumps_the_queue(asker: Asker, photos: list[Path]) -> None:
    """What the model answers is asked through the queue alone, so that its limits hold."""
    (image,) = asker.upload((photos[0].name, photos[0].read_bytes()))
    question = {"data": [image], "fn_index": asker.functions["answer"], "session_hash": "jump"}
    assert asker.client.post("/gradio_api/run/predict", json=question).status_code in (403, 404)


def test_a_dropped_connection_harms_nobody(asker: Asker, demo: RunningDemo, photos: list[Path]) -> None:
    """Somebody closes the browser in the middle of an upload."""
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", demo.port)) as connection:
            head = f"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1:{demo.port}\r\nContent-Length: 100000\r\n"
            connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n".encode())
    (image,) = asker.upload((photos[0].name, photos[0].read_bytes()))
    assert "ll-bar" in text_of(asker.ask("answer", image))


def test_two_hundred_at_once_are_answered_or_told_to_wait(demo: RunningDemo, photos: list[Path]) -> None:
    """Nobody is left without a word, memory stays bounded, and the server goes on."""
    contents = [path.read_bytes() for path in photos]
    assert demo.lane.pid is not None
    process = psutil.Process(demo.lane.pid)
    before = process.memory_info().rss

    def ask(number: int) -> dict[str, object]:
        with demo.client() as client:
            asker = make_asker(client)
            (image,) = asker.upload((f"{number}.jpg", contents[number % len(contents)]))
            return asker.ask("answer", image, session=f"many{number}")

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(200)))
    answered = [one for one in answers if one["msg"] == "process_completed" and "ll-bar" in text_of(one)]
    refused = [one for one in answers if one["msg"] == "refused"]
    assert len(answered) + len(refused) == 200
    assert len(answered) >= 40
    assert all(one["status"] == 503 for one in refused), refused[0]
    assert process.memory_info().rss - before < 400_000_000
    assert "Traceback" not in demo.log


def test_its_folder_is_its_own_and_goes_with_it(start_demo: StartDemo, photos: list[Path]) -> None:
    """Nobody else on the computer may look into it, and nothing is left when the demo ends."""
    demo = start_demo()
    with demo.client() as client:
        make_asker(client).upload((photos[0].name, photos[0].read_bytes()))
    assert demo.files()
    if sys.platform != "win32":
        assert stat.S_IMODE(demo.folder.stat().st_mode) == 0o700
    demo.control.cancel()
    demo.outcome.get(timeout=20)
    assert not demo.folder.exists()


def test_a_taken_port_gives_the_next(start_demo: StartDemo, demo: RunningDemo) -> None:
    """And says so."""
    other = start_demo(demo.port)
    assert other.port > demo.port
    assert any(isinstance(event, WebDemoStarted) and event.is_other_port for event in other.events)


def test_a_model_deleted_meanwhile_gets_a_sentence(
    start_demo: StartDemo, model: Path, photos: list[Path], tmp_path: Path
) -> None:
    """The page says which, and serves on."""
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(model.read_bytes())
    demo = start_demo(of=copy)
    copy.unlink()
    with demo.client() as client:
        asker = make_asker(client)
        (image,) = asker.upload((photos[1].name, photos[1].read_bytes()))
        assert "copy.safetensors is not there any more" in text_of(asker.ask("answer", image))
        assert client.get("/").status_code == 200


def test_killed_from_outside_it_says_so(start_demo: StartDemo) -> None:
    """The window hears of it as of any child's death."""
    demo = start_demo()
    assert demo.lane.pid is not None
    os.kill(demo.lane.pid, 9)
    assert isinstance(demo.outcome.get(timeout=20), ChildDiedError)


def test_it_talks_to_this_computer_alone(model: Path, photos: list[Path], home: Path) -> None:
    """A guard on every socket call of the whole process, from before its first import, sees loopback only."""
    command = [sys.executable, "-m", "tests.web.guarded", str(model), str(photos[0])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["answered"]
    assert seen["elsewhere"] == []
    assert seen["here"]


def test_sigterm_ends_it_from_the_terminal(model: Path, home: Path) -> None:
    """`main.py web` says where it is, and ends with its folder removed and exit code 0."""
    command = [sys.executable, "main.py", "web", str(model), "--port", "7990", "--device", "cpu", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    give_up_at = time.monotonic() + 180
    for line in process.stderr:
        if "The web demo is at http://127.0.0.1:" in line or time.monotonic() > give_up_at:
            break
    process.terminate()
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert json.loads(out)["url"].startswith("http://127.0.0.1:")
    assert not list((home / "cache" / "web").iterdir())
