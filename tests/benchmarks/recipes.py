"""Compares Recommended with Notebook on splits by lesion, each with the time that Notebook needs until it stops early.

    python -m tests.benchmarks.recipes DATA --out FOLDER [--seeds 0 1 2] [--limit 400] [--weights FILE]

Takes hours. Each seed has its own split; what FOLDER/seed_N.json holds already is not trained again: after a change to
one recipe delete that one there. The test part of each split is opened once for each model, after all are trained. With
a file of ImageNet weights Quick stands beside them, in its own time; the other two start from random weights all the
same.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import atomic
from engine.config import TrainingConfig
from engine.data.split import read_split
from engine.evaluation.bootstrap import draw_weights
from engine.evaluation.evaluate import evaluate
from engine.evaluation.metrics import area_under_roc
from engine.events import EpochDone, Event, RunStarted
from engine.labels import CODES
from engine.model import device
from engine.recipes import from_recipe
from engine.results import TrainingResult
from engine.runs import RunFolder, discard_run
from engine.training.trainer import train

Floats = npt.NDArray[np.float64]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Side:
    """What one recipe did with one seed."""

    run: str
    seconds: float
    """From the first batch to the end of the last epoch: of the CPU where that computes, by the wall on a GPU."""
    epochs: int
    best_epoch: int


def main() -> None:
    """Train what is missing, open the test parts, print the table."""
    options = _read_options()
    clock = time.process_time if device.choose().type == "cpu" else time.perf_counter
    print(f"{device.describe().name}; {options.backbone} at {options.size} px from random weights")
    differences: list[tuple[float, Floats]] = []
    quick: list[tuple[float, Floats]] = []
    for seed in options.seeds:
        sides = _read_or_train(options, seed, clock)
        tables = {name: _answers(options, Path(side.run)) for name, side in sides.items()}
        for name, side in sides.items():
            print(
                f"seed {seed}  {name:12s} {side.seconds:8.0f} s  {side.epochs:3d} epochs, best {side.best_epoch:3d}  "
                f"balanced accuracy {_balanced_accuracy(tables[name]):.3f}  macro AUC {_macro_auc(tables[name]):.3f}"
            )
        if sides["notebook"].epochs == options.epochs:
            print(f"seed {seed}  Notebook did not stop early in {options.epochs} epochs")
        differences.append(_compare(tables["recommended"], tables["notebook"], seed))
        _print_difference(f"seed {seed}: Recommended", [differences[-1]])
        if "quick" in tables:
            quick.append(_compare(tables["quick"], tables["notebook"], seed))
            _print_difference(f"seed {seed}: Quick", [quick[-1]])
    _print_difference("mean of the seeds: Recommended", differences)
    if quick:
        _print_difference("mean of the seeds: Quick", quick)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for runs and results")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--backbone", default="resnet18")
    parser.add_argument("--size", type=int, default=64, help="side of the input in pixels")
    parser.add_argument("--weights", type=Path, help="file with ImageNet weights of the backbone, for Quick")
    parser.add_argument("--limit", type=int, help="about so many images only, for a small machine")
    parser.add_argument("--epochs", type=int, default=200, help="most epochs for Notebook, should it not stop early")
    parser.add_argument(
        "--part", choices=("test", "val"), default="test", help="val to try things without the test part"
    )
    return parser.parse_args()


def _read_or_train(options: argparse.Namespace, seed: int, clock: Clock) -> dict[str, Side]:
    """Notebook until it stops, then Recommended with as many epochs as fit into the same time; Quick if it can be."""
    result: Path = options.out / f"seed_{seed}.json"
    sides: dict[str, Side] = {}
    if result.is_file():
        sides = {name: Side(**side) for name, side in json.loads(result.read_text(encoding="utf-8")).items()}
    if "notebook" not in sides:
        sides["notebook"] = _train(options, seed, "notebook", options.epochs, clock)
    if "recommended" not in sides:
        pilot = _train(options, seed, "recommended", 1, clock)  # an epoch, with validation; thrown away
        discard_run(Path(pilot.run))
        epochs = max(1, int(sides["notebook"].seconds / pilot.seconds))
        sides["recommended"] = _train(options, seed, "recommended", epochs, clock)
    if options.weights is not None and "quick" not in sides:
        sides["quick"] = _train(options, seed, "quick", min(50, options.epochs), clock)
    splits = [read_split(RunFolder(Path(side.run)).split) for side in sides.values()]
    if not all(split.equals(splits[0]) for split in splits):
        raise SystemExit("The runs have different splits; nothing can be compared.")
    atomic.write_json(result, {name: asdict(side) for name, side in sides.items()})
    return sides


def _config(options: argparse.Namespace, seed: int, recipe: str, epochs: int) -> TrainingConfig:
    settings = {"patience": epochs} if recipe == "recommended" else {}  # its time is given; Notebook stops by itself
    return from_recipe(
        recipe,
        data=options.data,
        out=options.out / "runs",
        image_size=options.size,
        backbone=options.backbone,
        weights=str(options.weights.absolute()) if recipe == "quick" else "none",
        split="new",
        seed=seed,
        epochs=epochs,
        limit=options.limit,
        threads=os.cpu_count() or 1,
        **settings,
    )


def _train(options: argparse.Namespace, seed: int, recipe: str, epochs: int, clock: Clock) -> Side:
    config = _config(options, seed, recipe, epochs)
    times: list[float] = []  # of the start, then of the end of each epoch

    def on_event(event: Event) -> None:
        if isinstance(event, RunStarted):
            times.append(clock())
        if isinstance(event, EpochDone):
            record = event.record
            times.append(clock())
            print(
                f"  seed {config.seed} {recipe} epoch {record.epoch} of {config.epochs}: "
                f"{times[-1] - times[0]:.0f} s, validation balanced accuracy {record.val_balanced_accuracy:.3f}",
                flush=True,
            )

    result: TrainingResult = train(config, on_event=on_event)
    return Side(str(result.run), times[-1] - times[0], result.epochs_run, result.best_epoch)


def _answers(options: argparse.Namespace, run: Path) -> pd.DataFrame:
    """The table of answers for the part; it is scored only where there is none yet, as each scoring is counted."""
    table = RunFolder(run).evaluation(options.part) / "predictions.csv"
    if not table.is_file():
        evaluate(run, options.part)
    return pd.read_csv(table, keep_default_na=False)


def _balanced_accuracy(answers: pd.DataFrame) -> float:
    is_right = answers["dx"] == answers["predicted"]
    return float(is_right.groupby(answers["dx"]).mean().mean())


def _macro_auc(answers: pd.DataFrame) -> float:
    areas = [area_under_roc(answers[f"p_{code}"].to_numpy(), (answers["dx"] == code).to_numpy()) for code in CODES]
    return float(np.mean([area for area in areas if area is not None]))


def _compare(ours: pd.DataFrame, theirs: pd.DataFrame, seed: int) -> tuple[float, Floats]:
    """Difference in balanced accuracy on the same images, and that of draws of lesions within their class."""
    both = ours[["image_id", "lesion_id", "dx", "predicted"]].merge(theirs[["image_id", "predicted"]], on="image_id")
    both["gain"] = (both["predicted_x"] == both["dx"]).astype(int) - (both["predicted_y"] == both["dx"]).astype(int)
    lesions = both.groupby(["dx", "lesion_id"], sort=True)["gain"].agg(["sum", "size"]).reset_index()
    labels = np.array([CODES.index(code) for code in lesions["dx"]])
    gain, size = (lesions[column].to_numpy(dtype=np.float64) for column in ("sum", "size"))
    classes = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    value = float(np.mean([gain[members].sum() / size[members].sum() for members in classes]))
    draws = [
        np.mean([(gain[own] @ weights[own]) / (size[own] @ weights[own]) for own in classes], axis=0)
        for weights in draw_weights(labels, seed=seed)
    ]
    return value, np.concatenate(draws)


def _print_difference(name: str, differences: Sequence[tuple[float, Floats]]) -> None:
    """The mean difference with its 95 % interval; splits of several seeds are drawn from one by one."""
    value = np.mean([value for value, _ in differences])
    low, high = np.quantile(np.mean([draws for _, draws in differences], axis=0), [0.025, 0.975])
    print(f"{name} - Notebook {100 * value:+.1f} points (95 % {100 * low:+.1f} to {100 * high:+.1f})")


if __name__ == "__main__":
    main()
