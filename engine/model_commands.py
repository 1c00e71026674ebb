"""The commands of the terminal about models: list them, say what one is, take in and give out plain weights."""

import argparse
from pathlib import Path
from typing import Any

from engine import places, starter
from engine.evaluation_commands import find_model
from engine.events import Control, OnEvent
from engine.fold_sets import list_resumable_sets
from engine.imported import list_imported
from engine.labels import NOTICE
from engine.model_wording import describe_card
from engine.records import as_json
from engine.runs import list_resumable, list_runs
from engine.terminal import resume_command
from engine.wording import describe_run

COMMANDS = ("models", "card", "import", "export")

Report = tuple[Any, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser of the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")

    models = commands.add_parser("models", parents=[common], help="list the runs and the imported models")
    models.add_argument("--out", type=Path, default=None, metavar="RUNS_DIR", help="folder that holds the runs")
    models.set_defaults(run=run_models)

    card = commands.add_parser("card", parents=[common], help="say what a model is, learned from, can and cannot do")
    card.add_argument("model", metavar="MODEL", type=Path, help="a model file or the folder of a run")
    card.set_defaults(run=run_card)

    take_in = commands.add_parser("import", parents=[common], help="make a model file of the notebook's .pth weights")
    take_in.add_argument("file", metavar="FILE", type=Path, help="a plain state dict, such as skin_cancer_model.pth")
    take_in.set_defaults(run=run_import)

    give_out = commands.add_parser("export", parents=[common], help="write a model's weights as a plain .pth file")
    give_out.add_argument("model", metavar="MODEL", type=Path, help="a model file or the folder of a run")
    give_out.add_argument("out", metavar="OUT.pth", type=Path, help="the file to write; its card comes beside it")
    give_out.set_defaults(run=run_export)


def run_models(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Every model that can be asked, with its path, and every training that can be resumed, with the line to type."""
    out = options.out or places.runs_dir()
    runs, imported, waiting = list_runs(out), list_imported(), list_resumable(out) + list_resumable_sets(out)
    resume = {run.path: resume_command(run.path) for run in waiting}
    brought = starter.starter_model()
    value = {
        "runs": [as_json(run) for run in runs],
        "imported": [as_json(model) for model in imported],
        "starter": None if brought is None else str(brought),
        "resumable": [{**as_json(run), "resume": resume[run.path]} for run in waiting],
    }
    lines = []
    for run in (*runs, *(run for run in waiting if run.model is None)):
        lines.append(f"{describe_run(run)}\n  {run.path}")
        lines += [f"  Go on with it by: {resume[run.path]}"] if run.path in resume else []
    lines += [f"{model.name}; {model.backbone}\n  {model.path}" for model in imported]
    lines += [] if brought is None else [f"{starter.NAME}, comes with the program\n  {brought}"]
    return (value, "\n".join([*(lines or ["There is no model yet: train one, or import one."]), NOTICE])), 0


def run_card(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """What a model says about itself."""
    model = find_model(options.model)
    from engine.model.file import read_card

    card = read_card(model)
    return (as_json(card), "\n".join(describe_card(card))), 0


def run_import(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Take in plain weights; nothing in the file is run."""
    from engine.model.file import read_card
    from engine.model.state_dict import import_weights

    model = import_weights(options.file, control=control, on_event=on_event)
    text = "\n".join([*describe_card(read_card(model)), f"Model file: {model}"])
    return ({"model": str(model)}, text), 0


def run_export(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Give a model out as plain weights."""
    model = find_model(options.model)
    from engine.model.state_dict import card_beside, export_weights

    path = export_weights(model, options.out, control=control, on_event=on_event)
    card = card_beside(path)
    text = f"Weights: {path.absolute()}\nCard: {card.absolute()}\n{NOTICE}"
    return ({"weights": str(path.absolute()), "card": str(card.absolute())}, text), 0
