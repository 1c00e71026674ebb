"""The same jobs from a terminal: predict, demo, download and those of other files, for people and for machines."""

import argparse
import contextlib
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from engine import (
    __version__,
    data_commands,
    doctor_commands,
    evaluation_commands,
    evaluation_terminal,
    home_choice,
    model_commands,
    places,
    predict_commands,
    self_test_commands,
    terminal,
    training_commands,
    web_commands,
)
from engine.calls import Call
from engine.errors import Cancelled, ConfigError, EngineError, Paused
from engine.events import Control, OnEvent
from engine.json_output import evaluation_json, prediction_json, training_json
from engine.licences import HAM10000
from engine.ranks import is_first_process
from engine.recipes import from_recipe
from engine.threads import share_cpu

COMMANDS = (
    *predict_commands.COMMANDS,
    "demo",
    "download",
    *training_commands.COMMANDS,
    *evaluation_commands.COMMANDS,
    *data_commands.COMMANDS,
    *doctor_commands.COMMANDS,
    *model_commands.COMMANDS,
    *web_commands.COMMANDS,
    *self_test_commands.COMMANDS,
)

_KEPT = {
    "download": "What has arrived is kept: the same command goes on from there.",
    "resume": "The run is as it was saved last, and can be resumed again.",
}
Report = tuple[Any, str]
"""What a command has to say: as JSON, and as text for people."""


def main(arguments: list[str], window_check: Call[str] | None = None) -> int:
    """Run one command and return its exit code; `window_check` opens a window for the self-test.

    0 done, 1 some images had no answer, 2 the user can mend it, 3 a fault of the program, 4 paused, 130 cancelled.
    With --json, stdout holds exactly one JSON value; everything else goes to stderr.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may be no text, or a console know few letters
    options = _parser(window_check).parse_args(arguments)
    share_cpu()
    value, text, code = _carry_out(options)
    if not is_first_process():
        return code  # the first one says the same
    if options.json:
        print(json.dumps(value, ensure_ascii=False, allow_nan=False))
    elif text:
        print(text)
    return code


def _carry_out(options: argparse.Namespace) -> tuple[Any, str, int]:
    """The result as JSON, as text, and the exit code; what went wrong is said on stderr."""
    control = Control()
    try:
        with _quiet_stdout(), _signals_handled(control, options.command):
            home_choice.check_there()
            (value, text), code = options.run(options, control, terminal.Progress())
            return value, text, code
    except EngineError as error:
        return _fail(error.message, error.hint, 2)
    except Paused as paused:
        value, text = training_commands.describe_pause(paused)
        print(text, file=sys.stderr)
        return value, "", 4
    except Cancelled:
        return _fail("Cancelled.", _KEPT.get(options.command, "Nothing was kept."), 130)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _fail(f"A fault of the program: {type(error).__name__}: {error}", traceback.format_exc(), 3)


def _fail(message: str, hint: str, code: int) -> tuple[Any, str, int]:
    print(f"{message}\n{hint}", file=sys.stderr)
    return {"error": message, "hint": hint}, "", code


def _parser(window_check: Call[str] | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lesion-lab",
        description="Train, judge and use a skin-lesion image classifier. Without a command the window opens.",
        epilog="Research and education only. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"lesion-lab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    common.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default=None, help="where to compute")

    training_commands.add_commands(commands)

    predict_commands.add_commands(commands)

    demo = commands.add_parser("demo", parents=[common], help="draw demo data, train on it, evaluate and predict")
    demo.add_argument("--out", type=Path, default=None, metavar="RUNS_DIR", help="folder that holds the runs")
    demo.set_defaults(run=_demo)

    download = commands.add_parser("download", parents=[common], help=f"get HAM10000: {HAM10000.size}")
    download.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="a new or an empty folder")
    download.add_argument("--accept-licence", action="store_true", help=f"accept {HAM10000.name}, non-commercial use")
    download.set_defaults(run=_download)

    evaluation_commands.add_commands(commands)
    data_commands.add_commands(commands)
    doctor_commands.add_commands(commands)
    model_commands.add_commands(commands)
    web_commands.add_commands(commands)
    self_test_commands.add_commands(commands, window_check)
    return parser


def _demo(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """The whole chain on demo data: draw, train, evaluate, predict."""
    from engine.data.demo import create
    from engine.evaluation.evaluate import evaluate
    from engine.prediction.predictor import predict
    from engine.training.trainer import train

    data = create(places.demo_dir(), control=control, on_event=on_event)
    settings = {"backbone": "resnet18", "weights": "none", "epochs": 5, "device": options.device or "auto"}
    out = (options.out or places.runs_dir()).absolute()
    config = from_recipe("recommended", data=data, out=out, image_size=64, **settings)
    trained = train(config, control=control, on_event=on_event)
    scored = evaluate(trained.run, "val", control=control, on_event=on_event)
    images = sorted(data.rglob("*.jpg"))[:3]
    answers = predict(trained.model, images, control=control, on_event=on_event)
    texts = (terminal.describe_training(trained), evaluation_terminal.describe_evaluation(scored))
    value = {
        "train": training_json(trained),
        "evaluate": evaluation_json(scored),
        "predict": [prediction_json(answer, is_demo=True) for answer in answers],
    }
    return (value, "\n\n".join((*texts, terminal.describe_predictions(answers, is_demo=True)))), 0


def _download(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """HAM10000, once its licence was read and accepted."""
    from engine.data.download import download_ham10000

    if not options.accept_licence:
        print(HAM10000.text, file=sys.stderr)
        fault = f"The licence of HAM10000, {HAM10000.name}, was not accepted."
        raise ConfigError(fault, "Read it above; if your use is non-commercial, accept it with --accept-licence.")
    folder = options.folder or places.ham10000_dir()
    path = download_ham10000(folder, options.accept_licence, control=control, on_event=on_event)
    return ({"path": str(path), "licence": HAM10000.name}, f"HAM10000 is in {path}\n{HAM10000.text}"), 0


@contextlib.contextmanager
def _quiet_stdout() -> Iterator[None]:
    """Whatever libraries print goes to stderr, so that stdout holds the result alone."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def _signals_handled(control: Control, command: str) -> Iterator[None]:
    """Ctrl+C finishes a training early and keeps the best model; anything else, and the second Ctrl+C, cancels.

    Ctrl+\\ (on Windows Ctrl+Break), the signal by which systems ask programs to end, and the one that comes when the
    terminal is closed, pause a training.
    """
    is_training = command in ("train", "resume", "demo")
    shows_result = os.isatty(1)  # a terminal that was closed says no

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if is_training and not control.is_finishing_early:
            control.finish_early()
            second = "leaves the run as it was saved last" if command == "resume" else "discards the run"
            print(f"\nFinishing early and keeping the best model; Ctrl+C again {second}.", file=sys.stderr)
        else:
            control.cancel()

    def on_pause(number: int, frame: FrameType | None) -> None:
        control.pause()
        print("\nPausing: a checkpoint is written after this batch.", file=sys.stderr)

    def on_hangup(number: int, frame: FrameType | None) -> None:
        if shows_result:  # nobody reads it there any more, and writing it would fail
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        on_pause(number, frame)

    names = ("SIGTERM", "SIGQUIT", "SIGBREAK") if is_training else ()
    handlers = {getattr(signal, name): on_pause for name in names if hasattr(signal, name)}
    if is_training and hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        handlers[signal.SIGHUP] = on_hangup  # where nohup was not asked to go on all the same
    handlers[signal.SIGINT] = on_interrupt
    if command == "web":  # how systems ask programs to end is its normal end
        handlers[signal.SIGTERM] = on_interrupt
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
