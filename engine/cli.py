"""The same jobs from a terminal: train, predict, demo and download, for people and, with --json, machines."""

import argparse
import contextlib
import json
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from engine import (
    __version__,
    data_commands,
    doctor_commands,
    evaluation_commands,
    evaluation_terminal,
    places,
    terminal,
)
from engine.config import BACKBONES, RECIPES, TrainingConfig, from_recipe, read_config, with_image_size
from engine.errors import Cancelled, ConfigError, EngineError
from engine.events import Control, OnEvent
from engine.json_output import evaluation_json, prediction_json, training_json
from engine.licences import HAM10000
from engine.threads import share_cpu

COMMANDS = (
    "train",
    "predict",
    "demo",
    "download",
    *evaluation_commands.COMMANDS,
    *data_commands.COMMANDS,
    *doctor_commands.COMMANDS,
)

_KEPT = {"download": "What has arrived is kept: the same command goes on from there."}
Report = tuple[Any, str]
"""What a command has to say: as JSON, and as text for people."""


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code.

    0 done, 1 some images had no answer, 2 the user can mend it, 3 a fault of the program, 130 cancelled.
    With --json, stdout holds exactly one JSON value; everything else goes to stderr.
    """
    options = _parser().parse_args(arguments)
    share_cpu()
    value, text, code = _carry_out(options)
    if options.json:
        print(json.dumps(value, ensure_ascii=False, allow_nan=False))
    elif text:
        print(text)
    return code


def _carry_out(options: argparse.Namespace) -> tuple[Any, str, int]:
    """The result as JSON, as text, and the exit code; what went wrong is said on stderr."""
    control = Control()
    try:
        with _quiet_stdout(), _interrupt_handled(control, can_finish=options.command in ("train", "demo")):
            (value, text), code = options.run(options, control, terminal.Progress())
            return value, text, code
    except EngineError as error:
        return _fail(error.message, error.hint, 2)
    except Cancelled:
        return _fail("Cancelled.", _KEPT.get(options.command, "Nothing was kept."), 130)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _fail(f"A fault of the program: {type(error).__name__}: {error}", traceback.format_exc(), 3)


def _fail(message: str, hint: str, code: int) -> tuple[Any, str, int]:
    print(f"{message}\n{hint}", file=sys.stderr)
    return {"error": message, "hint": hint}, "", code


def _parser() -> argparse.ArgumentParser:
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

    _add_train(commands.add_parser("train", parents=[common], help="train a network on a data set"))

    predict = commands.add_parser("predict", parents=[common], help="name the lesions in images")
    predict.add_argument("model", metavar="MODEL", type=Path, help="a model file or the folder of a run")
    predict.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="images, or folders of images")
    predict.set_defaults(run=_predict)

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
    return parser


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="folder of the data set")
    train.add_argument("--recipe", choices=tuple(RECIPES), default=None, help="set of defaults (recommended)")
    train.add_argument("--backbone", choices=BACKBONES, default=None, help="network (resnet50)")
    train.add_argument("--weights", default=None, help="auto, none, download, or a file with ImageNet weights (auto)")
    train.add_argument("--image-size", type=int, default=None, metavar="N", help="side of the input in pixels (224)")
    train.add_argument("--epochs", type=int, default=None, metavar="N", help="largest number of epochs (30)")
    train.add_argument("--batch-size", type=int, default=None, metavar="N", help="images per step (32)")
    train.add_argument("--seed", type=int, default=None, metavar="N", help="decides split, weights and order (0)")
    train.add_argument("--limit", type=int, default=None, metavar="N", help="use about N images, whole lesions")
    train.add_argument("--split", default=None, help="auto, new, or a table with image ids and parts (auto)")
    train.add_argument(
        "--allow-leaking-split",
        action="store_true",
        default=None,
        help="train on it all the same; every output says so",
    )
    train.add_argument("--threads", type=int, default=None, metavar="N", help="CPU threads (one per core)")
    train.add_argument("--out", type=Path, default=None, metavar="RUNS_DIR", help="folder that holds the runs")
    train.add_argument("--config", type=Path, default=None, metavar="FILE", help="repeat the config.json of a run")
    train.set_defaults(run=_train)


_SETTINGS = (
    "backbone",
    "weights",
    "epochs",
    "batch_size",
    "seed",
    "limit",
    "split",
    "allow_leaking_split",
    "threads",
    "device",
    "out",
)


def training_config(options: argparse.Namespace) -> TrainingConfig:
    """The config that the options of `train` ask for. Raises `ConfigError`."""
    given = {name: getattr(options, name) for name in _SETTINGS if getattr(options, name) is not None}
    if options.out is not None:
        given["out"] = options.out.absolute()
    if options.config is not None:
        if options.recipe is not None:
            raise ConfigError("--recipe and --config exclude each other.", "A config holds all settings of its recipe.")
        if options.folder is not None:
            given["data"] = options.folder.absolute()
        config = read_config(options.config, **given)
        return config if options.image_size is None else with_image_size(config, options.image_size)
    if options.folder is None:
        raise ConfigError("No data set was named.", "Name its folder, or a config with --config.")
    out = given.pop("out", places.runs_dir())
    recipe = options.recipe or "recommended"
    return from_recipe(recipe, data=options.folder.absolute(), out=out, image_size=options.image_size, **given)


def _train(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    config = training_config(options)  # before the heavy import: what is wrong with it is said at once
    from engine.training.trainer import train

    result = train(config, control=control, on_event=on_event)
    return (training_json(result), terminal.describe_training(result)), 0


def _predict(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    model = evaluation_commands.find_model(options.model)
    from engine.prediction.predictor import predict

    answers = predict(model, options.paths, options.device or "auto", control=control, on_event=on_event)
    failed = any(answer.error is not None for answer in answers)
    return ([prediction_json(answer) for answer in answers], terminal.describe_predictions(answers)), int(failed)


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
        "predict": [prediction_json(answer) for answer in answers],
    }
    return (value, "\n\n".join((*texts, terminal.describe_predictions(answers)))), 0


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
def _interrupt_handled(control: Control, *, can_finish: bool) -> Iterator[None]:
    """Ctrl+C finishes a training early and keeps the best model; anything else, and the second Ctrl+C, cancels."""

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if can_finish and not control.is_finishing_early:
            control.finish_early()
            print("\nFinishing early and keeping the best model; Ctrl+C again discards the run.", file=sys.stderr)
        else:
            control.cancel()

    previous: Callable[[int, FrameType | None], Any] | int | None = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
