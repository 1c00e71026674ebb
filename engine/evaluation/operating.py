"""Designs operating points: every sensitivity that validation allows, its price, and a model file that has it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from engine import runs
from engine.atomic import write_json
from engine.errors import ConfigError
from engine.evaluation.calibration import cut_below
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.intervals import wilson
from engine.evaluation.saved import SavedAnswers, find_saved, open_saved
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import CODES, INDEX, NOTICE
from engine.model.file import load_model, save_model
from engine.model.probabilities import IN_GROUP, group_prevalence
from engine.operating_results import CurvePoint, OperatingCurve, Outcome
from engine.records import as_json, from_json
from engine.results import OperatingPoint
from engine.runs import RunFolder

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GROUP = "group"
_NAME = "operating_point.json"


def operating_curve(
    run: Path, target: str = GROUP, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> OperatingCurve:
    """What every threshold for `target` ("group" or a class's code) does, chosen on validation and reported on test.

    The test part is not opened for it: its outcomes are None unless it was opened for this model before. Raises
    `ConfigError` where validation was not evaluated.
    """
    _refuse_unknown(target)
    validation, test = open_saved(run, "val"), find_saved(run, "test")
    card = validation.card
    scores, is_target = _score_lesions(validation, target)
    on_test = None if test is None else _score_lesions(test, target)
    points = []
    if is_target.any() and not is_target.all():
        for value in np.unique(scores[is_target]):
            threshold = cut_below(float(value), scores)
            points.append(
                CurvePoint(
                    threshold=threshold,
                    validation=_outcome(scores, is_target, threshold),
                    test=None if on_test is None else _outcome(*on_test, threshold),
                )
            )
    share = group_prevalence(card.data_prior) if target == GROUP else card.data_prior[INDEX[target]]
    return OperatingCurve(
        target=target,
        prevalence=share,
        points=tuple(points),
        test_openings=runs.count_test_openings(runs.openings_dir(validation.folder.path), card.split_sha256),
        is_demo=card.is_demo,
        leaking_split=card.leaking_split,
    )


def save_operating_point(
    run: Path,
    target: str,
    threshold: float,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> OperatingPoint:
    """Write the point of the curve with `threshold` into the run, in place of an earlier one for `target`.

    The model file stays as it is. Raises `ConfigError` for a threshold that is not on the curve, and `DiskError`.
    """
    curve = operating_curve(run, target)
    chosen = min(curve.points, key=lambda point: abs(point.threshold - threshold), default=None)
    if chosen is None or abs(chosen.threshold - threshold) > 1e-9:
        raise ConfigError(
            f"{threshold:g} is not a threshold of the {target} that was set on the validation part.",
            "Choose a sensitivity on the curve.",
        )
    folder = RunFolder(run.absolute())
    earlier = _read_saved(folder)
    point = name_point(target, chosen)
    outcomes = {"validation": chosen.validation, "test": chosen.test, "test_openings": curve.test_openings}
    content = {
        "notice": NOTICE,
        "model_sha256": None if folder.model is None else hash_file(folder.model),
        "is_demo": curve.is_demo,
        "leaking_split": curve.leaking_split,
        "points": {**earlier.get("points", {}), target: as_json(point)},
        "outcomes": {**earlier.get("outcomes", {}), target: as_json(outcomes)},
    }
    write_json(folder.path / "evaluation" / _NAME, content)
    return point


def read_operating_points(
    run: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> tuple[OperatingPoint, ...]:
    """The points that were saved for the model that the run has now, one for a target; () if there are none."""
    saved = _read_saved(RunFolder(run.absolute())).get("points", {})
    try:
        return tuple(from_json(OperatingPoint, point, _NAME) for point in saved.values())
    except (AttributeError, ConfigError):
        return ()


def export_with_operating_point(
    model: Path,
    point: OperatingPoint,
    path: Path,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Path:
    """Write a new model file `path`: that in `model`, with `point` in place of its own for the same target.

    A model file never changes, so `path` must be new. Raises `ConfigError`, `ModelFileError` and `DiskError`.
    """
    _refuse_unknown(point.target)
    if not 0 < point.threshold < 1:
        raise ConfigError(f"{point.threshold:g} is not a threshold between 0 and 1.", "Choose a point on the curve.")
    if path.suffix != ".safetensors":
        raise ConfigError(f"{path.name} does not end in .safetensors.", "Give the new model file that ending.")
    if path.exists():
        raise ConfigError(f"There is a file {path.name} already.", "Choose a new name: a model file never changes.")
    on_event(StatusChanged(text="Writing the model file"))
    loaded = load_model(model, torch.device("cpu"))
    if control is not None:
        control.raise_if_cancelled()
    others = [other for other in loaded.card.operating_points if other.target != point.target]
    first_group = sorted([point, *others], key=lambda one: one.target != GROUP)
    card = replace(loaded.card, operating_points=tuple(first_group))
    save_model(path, loaded.module, card, loaded.fingerprints, loaded.gate)
    return path


def _read_saved(folder: RunFolder) -> dict[str, Any]:
    """What was saved for the model that the run has now; {} if nothing can be read."""
    try:
        content = json.loads((folder.path / "evaluation" / _NAME).read_text(encoding="utf-8"))
        is_current = folder.model is not None and content["model_sha256"] == hash_file(folder.model)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(content) if is_current else {}


def name_point(target: str, point: CurvePoint) -> OperatingPoint:
    """A point of the curve of `target` as a model's card holds it, named by the sensitivity it has on validation."""
    outcome = point.validation
    found = 100 * (1 - outcome.n_missed / outcome.n_lesions)
    name = f"{found:.3g} % point"
    return OperatingPoint(
        name=name if target == GROUP else f"{name} for {target}",
        threshold=point.threshold,
        n_lesions=outcome.n_lesions,
        n_missed=outcome.n_missed,
        n_other_lesions=outcome.n_other_lesions,
        n_false_alarms=outcome.n_false_alarms,
        target=target,
    )


def _refuse_unknown(target: str) -> None:
    if target != GROUP and target not in CODES:
        raise ConfigError(f"There is no class {target!r}.", f"Choose the group, or one of {', '.join(CODES)}.")


def _score_lesions(saved: SavedAnswers, target: str) -> tuple[Floats, Flags]:
    """The mean probability of the target of each lesion, and whether it is the target, [lesions] both."""
    answers = saved.answers
    labels = answers.lesion_labels
    of_images = answers.group if target == GROUP else answers.stated[:, INDEX[target]]
    scores = np.bincount(answers.lesions, weights=of_images) / np.bincount(answers.lesions)
    return scores, IN_GROUP[labels] if target == GROUP else labels == INDEX[target]


def _outcome(scores: Floats, is_target: Flags, threshold: float) -> Outcome:
    n, n_others = int(is_target.sum()), int((~is_target).sum())
    missed = int((scores[is_target] < threshold).sum())
    alarms = int((scores[~is_target] >= threshold).sum())
    return Outcome(
        n_lesions=n,
        n_missed=missed,
        n_other_lesions=n_others,
        n_false_alarms=alarms,
        sensitivity=wilson(1 - missed / n, n) if n else None,
        specificity=wilson(1 - alarms / n_others, n_others) if n_others else None,
    )
