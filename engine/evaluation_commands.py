"""The commands of the terminal about evaluation: evaluate, compare, pool folds, score a submission, show a leak."""

import argparse
from pathlib import Path
from typing import Any

from engine import evaluation_terminal as terminal
from engine import places
from engine.atomic import write_bytes
from engine.errors import ConfigError, ModelFileError
from engine.evaluation_results import Evaluation
from engine.events import Control, OnEvent
from engine.json_output import evaluation_json
from engine.labels import NOTICE
from engine.records import as_json
from engine.results import Part
from engine.runs import RunFolder
from engine.starter import starter_model

COMMANDS = ("evaluate", "compare", "pool", "score", "leak")

Report = tuple[Any, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser of the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")

    evaluate = commands.add_parser(
        "evaluate", parents=[common], help="score a run on its validation or test part, or a model on other images"
    )
    evaluate.add_argument(
        "target",
        metavar="RUN|MODEL|PREDICTIONS.csv",
        type=Path,
        help="folder or name of a run, a model file with --data, or answers that an evaluation saved",
    )
    on = evaluate.add_mutually_exclusive_group()
    on.add_argument("--open-test", action="store_true", help="score the test part; every opening is counted")
    on.add_argument(
        "--data", type=Path, default=None, metavar="FOLDER", help="score on these labelled images, which it has not met"
    )
    evaluate.add_argument("--out", type=Path, default=None, metavar="FOLDER", help="for the result of --data")
    evaluate.add_argument("--report", type=Path, default=None, metavar="FILE", help="save the report as HTML here too")
    evaluate.set_defaults(run=run_evaluate)

    compare = commands.add_parser(
        "compare", parents=[common], help="say how much better one run is than another on the same images"
    )
    compare.add_argument("run_a", metavar="RUN", type=Path, help="folder or name of a run that was evaluated")
    compare.add_argument("run_b", metavar="RUN", type=Path, help="another with the same split")
    compare.add_argument("--part", choices=("val", "test"), default="val", help="where both were evaluated (val)")
    compare.set_defaults(run=run_compare)

    pool = commands.add_parser("pool", parents=[common], help="figures of all folds together, one run for each fold")
    pool.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="runs whose test parts were evaluated")
    pool.set_defaults(run=run_pool)

    score = commands.add_parser("score", parents=[common], help="score probabilities by the rule of ISIC 2018, task 3")
    score.add_argument("predictions", metavar="PREDICTIONS.csv", type=Path, help="a submission, or a predictions.csv")
    score.add_argument("truth", metavar="TRUTH.csv", type=Path, help="the challenge's table of true classes")
    score.set_defaults(run=run_score)

    leak = commands.add_parser(
        "leak", parents=[common], help="show what the notebook's split would have done to a data set"
    )
    leak.add_argument("folder", metavar="FOLDER", type=Path, help="folder, table or .zip of the data set")
    leak.add_argument("--seed", type=int, default=0, metavar="N", help="another number gives other splits (0)")
    leak.set_defaults(run=run_leak)


def run_evaluate(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Score a run on a part of its split, a model on external data, or answers that were saved."""
    if options.target.suffix == ".csv":
        result = _evaluate_answers(options, control, on_event)
    elif options.data is not None:
        result = _evaluate_external(options, control, on_event)
    elif options.out is not None:
        raise ConfigError("--out is for the result of --data.", "The result of a part stands in the folder of its run.")
    else:
        run = find_run(options.target)
        from engine.evaluation.evaluate import evaluate

        part: Part = "test" if options.open_test else "val"
        result = evaluate(run, part, control=control, on_event=on_event)
    if options.report is not None:
        _copy_report(result, options.report)
    return (evaluation_json(result), terminal.describe_evaluation(result)), 0


def _evaluate_answers(options: argparse.Namespace, control: Control, on_event: OnEvent) -> Evaluation:
    if options.data is not None or options.open_test or options.out is not None or options.report is not None:
        raise ConfigError(
            f"Of {options.target.name} only the figures are computed again; no option goes with it.",
            "Leave the options out, or name the run.",
        )
    from engine.evaluation.answers_again import evaluate_answers

    return evaluate_answers(options.target, control=control, on_event=on_event)


def _evaluate_external(options: argparse.Namespace, control: Control, on_event: OnEvent) -> Evaluation:
    run = options.target if options.target.exists() else places.runs_dir() / options.target
    if options.target == Path("starter"):
        run = find_model(options.target)
    if not run.exists():
        raise ModelFileError(f"There is no run and no model file {options.target}.", "Name the one or the other.")
    from engine.evaluation.external import evaluate_external

    return evaluate_external(run, options.data, options.out, control=control, on_event=on_event)


def _copy_report(result: Evaluation, path: Path) -> None:
    report = next(file for file in result.files if file.suffix == ".html")
    write_bytes(path.absolute(), report.read_bytes())


def run_compare(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Compare two runs by the answers that were saved when they were evaluated; no test part is opened."""
    run_a, run_b = find_run(options.run_a), find_run(options.run_b)
    from engine.evaluation.compare import compare

    comparison = compare(run_a, run_b, options.part, control=control, on_event=on_event)
    return ({**as_json(comparison), "notice": NOTICE}, terminal.describe_runs_compared(comparison)), 0


def run_pool(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Pool the answers of all folds, each from the test part that its run never learned from."""
    runs = [find_run(run) for run in options.runs]
    from engine.evaluation.folds import pool

    pooled = pool(runs, control=control, on_event=on_event)
    return ({**as_json(pooled), "notice": NOTICE}, terminal.describe_pooled(pooled)), 0


def run_score(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Score a submission to ISIC 2018, task 3."""
    from engine.evaluation.challenge import score_submission

    score = score_submission(options.predictions, options.truth, control=control, on_event=on_event)
    return ({**as_json(score), "notice": NOTICE}, terminal.describe_challenge(score)), 0


def run_leak(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Measure what the notebook's split would have done to a data set."""
    from engine.evaluation.leak_meter import measure_leak

    meter = measure_leak(options.folder, options.seed, control=control, on_event=on_event)
    return ({**as_json(meter), "notice": NOTICE}, terminal.describe_leak_meter(meter)), 0


def find_run(name: Path) -> Path:
    """The run folder that `name` means: a path, or the name of a run in the default folder. Raises `ConfigError`."""
    for path in (name, places.runs_dir() / name):
        if (path / "config.json").is_file():
            return path.absolute()
    if name.is_file():
        raise ConfigError(
            f"{name.name} is a model file; which images are its test part, only its run knows.",
            "Name the folder of the run, or other images with --data.",
        )
    raise ConfigError(f"{name} is not the folder of a run.", "Name the folder that `train` printed.")


def find_model(path: Path) -> Path:
    """The model file that `path` means: itself, the best one of a run folder, or with "starter" the starter model.

    Raises `ModelFileError`.
    """
    if path == Path("starter") and not path.exists():
        return _find_starter()
    if not path.is_dir():
        return path
    model = RunFolder(path).model
    if model is None:
        raise ModelFileError(f"There is no model in {path}.", "Name a model file, or the folder of a run.")
    return model


def _find_starter() -> Path:
    model = starter_model()
    if model is None:
        raise ModelFileError(
            "This copy of the program came without a starter model.", "Name a model file, or the folder of a run."
        )
    return model
