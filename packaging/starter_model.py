"""Makes the starter model in resources/starter of a finished run whose test part was opened.

    python packaging/starter_model.py RUN

Puts what it is and its figures of the test part on its card, and writes beside it all that others need to check them:
config, split, history, answers and figures. `main.py evaluate resources/starter/predictions.csv` computes them again.
"""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from engine import starter
from engine.atomic import write_json, write_text
from engine.evaluation.evaluate import origin_of, read
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.saved import open_saved
from engine.evaluation_results import Evaluation, Interval, Scores
from engine.labels import LIMITS, NOTICE
from engine.licences import HAM10000
from engine.model.file import load_model, save_model
from engine.model_wording import describe_card
from engine.places import resources_dir
from engine.records import as_json
from engine.results import HeldOut, ModelCard
from engine.runs import RunFolder

MOST_BYTES = 25_000_000


def main() -> None:
    """Write the folder anew."""
    run = RunFolder(Path(sys.argv[1]).absolute())
    folder = resources_dir() / "starter"
    folder.mkdir(exist_ok=True)
    saved, evaluation = open_saved(run.path, "test"), read(run.path, "test")
    if evaluation is None:
        raise SystemExit("Evaluate the run's test part first.")
    loaded = load_model(saved.model, torch.device("cpu"))
    card = replace(loaded.card, about=starter.DESCRIPTION, held_out=figures_of(evaluation))
    model = folder / "model.safetensors"
    save_model(model, loaded.module, card, loaded.fingerprints, loaded.gate)
    write_text(folder / "predictions.csv", saved.table.to_csv(index=False, lineterminator="\n"))
    shutil.copyfile(run.split, folder / "split.csv")
    shutil.copyfile(run.history, folder / "history.csv")
    _write_config(run, folder / "config.json")
    _write_metrics(evaluation, card, model, folder / "metrics.json")
    write_text(folder / "README.md", describe(card))
    if model.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{model.stat().st_size:,} bytes are too many; train with --weight-bits 16.")


def figures_of(evaluation: Evaluation) -> HeldOut:
    """What the card says of the test part."""
    return HeldOut(
        n_images=evaluation.n_images,
        n_lesions=evaluation.n_lesions,
        openings=evaluation.test_openings,
        figures={
            name: (one.value, one.low, one.high) for name, one in _name(evaluation.by_lesion).items() if one is not None
        },
    )


def _name(scores: Scores) -> dict[str, Interval | None]:
    return {
        "balanced_accuracy": scores.balanced_accuracy,
        "macro_auc": scores.macro_auc,
        "group_auc": scores.group.auc,
        **{f"recall_{one.code}": one.sensitivity for one in scores.classes},
        **{f"auc_{one.code}": one.auc for one in scores.classes},
    }


def _write_config(run: RunFolder, path: Path) -> None:
    """The run's config without the folders of the machine it was trained on."""
    content = json.loads(run.config.read_text(encoding="utf-8"))
    training = {name: value for name, value in content["training"].items() if name != "out"} | {"data": "HAM10000"}
    kept = ("data_fingerprint", "versions", "device")
    write_json(path, {"training": training, **{name: content[name] for name in kept}})


def _write_metrics(evaluation: Evaluation, card: ModelCard, model: Path, path: Path) -> None:
    """As an evaluation writes it, of the model file as it is now, and without folders."""
    evaluation = replace(evaluation, run=Path("starter"), model=Path(model.name), files=())
    origin = origin_of(card, str(hash_file(model)))
    write_json(path, {"notice": NOTICE, "limits": LIMITS, **origin, "evaluation": as_json(evaluation)})


def describe(card: ModelCard) -> str:
    """The README of the folder: the card in words, and how to check it."""
    lines = "\n".join(f"- {line}" for line in describe_card(card))
    return f"""# {starter.NAME}

{lines}

The model and the tables here were made from {HAM10000.data_set} ({HAM10000.source}) and are under {HAM10000.name},
{HAM10000.url}: not for commercial use.

Its figures are computed again, from the answers in predictions.csv, by

    uv run main.py evaluate resources/starter/predictions.csv

and it is trained again, on HAM10000 reduced to 200 x 150 pixels (8,457 of its images), by

    uv run main.py train FOLDER --config resources/starter/config.json
"""


if __name__ == "__main__":
    main()
