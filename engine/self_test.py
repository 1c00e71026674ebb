"""Tries every part of the program on demo data, in a folder of its own: whether this installation is whole."""

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import calls, places, runs, samples
from engine.calls import Call
from engine.config import DeviceName
from engine.errors import Cancelled, EngineError, UnexpectedError
from engine.events import Control, Event, OnEvent, StatusChanged, WebDemoStarted, ignore_events
from engine.labels import CODES
from engine.libraries import LIBRARIES, versions
from engine.process import Lane
from engine.recipes import from_recipe
from engine.web_question import ask

_PNG = b"\x89PNG\r\n\x1a\n"
_NEEDED = (
    "icon.svg",
    "style/style.qss",
    "style/light/down.svg",
    "style/dark/down.svg",
    "samples/samples.csv",
    "guide/index.md",
)
_FREE_PORT = 47860
_IMAGE_SIZE = 32


@dataclass(frozen=True, kw_only=True)
class Step:
    """One part of the program that was tried."""

    name: str
    passed: bool
    seconds: float
    detail: str
    """What was seen, or what is wrong."""


class _FailedError(Exception):
    """A part does not do what it should; the message says what was seen instead."""


def run_all(
    window_check: Call[str] | None = None,
    device: DeviceName = "cpu",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> tuple[Step, ...]:
    """Try every part in turn; what stands on a part that failed is not tried and counts as failed.

    `window_check` opens a window in a child process and says what was seen: the engine itself knows none. The user's
    runs, settings and caches are not touched. Raises `Cancelled`.
    """
    control = control or Control()
    with _own_home() as home:
        lane = Lane("self-test", places.log_dir())
        trial = _Trial(home, lane, window_check, device, control)
        try:
            return tuple(_try(name, part, control, on_event) for name, part in trial.parts())
        finally:
            lane.close()


def _try(name: str, part: Callable[[], str], control: Control, on_event: OnEvent) -> Step:
    on_event(StatusChanged(text=f"Trying {name}"))
    control.raise_if_cancelled()
    begun = time.monotonic()
    try:
        passed, detail = True, part()
    except Cancelled:
        raise
    except EngineError as error:
        passed, detail = False, f"{error.message} {error.hint}"
    except UnexpectedError as error:
        passed, detail = False, f"{error}\n{error.traceback}"
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other parts are tried
        passed, detail = False, str(error) if isinstance(error, _FailedError) else f"{type(error).__name__}: {error}"
    return Step(name=name, passed=passed, seconds=round(time.monotonic() - begun, 2), detail=detail)


@contextlib.contextmanager
def _own_home() -> Iterator[Path]:
    """A folder that stands in for the user's while it is tried; its name has a space and letters beyond ASCII."""
    before = os.environ.get("LESION_LAB_HOME")
    above = Path(tempfile.mkdtemp(prefix="lesion-lab-self-test-"))
    home = above / "Löße home"
    os.environ["LESION_LAB_HOME"] = str(home)
    try:
        home.mkdir()
        yield home
    finally:
        if before is None:
            del os.environ["LESION_LAB_HOME"]
        else:
            os.environ["LESION_LAB_HOME"] = before
        shutil.rmtree(above, ignore_errors=True)


class _Trial:
    """The parts, and what one of them leaves for the next."""

    def __init__(
        self, home: Path, lane: Lane, window_check: Call[str] | None, device: DeviceName, control: Control
    ) -> None:
        self._home, self._lane, self._window_check = home, lane, window_check
        self._device, self._control = device, control
        self._data: Path | None = None
        self._run: Path | None = None
        self._model: Path | None = None

    def parts(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """Their names, in the order in which they stand on each other."""
        return (
            ("resources", self._try_resources),
            ("libraries", self._try_libraries),
            ("operators", self._try_operators),
            ("window", self._try_window),
            ("demo data", self._try_demo_data),
            ("training", self._try_training),
            ("evaluation", self._try_evaluation),
            ("prediction", self._try_prediction),
            ("model file", self._try_model_file),
            ("web demo", self._try_web_demo),
        )

    def _carry_out(self, call: Call[Any]) -> Any:
        return self._lane.run(call, ignore_events, self._control)

    def _try_resources(self) -> str:
        folder = places.resources_dir()
        if missing := [name for name in _NEEDED if not (folder / name).is_file()]:
            raise _FailedError(f"Missing in {folder}: {', '.join(missing)}.")
        if missing := sorted(set(CODES) - {sample.dx for sample in samples.list_samples()}):
            raise _FailedError(f"There is no sample image of {', '.join(missing)}.")
        files = [path for path in folder.rglob("*") if path.is_file()]
        return f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB"

    def _try_libraries(self) -> str:
        found = versions()
        if missing := sorted(set(LIBRARIES) - set(found)):
            raise _FailedError(f"Without a version: {', '.join(missing)}.")
        number = self._carry_out(Call("engine.libraries:import_all", {}))
        return f"{number} modules imported, torch {found['torch']}"

    def _try_operators(self) -> str:
        return str(self._carry_out(Call("engine.model.operators:check", {})))

    def _try_window(self) -> str:
        if self._window_check is None:
            raise _FailedError("Nothing was named that opens a window.")
        with contextlib.closing(Lane("self-test-window", places.log_dir())) as lane:  # Qt may take its process along
            return lane.run(self._window_check, ignore_events, self._control)

    def _try_demo_data(self) -> str:
        self._data = self._carry_out(calls.create_demo_data(places.demo_dir()))
        summary = self._carry_out(calls.inspect_dataset(self._data))
        if not summary.is_demo or summary.n_images < 100:
            raise _FailedError(f"{summary.n_images} images, which {'are' if summary.is_demo else 'are not'} demo data.")
        return f"{summary.n_images} images drawn and read"

    def _try_training(self) -> str:
        data = _needed(self._data, "demo data")
        settings: dict[str, Any] = {"backbone": "resnet18", "weights": "none", "epochs": 1, "device": self._device}
        config = from_recipe("recommended", data=data, out=places.runs_dir(), image_size=_IMAGE_SIZE, **settings)
        trained = self._carry_out(calls.train(config))
        self._run, self._model = trained.run, trained.model
        if not trained.model.is_file() or len(runs.read_history(runs.RunFolder(trained.run).history)) != 1:
            raise _FailedError("The run has no model, or not one epoch.")
        return f"one epoch, model of {trained.model.stat().st_size / 1e6:.0f} MB"

    def _try_evaluation(self) -> str:
        scored = self._carry_out(calls.evaluate(_needed(self._run, "training")))
        figures = [path for path in scored.files if path.suffix == ".png"]
        if not figures or not all(path.read_bytes().startswith(_PNG) for path in figures):
            raise _FailedError("The figures were not drawn.")
        value = scored.balanced_accuracy.value
        return f"{len(figures)} figures; balanced accuracy on demo data {value:.2f}"

    def _try_prediction(self) -> str:
        model = _needed(self._model, "training")
        image = samples.list_samples()[0].path
        answer = self._carry_out(calls.predict(model, [image], self._device))[0]
        if answer.error or len(answer.probabilities) != len(CODES):
            raise _FailedError(answer.error or "There are not as many probabilities as classes.")
        explained = self._carry_out(calls.explain(model, image, self._device))
        if len(explained.maps) != len(CODES) or not all(one.png.startswith(_PNG) for one in explained.maps):
            raise _FailedError("The heat maps were not drawn.")
        return f"{len(explained.maps)} probabilities and heat maps"

    def _try_model_file(self) -> str:
        model = _needed(self._model, "training")
        copy = Path(shutil.copy(model, self._home / "a copy é.safetensors"))
        card = self._carry_out(calls.read_card(copy))
        image = samples.list_samples()[0].path
        first, second = (self._carry_out(calls.predict(one, [image], self._device))[0] for one in (model, copy))
        if first.probabilities != second.probabilities or not card.is_demo:
            raise _FailedError("A copy of the model answers otherwise.")
        return f"{card.backbone}, saved, loaded, the same answer"

    def _try_web_demo(self) -> str:
        model = _needed(self._model, "training")
        control, urls, errors = Control(), list[str](), list[Exception]()
        changed = threading.Event()

        def listen(event: Event) -> None:
            if isinstance(event, WebDemoStarted):
                urls.append(event.url)
                changed.set()

        def serve() -> None:
            try:
                self._lane.run(calls.serve_web_demo(model, _FREE_PORT, self._device), listen, control)
            except Cancelled:
                pass
            except Exception as error:  # noqa: BLE001 - told by the thread that waits
                errors.append(error)
            finally:
                changed.set()

        thread = threading.Thread(target=serve, name="self-test-web")
        thread.start()
        try:
            while not changed.wait(0.1):
                self._control.raise_if_cancelled()
            if not urls:
                raise errors[0]
            answer = ask(urls[0], samples.list_samples()[0].path)
            if not any(f'class="{kind}"' in answer for kind in ("ll-answer", "ll-refused")):
                raise _FailedError(f"It answered: {answer[:200]}")
        finally:
            control.cancel()
            thread.join()
        return f"answered an image at {urls[0]}"


def _needed(path: Path | None, what: str) -> Path:
    """What an earlier part made."""
    if path is None:
        raise _FailedError(f"Not tried: it needs {what}.")
    return path
