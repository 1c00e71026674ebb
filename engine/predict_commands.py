"""The command of the terminal about single images: predict, with files of the answers and of heat maps."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import terminal
from engine.errors import ConfigError
from engine.evaluation_commands import find_model
from engine.events import Control, OnEvent
from engine.json_output import prediction_json
from engine.prediction_results import Prediction
from engine.wording import count

COMMANDS = ("predict",)

Report = tuple[Any, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of the command line."""
    predict = commands.add_parser("predict", help="name the lesions in images")
    predict.add_argument("model", metavar="MODEL", type=Path, help="a model file or the folder of a run")
    predict.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="images, or folders of images")
    predict.add_argument("--views", type=int, choices=(1, 8), default=1, help="8: look at flips and rotations too (1)")
    predict.add_argument("--one-lesion", action="store_true", help="all images show one lesion: answer them together")
    predict.add_argument("--show-anyway", action="store_true", help="answer also what does not look like a lesion")
    predict.add_argument("--csv", type=Path, default=None, metavar="FILE", help="save the answers as a table")
    predict.add_argument("--jsonl", type=Path, default=None, metavar="FILE", help="save them as JSON lines")
    predict.add_argument("--report", type=Path, default=None, metavar="FILE", help="save them as an HTML page")
    predict.add_argument("--heatmaps", type=Path, default=None, metavar="FOLDER", help="save each image's heat map")
    predict.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    predict.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where to compute")
    predict.set_defaults(run=run_predict)


def run_predict(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Answer images; exit code 1 if one of them could not be read. Files of an earlier time are replaced."""
    files = _check_endings(options)
    model = find_model(options.model)
    from engine.model.file import read_card
    from engine.prediction.export import save_answers
    from engine.prediction.heat_map_files import save_heat_maps
    from engine.prediction.predictor import predict

    answers = predict(
        model,
        options.paths,
        options.device,
        views=options.views,
        as_one_lesion=options.one_lesion,
        control=control,
        on_event=on_event,
    )
    if options.show_anyway:
        answers = _show_anyway(answers, options.one_lesion)
    for file in files:
        save_answers([model], answers, file, options.device, control=control, on_event=on_event)
    if options.heatmaps is not None:
        folder = options.heatmaps.absolute()
        files.append(save_heat_maps(model, answers, folder, options.device, control=control, on_event=on_event))
    failed = [answer for answer in answers if answer.error is not None]
    is_demo = read_card(model).is_demo
    text = terminal.describe_predictions(answers, is_demo=is_demo)
    if failed:
        names = "\n".join(f"  {answer.path}: {answer.error}" for answer in failed)
        text += f"\n\n{count(len(failed), 'image')} could not be answered:\n{names}"
    text += "".join(f"\nSaved: {file}" for file in files)
    return ([prediction_json(answer, is_demo=is_demo) for answer in answers], text), int(bool(failed))


def _show_anyway(answers: Sequence[Prediction], as_one_lesion: bool) -> tuple[Prediction, ...]:
    """The answers, those that the gate refused shown and marked, and lesions fused from all of them."""
    from engine.prediction.fusion import fuse_lesions

    single = (answer for answer in answers if not answer.fused_from)
    shown = tuple(replace(answer, shown_anyway=True) if answer.is_refused else answer for answer in single)
    return shown + fuse_lesions(shown, as_one_lesion)


def _check_endings(options: argparse.Namespace) -> list[Path]:
    """The files to write, named right before the work begins. Raises `ConfigError`."""
    asked = (
        ("--csv", options.csv, ".csv"),
        ("--jsonl", options.jsonl, ".jsonl"),
        ("--report", options.report, ".html"),
    )
    for option, path, suffix in asked:
        if path is not None and path.suffix.lower() != suffix:
            raise ConfigError(f"{option} cannot write {path.name}.", f"Give the file the ending {suffix}.")
    return [path.absolute() for _, path, _ in asked if path is not None]
