"""A set of folds as its training leaves it, without a training, and what its folds came to together."""

import json
from dataclasses import replace
from pathlib import Path

from engine import places
from engine.atomic import write_json
from engine.comparison_results import PooledEvaluation
from engine.fold_sets import AskedFolds, FoldSet, write_asked
from engine.recipes import from_recipe
from engine.records import as_json
from engine.results import Part
from tests.desktop.samples import evaluation

N_FOLDS = 5


def make_fold_set(name: str = "2026-11-23_111500_resnet18_5_folds", *, n_done: int, is_pooled: bool = False) -> Path:
    """A set in the default folder for runs, of which `n_done` folds are trained."""
    folds = FoldSet(places.runs_dir() / name)
    folds.path.mkdir(parents=True)
    training = replace(from_recipe("recommended", data=Path("/data"), out=folds.path), backbone="resnet18")
    write_asked(
        folds,
        AskedFolds(training=training, n_folds=N_FOLDS, open_test=False, split_sha256="5" * 64, is_demo=False),
    )
    for fold in range(n_done):
        run = folds.path / f"2026-11-23_11160{fold}_resnet18"
        run.mkdir()
        config = {"training": {"epochs": 30, "backbone": "resnet18", "fold": fold}, "is_demo": False}
        (run / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (run / "model.safetensors").write_bytes(b"no model")
    if is_pooled:
        write_json(folds.pooled, as_json(pooled()))
    return folds.path


def pooled(part: Part = "val") -> PooledEvaluation:
    """Plausible figures of five folds."""
    one = evaluation(Path("run"))
    group = replace(one.by_image.group, threshold=None, at_threshold=None)
    return PooledEvaluation(
        runs=tuple(Path(f"run_{fold}") for fold in range(N_FOLDS)),
        part=part,
        n_images=8457,
        n_lesions=6300,
        by_image=replace(one.by_image, group=group),
        by_lesion=replace(one.by_lesion, group=group),
        slices=one.slices,
        is_demo=False,
    )
