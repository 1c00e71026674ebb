"""Writes an evaluation into its folder as tables, figures and JSON, and reads the JSON back."""

import io
import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from engine import figures
from engine.atomic import write_bytes, write_json, write_text
from engine.errors import ConfigError, ModelFileError
from engine.evaluation.challenge import to_submission
from engine.evaluation.html_report import make_report
from engine.evaluation.predictions import COLUMNS, NAME
from engine.evaluation.tables import make_tables
from engine.evaluation_results import Evaluation
from engine.labels import DEMO_NOTICE, LIMITS, NOTICE, PART_NAMES
from engine.model.file import read_card
from engine.records import as_json, from_json
from engine.results import ModelCard
from engine.wording import LEAKING_SPLIT, count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METRICS = "metrics.json"
"""Written last: where it is, the other files of an evaluation are too."""
REPORT = "report.html"
"""All of it on one page, for people."""
_DPI = 150
_FOOTER_WIDTH = 115  # characters


def write_report(
    folder: Path,
    evaluation: Evaluation,
    predictions: pd.DataFrame,
    provenance: Mapping[str, object],
    left_out: pd.DataFrame | None = None,
) -> Evaluation:
    """Write all files into `folder`, each whole or not at all, and return `evaluation` with their paths.

    `predictions` has one row per image; `provenance` goes into metrics.json, which is written last; `left_out` names
    the images of external data that were not scored. Raises `DiskError`.
    """
    drawings = {folder / "figures" / name: draw for name, draw in _figures(evaluation).items()}
    tables = {
        folder / NAME: predictions,
        folder / "isic2018.csv": to_submission(predictions),
        **{folder / name: table for name, table in make_tables(evaluation).items()},
    }
    if left_out is not None:
        tables[folder / "overlap.csv"] = left_out
    evaluation = replace(evaluation, files=(*tables, folder / METRICS, folder / REPORT, *drawings))
    for path, table in tables.items():
        write_text(path, table.to_csv(index=False, lineterminator="\n"))
    shown = {}
    for path, draw in drawings.items():
        figure = draw()
        shown[path.name] = _as_png(figure)  # the report says beside it what the footer of a single file says
        write_bytes(path, _as_png(_stamp(figure, evaluation)))
    write_text(folder / REPORT, make_report(evaluation, _read_card(evaluation.model), provenance, shown))
    notices = {"notice": NOTICE, "limits": _limits(evaluation)}
    content = {**notices, **as_json(provenance), f"columns of {NAME}": COLUMNS, "evaluation": as_json(evaluation)}
    write_json(folder / METRICS, content)
    return evaluation


def read_report(folder: Path) -> Evaluation | None:
    """The evaluation that this version wrote into `folder`; None if there is none that can be read.

    Paths are those of `folder` as it stands now, wherever the run was when it was evaluated.
    """
    try:
        content = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        evaluation = from_json(Evaluation, content["evaluation"], METRICS)
    except (OSError, ValueError, KeyError, TypeError, ConfigError):
        return None
    files = (
        folder / "figures" / path.name if path.suffix == ".png" else folder / path.name for path in evaluation.files
    )
    return replace(evaluation, files=tuple(path for path in files if path.is_file()))


def read_provenance(folder: Path) -> dict[str, object] | None:
    """What stands beside the evaluation in `folder`, whichever version wrote it; None if nothing can be read."""
    try:
        content = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("evaluation"), dict):
        return None
    return {name: value for name, value in content.items() if name != "evaluation"}


def _limits(evaluation: Evaluation) -> str:
    return DEMO_NOTICE if evaluation.is_demo else LIMITS


def _figures(evaluation: Evaluation) -> dict[str, Callable[[], "Figure"]]:
    """How each figure is made, by file name; curves only where there is a history."""
    made: dict[str, Callable[[], Figure]] = {
        "confusion_counts.png": lambda: _draw_one(figures.draw_confusion_counts, evaluation, (7.2, 6.6)),
        "confusion_shares.png": lambda: _draw_one(figures.draw_confusion_shares, evaluation, (7.2, 6.6)),
        "share_wrong.png": lambda: _draw_one(figures.draw_share_wrong, evaluation, (8.4, 4.6)),
    }
    if evaluation.curves:
        made["roc.png"] = lambda: _draw_one(figures.draw_roc, evaluation, (8.4, 5.6))
        made["precision_recall.png"] = lambda: _draw_one(figures.draw_precision_recall, evaluation, (8.4, 5.6))
    made["reliability.png"] = lambda: _draw_reliability(evaluation)
    if evaluation.history:
        made["training_curves.png"] = lambda: _draw_curves(evaluation)
    return made


def _draw_one(draw: Callable[..., None], evaluation: Evaluation, size: tuple[float, float]) -> "Figure":
    figure = _new_figure(size)
    draw(figure.add_subplot(), evaluation)
    return figure


def _draw_reliability(evaluation: Evaluation) -> "Figure":
    figure = _new_figure((9.6, 6.0))
    left, right = figure.subplots(1, 2)
    figures.draw_reliability(left, evaluation, "group")
    figures.draw_reliability(right, evaluation, "top")
    return figure


def _draw_curves(evaluation: Evaluation) -> "Figure":
    figure = _new_figure((8.4, 7.4))
    upper, lower = figure.subplots(2, 1)
    figures.draw_loss(upper, evaluation.history, evaluation.best_epoch)
    figures.draw_accuracy(lower, evaluation.history, evaluation.best_epoch)
    return figure


def _new_figure(size: tuple[float, float]) -> "Figure":
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    return Figure(figsize=size, dpi=_DPI, layout=layout, facecolor=figures.PAPER.ground)


def _read_card(model: Path) -> ModelCard | None:
    """What the model says about itself; None if its file is not there any more, which the figures survive."""
    try:
        return read_card(model)
    except ModelFileError:
        return None


def _stamp(figure: "Figure", evaluation: Evaluation) -> "Figure":
    """Write into the figure's footer what it is about, and the notice; "demo data" across it when it is."""
    about = f"{count(evaluation.n_images, 'image')} of {count(evaluation.n_lesions, 'lesion')}"
    if evaluation.part == "test":
        about += f", opened {count(evaluation.test_openings, 'time')}"
    name = PART_NAMES[evaluation.part].capitalize()
    if evaluation.external is not None:
        name += f" {evaluation.external.name}"
    what = f"{name}: {about}. Split {evaluation.split_sha256[:12]}."
    if evaluation.is_demo:
        figure.text(0.5, 0.55, "demo data", rotation=30, ha="center", va="center", fontsize=64, alpha=0.08)
    if evaluation.leaking_split:
        figure.text(0.5, 0.45, "leaking split", rotation=30, ha="center", va="center", fontsize=64, alpha=0.12)
        what = f"{LEAKING_SPLIT} {what}"
    lines = [line for text in (what, NOTICE, _limits(evaluation)) for line in textwrap.wrap(text, _FOOTER_WIDTH)]
    figure.supxlabel("\n".join(lines), fontsize=7.5, color=figures.PAPER.muted)
    return figure


def _as_png(figure: "Figure") -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    image = io.BytesIO()
    figure.savefig(image, format="png")
    return image.getvalue()
