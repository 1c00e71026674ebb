"""Computes the figures of saved answers again, from their table alone: anybody can check what a model's card claims."""

from dataclasses import replace
from pathlib import Path

from engine.errors import ModelFileError
from engine.evaluation.evaluate import assess
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.predictions import read_table
from engine.evaluation.report import read_provenance, read_report
from engine.evaluation_results import Evaluation
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.model.file import read_card
from engine.runs import RunFolder

_BESIDE = "Put the file of the model that gave the answers beside the table, or leave the table in its run's folder."


def evaluate_answers(table: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> Evaluation:
    """The figures of the answers in `table`, a predictions.csv that an evaluation wrote beside its metrics.json.

    The model that gave them lies beside them, or is that of the run they lie in. No image is looked at, no network is
    asked, nothing is written, and no test part is opened. Raises `DataError` and `ModelFileError`.
    """
    path = table.absolute()
    model = _find_model(path)
    on_event(StatusChanged(text=f"Computing the figures of {path.name} again"))
    card = read_card(model)
    answers = read_table(path, card)
    if control is not None:
        control.raise_if_cancelled()
    saved = read_report(path.parent)
    part = answers["part"].iloc[0] if saved is None else saved.part
    openings = 0 if saved is None else saved.test_openings
    evaluation = assess(RunFolder(path.parent), model, part, answers, card, openings, is_demo=card.is_demo)
    return evaluation if saved is None else replace(evaluation, external=saved.external)


def _find_model(table: Path) -> Path:
    """The model that gave the answers, by its key in metrics.json. Raises `ModelFileError`."""
    provenance = read_provenance(table.parent) or {}
    found = [model for folder in (table.parent, *table.parents[1:3]) if (model := RunFolder(folder).model) is not None]
    for path in found:
        if hash_file(path) == provenance.get("model_sha256"):
            return path
    fault = "no model lies beside them" if not found else "the model beside them is another than the one that gave them"
    raise ModelFileError(f"The answers in {table.name} cannot be checked: {fault}.", _BESIDE)
