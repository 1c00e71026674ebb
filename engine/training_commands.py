"""The commands of the terminal about training: train, and resume what was interrupted."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from engine import places, terminal
from engine.comparison_results import FoldsResult
from engine.config import BACKBONES, Balancing, DeviceName, Geometry, TrainingConfig, read_config, with_image_size
from engine.errors import ConfigError, Paused
from engine.evaluation_commands import find_run
from engine.evaluation_terminal import describe_pooled
from engine.events import Control, OnEvent
from engine.fold_sets import is_fold_set
from engine.json_output import training_json
from engine.labels import NOTICE
from engine.ranks import own_rank
from engine.recipes import RECIPES, decide_alike, from_recipe, named_rightly
from engine.records import as_json
from engine.variation import vary_more

COMMANDS = ("train", "resume")

Report = tuple[Any, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser of the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    _add_train(commands.add_parser("train", parents=[common], help="train a network on a data set"))

    resume = commands.add_parser("resume", parents=[common], help="go on with a training that was interrupted")
    resume.add_argument("run_folder", metavar="RUN", type=Path, help="folder of the run or folds, or its name")
    resume.add_argument("--open-test", action="store_true", help="of folds: open every test part; that is counted")
    resume.add_argument(
        "--data", type=Path, default=None, metavar="FOLDER", help="where the data lie now, if they were moved"
    )
    resume.add_argument(
        "--device", choices=get_args(DeviceName), default=None, help="where to compute from now on, if not as before"
    )
    resume.set_defaults(run=run_resume)


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default=None, help="where to compute")
    train.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="folder of the data set")
    train.add_argument(
        "--recipe",
        choices=tuple(RECIPES),
        default=None,
        help="set of defaults; quick needs ImageNet weights and trains the last layer alone (recommended)",
    )
    train.add_argument("--backbone", choices=BACKBONES, default=None, help="network (resnet50)")
    train.add_argument("--weights", default=None, help="auto, none, download, or a file with ImageNet weights (auto)")
    train.add_argument("--image-size", type=int, default=None, metavar="N", help="side of the input in pixels (224)")
    train.add_argument("--epochs", type=int, default=None, metavar="N", help="largest number of epochs (30; quick 50)")
    train.add_argument("--seed", type=int, default=None, metavar="N", help="decides split, weights and order (0)")
    train.add_argument(
        "--weight-bits", type=int, choices=(16, 32), default=None, help="of the finished model; 16 halve its file (32)"
    )
    train.add_argument("--limit", type=int, default=None, metavar="N", help="use about N images, whole lesions")
    train.add_argument("--split", default=None, help="auto, new, notebook, or a table of image ids and parts (auto)")
    train.add_argument("--fold", type=int, default=None, metavar="F", help="of a --split that holds folds, 0 the first")
    train.add_argument(
        "--allow-leaking-split",
        action="store_true",
        default=None,
        help="train on it all the same; every output says so",
    )
    train.add_argument("--threads", type=int, default=None, metavar="N", help="CPU threads (one per core)")
    train.add_argument("--out", type=Path, default=None, metavar="RUNS_DIR", help="folder that holds the runs")
    train.add_argument("--config", type=Path, default=None, metavar="FILE", help="repeat the config.json of a run")
    train.add_argument("--folds", type=int, default=None, metavar="K", help="train on each of K folds and pool them")
    train.add_argument("--open-test", action="store_true", help="with --folds: open every test part; that is counted")
    _add_custom(train.add_argument_group("settings of a recipe; with another value it is called custom"))
    train.set_defaults(run=run_train)


def _add_custom(own: "argparse._ArgumentGroup") -> None:
    own.add_argument(
        "--batch-size", type=int, default=None, metavar="N", help="images per step; fewer need less memory"
    )
    own.add_argument(
        "--learning-rate", type=float, default=None, metavar="X", help="how far a step goes: too high, the loss jumps"
    )
    own.add_argument(
        "--balancing",
        choices=get_args(Balancing),
        default=None,
        help="how often each class is shown; sqrt: rare ones more",
    )
    own.add_argument(
        "--optimizer", choices=("adamw", "adam"), default=None, help="adam knows no weight decay, adamw does"
    )
    own.add_argument(
        "--weight-decay",
        type=float,
        default=None,
        metavar="X",
        help="pull of the weights towards zero, 0 to 1; passed over by adam",
    )
    own.add_argument(
        "--schedule",
        choices=("cosine", "constant"),
        default=None,
        help="cosine: the rate rises over the warm-up, then fades to nearly 0; constant: always the same",
    )
    own.add_argument(
        "--warmup-epochs",
        type=float,
        default=None,
        metavar="X",
        help="epochs of warm-up, half of all at most; passed over by the constant schedule",
    )
    own.add_argument(
        "--averaging", type=float, default=None, metavar="X", help="share of the steps that are averaged, 0 for none"
    )
    own.add_argument(
        "--patience", type=int, default=None, metavar="N", help="epochs without improvement after which it stops"
    )
    own.add_argument(
        "--stop-on",
        choices=("balanced_accuracy", "loss"),
        default=None,
        help="validation figure that --patience watches; the best epoch is that of balanced accuracy either way",
    )
    own.add_argument(
        "--geometry",
        choices=get_args(Geometry),
        default=None,
        help="crop: the central square, which keeps shapes; squash: the whole image, squeezed into a square",
    )
    own.add_argument(
        "--flips", action=argparse.BooleanOptionalAction, default=None, help="mirror half of the images, each way"
    )
    own.add_argument("--rotation", type=float, default=None, metavar="X", help="turn each by up to X degrees, 0 to 180")
    own.add_argument("--zoom", type=float, default=None, metavar="X", help="zoom each by up to a share X, 0 to 1")
    own.add_argument(
        "--color", type=float, default=None, metavar="X", help="change light and colour by up to a share X, 0 to 1"
    )


_SETTINGS = (
    "backbone",
    "weights",
    "epochs",
    "batch_size",
    "seed",
    "weight_bits",
    "learning_rate",
    "balancing",
    "optimizer",
    "weight_decay",
    "schedule",
    "warmup_epochs",
    "averaging",
    "patience",
    "stop_on",
    "limit",
    "split",
    "fold",
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
        if options.image_size is not None:
            config = with_image_size(config, options.image_size)
        config = _varied(config, options)
        return config if decide_alike(config, read_config(options.config)) else replace(config, recipe="custom")
    if options.folder is None:
        raise ConfigError("No data set was named.", "Name its folder, or a config with --config.")
    out = given.pop("out", places.runs_dir())
    recipe = options.recipe or "recommended"
    config = from_recipe(recipe, data=options.folder.absolute(), out=out, image_size=options.image_size, **given)
    return named_rightly(_varied(config, options))


def _varied(config: TrainingConfig, options: argparse.Namespace) -> TrainingConfig:
    """`config` with the geometry and the augmentation that were asked for."""
    if options.geometry is not None:
        config = replace(config, preprocessing=replace(config.preprocessing, geometry=options.geometry))
    asked = {name: getattr(options, name) for name in ("flips", "rotation", "zoom", "color")}
    return replace(config, augmentation=vary_more(config.augmentation, **asked))


def run_train(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Train a network."""
    config = training_config(options)  # before the heavy import: what is wrong with it is said at once
    if options.folds is not None:
        _refuse_several_processes()
        from engine.training.folds import train_folds

        folds = train_folds(config, options.folds, options.open_test, control=control, on_event=on_event)
        return _report_folds(folds), 0
    if options.open_test:
        raise ConfigError("--open-test is for --folds.", "Evaluate the run with --open-test once it is trained.")
    from engine.training.trainer import train

    result = train(config, control=control, on_event=on_event)
    return (training_json(result), terminal.describe_training(result)), 0


def run_resume(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Go on with a training that was interrupted."""
    for path in (options.run_folder, places.runs_dir() / options.run_folder):
        if is_fold_set(path):
            _refuse_several_processes()
            _relocate(path, options, control, on_event)
            from engine.training.folds import resume_folds

            return _report_folds(resume_folds(path, options.open_test, control=control, on_event=on_event)), 0
    if options.open_test:
        raise ConfigError("--open-test is for a set of folds.", "Evaluate the run with --open-test once it is trained.")
    run = find_run(options.run_folder)
    _relocate(run, options, control, on_event)
    from engine.training.trainer import resume

    result = resume(run, control=control, on_event=on_event)
    return (training_json(result), terminal.describe_training(result)), 0


def _relocate(path: Path, options: argparse.Namespace, control: Control, on_event: OnEvent) -> None:
    if options.data is not None or options.device is not None:
        from engine.training.relocation import relocate

        relocate(path, options.data, options.device, control=control, on_event=on_event)


def _refuse_several_processes() -> None:
    if own_rank() is not None:
        raise ConfigError("Folds are trained by one process.", "Leave torchrun out, or train fold by fold with --fold.")


def _report_folds(result: FoldsResult) -> Report:
    value = {"folds": str(result.path), **as_json(result.pooled), "notice": NOTICE}
    return value, f"{describe_pooled(result.pooled)}\nFolds: {result.path}"


def describe_pause(paused: Paused) -> Report:
    """That a training was paused, and how it goes on."""
    value = {"paused": True, "run": str(paused.run), "epochs_run": paused.epochs_run, "epochs": paused.epochs}
    return value, f"{paused}\nGo on with it by: {terminal.resume_command(paused.run)}"
