"""Draws results on given matplotlib axes: confusion, share wrong per class, rank curves, reliability, training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.evaluation_results import ClassScore, Evaluation, Interval
from engine.labels import CLASSES, CODES, INDEX
from engine.results import EpochRecord

if TYPE_CHECKING:  # matplotlib is loaded by whoever has axes to draw on
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True)
class Ink:
    """The colours of everything that is not a class, as hex."""

    text: str = "#1D1D21"
    muted: str = "#5C5C66"
    """Labels of second rank."""
    line: str = "#D5D5DC"
    """Grid lines and frames."""
    ground: str = "#FFFFFF"
    """Behind the axes."""
    train: str = "#7A7A85"
    """Curves of the training part."""
    validation: str = "#5046B8"
    """Curves of the validation part, and the fullest cell of a confusion matrix."""


PAPER = Ink()
"""Dark on white, for files."""


def draw_confusion_counts(axes: Axes, evaluation: Evaluation, ink: Ink = PAPER) -> None:
    """Images by true class (rows) and named class (columns); darker the more, on a square-root scale."""
    largest = max(max(row) for row in evaluation.confusion) or 1
    shades = [[(count / largest) ** 0.5 for count in row] for row in evaluation.confusion]
    texts = [[f"{count:,}" if count else "·" for count in row] for row in evaluation.confusion]
    _draw_matrix(axes, shades, texts, CODES, ink)
    axes.set_title("Confusion matrix: number of images", color=ink.text)


def draw_confusion_shares(axes: Axes, evaluation: Evaluation, ink: Ink = PAPER) -> None:
    """Percent of each true class (row) by named class (column); the row of an absent class is empty."""
    totals = [sum(row) for row in evaluation.confusion]
    shades = [[count / (total or 1) for count in row] for row, total in zip(evaluation.confusion, totals, strict=True)]
    texts = [[_percent(count, total) for count in row] for row, total in zip(evaluation.confusion, totals, strict=True)]
    rows = [f"{code}  ({total:,})" for code, total in zip(CODES, totals, strict=True)]
    _draw_matrix(axes, shades, texts, rows, ink)
    axes.set_title("Confusion matrix: percent of each true class", color=ink.text)


def draw_share_wrong(axes: Axes, evaluation: Evaluation, ink: Ink = PAPER) -> None:
    """Share of each class's images that were named something else, with its 95 % interval."""
    for row, score in enumerate(evaluation.classes):
        _draw_wrong_bar(axes, row, score, ink)
    axes.set_yticks(range(len(evaluation.classes)), [_name_with_counts(score) for score in evaluation.classes])
    axes.set_ylim(len(evaluation.classes) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("share of images named wrong, with 95 % interval", color=ink.muted)
    axes.set_title("Share wrong per class", color=ink.text)
    _frame(axes, ink)
    axes.grid(axis="x", color=ink.line, linewidth=0.8)


def draw_roc(axes: Axes, evaluation: Evaluation, ink: Ink = PAPER) -> None:
    """ROC curve of each class against the rest and of the group, by image, each with its AUC."""
    areas = {score.code: score.auc for score in evaluation.classes} | {"group": evaluation.by_image.group.auc}
    axes.plot([0, 1], [0, 1], color=ink.line, linewidth=1, linestyle=(0, (4, 3)))
    for curve in evaluation.curves:
        _draw_rank_curve(axes, curve.roc, curve.target, areas[curve.target], ink)
    axes.set_xlabel("1 - specificity", color=ink.muted)
    axes.set_ylabel("sensitivity", color=ink.muted)
    axes.set_title("ROC curves; AUC with 95 % interval", color=ink.text)
    _finish_square(axes, ink)


def draw_precision_recall(axes: Axes, evaluation: Evaluation, ink: Ink = PAPER) -> None:
    """Precision by sensitivity of each class and the group, by image, each with its average precision."""
    areas = {score.code: score.average_precision for score in evaluation.classes}
    areas["group"] = evaluation.by_image.group.average_precision
    for curve in evaluation.curves:
        _draw_rank_curve(axes, curve.precision_recall, curve.target, areas[curve.target], ink)
    axes.set_xlabel("sensitivity (recall)", color=ink.muted)
    axes.set_ylabel("precision, as the classes occur in this part", color=ink.muted)
    axes.set_title("Precision and recall; average precision with 95 % interval", color=ink.text)
    _finish_square(axes, ink)


def draw_reliability(axes: Axes, evaluation: Evaluation, question: str, ink: Ink = PAPER) -> None:
    """What was said against what was so, before and after temperature; `question` is "group" or "top"."""
    calibration = evaluation.calibration
    if question == "group":
        pair, title = (calibration.group_before, calibration.group_after), "Malignant or pre-malignant"
    else:
        pair, title = (calibration.top_before, calibration.top_after), "Most probable class"
    axes.plot([0, 1], [0, 1], color=ink.line, linewidth=1, linestyle=(0, (4, 3)))
    for reliability, when, color in zip(pair, ("before", "after"), (ink.train, ink.validation), strict=True):
        ece = "" if reliability.ece is None else f", ECE {_with_interval(reliability.ece)}"
        points = [
            (one.mean_probability, one.observed)
            for one in reliability.bins
            if one.mean_probability is not None and one.observed is not None
        ]
        across, up = [said for said, _ in points], [observed.value for _, observed in points]
        axes.plot(across, up, color=color, marker="o", markersize=4, label=f"{when} temperature{ece}")
        if when == "after":
            lows, highs = [observed.low for _, observed in points], [observed.high for _, observed in points]
            axes.vlines(across, lows, highs, color=color, linewidth=1)
    axes.set_xlabel(f"probability said, at {100 * calibration.prevalence:.1f} % prevalence", color=ink.muted)
    axes.set_ylabel("share of these images for which it was so", color=ink.muted)
    axes.set_title(f"{title}: said and observed", color=ink.text)
    _finish_square(axes, ink, below=True)


def draw_loss(axes: Axes, history: Sequence[EpochRecord], best_epoch: int, ink: Ink = PAPER) -> None:
    """Loss per epoch of the training and the validation part, the best epoch marked."""
    _draw_curve(axes, history, [record.train_loss for record in history], "training", ink.train)
    _draw_curve(axes, history, [record.val_loss for record in history], "validation", ink.validation)
    axes.set_ylim(0, 1.2 * max((max(record.train_loss, record.val_loss) for record in history), default=1))
    axes.set_title("Loss", color=ink.text)
    _finish_curves(axes, history, best_epoch, ink)


def draw_accuracy(axes: Axes, history: Sequence[EpochRecord], best_epoch: int, ink: Ink = PAPER) -> None:
    """Balanced accuracy per epoch, and the share of each class of the validation part that was named right."""
    for index, lesion_class in enumerate(CLASSES):
        recalls = [record.val_recall[index] for record in history]
        if any(recall is not None for recall in recalls):
            values = [math.nan if recall is None else recall for recall in recalls]
            _draw_curve(axes, history, values, lesion_class.code, lesion_class.color, 1.2, lesion_class.dashes)
    training = [record.train_balanced_accuracy for record in history]
    validation = [record.val_balanced_accuracy for record in history]
    _draw_curve(axes, history, training, "balanced, training", ink.train)
    _draw_curve(axes, history, validation, "balanced, validation", ink.validation, width=2.4)
    axes.set_ylim(-0.02, 1.12)
    axes.set_title("Balanced accuracy, and recall of each class on validation", color=ink.text)
    _finish_curves(axes, history, best_epoch, ink)


def _draw_rank_curve(
    axes: Axes, points: Sequence[tuple[float, float]], target: str, area: Interval | None, ink: Ink
) -> None:
    is_group = target == "group"
    one = None if is_group else CLASSES[INDEX[target]]
    figure = "" if area is None else f"  {_with_interval(area)}"
    (curve,) = axes.plot(*zip(*points, strict=True), color=ink.text, linewidth=2.2, label=f"{target}{figure}")
    if one is not None:
        curve.set(color=one.color, linewidth=1.4)
        curve.set_dashes(one.dashes)


def _with_interval(figure: Interval) -> str:
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def _finish_square(axes: Axes, ink: Ink, *, below: bool = False) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_aspect("equal")
    _frame(axes, ink)
    axes.grid(color=ink.line, linewidth=0.8)
    if not axes.get_legend_handles_labels()[0]:
        return
    if below:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False, labelcolor=ink.text, fontsize=9)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, labelcolor=ink.text, fontsize=9)


def _draw_matrix(
    axes: Axes, shades: list[list[float]], texts: list[list[str]], row_names: Sequence[str], ink: Ink
) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list("shade", [ink.ground, ink.validation])
    axes.imshow(shades, cmap=colors, vmin=0, vmax=1)
    for row, (shade_row, text_row) in enumerate(zip(shades, texts, strict=True)):
        for column, (shade, text) in enumerate(zip(shade_row, text_row, strict=True)):
            color = ink.ground if shade > 0.7 else ink.text
            weight = "bold" if row == column else "normal"
            axes.text(column, row, text, ha="center", va="center", color=color, fontsize=10, fontweight=weight)
    axes.set_xticks(range(len(CODES)), CODES)
    axes.set_yticks(range(len(CODES)), row_names)
    axes.set_xlabel("named by the model  (bold: malignant or pre-malignant)", color=ink.muted)
    axes.set_ylabel("true class", color=ink.muted)
    _frame(axes, ink)
    for label, lesion_class in zip(axes.get_xticklabels(), CLASSES, strict=True):
        label.set_fontweight("bold" if lesion_class.in_group else "normal")
    for label, lesion_class in zip(axes.get_yticklabels(), CLASSES, strict=True):
        label.set_fontweight("bold" if lesion_class.in_group else "normal")
    edges = [position - 0.5 for position in range(1, len(CODES))]
    axes.set_xticks(edges, minor=True)
    axes.set_yticks(edges, minor=True)
    axes.grid(which="minor", color=ink.line, linewidth=0.8)
    axes.tick_params(which="both", length=0)


def _draw_wrong_bar(axes: Axes, row: int, score: ClassScore, ink: Ink) -> None:
    if score.sensitivity is None:
        axes.text(0.01, row, "no image in this part", color=ink.muted, va="center", fontsize=9)
        return
    right = score.sensitivity
    wrong, low, high = 1 - right.value, 1 - right.high, 1 - right.low
    color = next(lesion_class.color for lesion_class in CLASSES if lesion_class.code == score.code)
    axes.barh(row, wrong, height=0.62, color=ink.ground)  # so that no grid line shows through a pale bar
    axes.barh(row, wrong, height=0.62, color=color, alpha=0.45 if right.is_too_wide else 1.0)
    axes.plot([low, high], [row, row], color=ink.text, linewidth=1.6, marker="|", markersize=9, clip_on=False)
    text = f"{100 * wrong:.0f} %" + ("\ntoo few to tell" if right.is_too_wide else "")
    beside = axes.get_yaxis_transform()  # across in shares of the axes, down in rows
    axes.text(1.02, row, text, transform=beside, color=ink.text, va="center", fontsize=9)


def _draw_curve(
    axes: Axes,
    history: Sequence[EpochRecord],
    values: Sequence[float],
    label: str,
    color: str,
    width: float = 1.6,
    dashes: tuple[int, ...] = (),
) -> None:
    marker = "o" if len(history) <= 10 else ""  # a line of one epoch would be invisible
    epochs = [record.epoch for record in history]
    (line,) = axes.plot(epochs, values, color=color, label=label, linewidth=width, marker=marker, markersize=4)
    line.set_dashes(dashes)


def _finish_curves(axes: Axes, history: Sequence[EpochRecord], best_epoch: int, ink: Ink) -> None:
    from matplotlib.ticker import MaxNLocator

    last = history[-1].epoch if history else 1
    axes.axvline(best_epoch, color=ink.validation, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        f"best: epoch {best_epoch}",
        (best_epoch, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if best_epoch > (1 + last) / 2 else 5, -5),
        textcoords="offset points",
        ha="right" if best_epoch > (1 + last) / 2 else "left",
        va="top",
        color=ink.validation,
        fontsize=9,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": ink.ground, "edgecolor": "none", "alpha": 0.85},
    )
    axes.set_xlim(0.5, last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch", color=ink.muted)
    _frame(axes, ink)
    axes.grid(color=ink.line, linewidth=0.8)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, labelcolor=ink.text, fontsize=9)


def _frame(axes: Axes, ink: Ink) -> None:
    axes.set_facecolor(ink.ground)
    axes.set_axisbelow(True)
    axes.tick_params(colors=ink.text, labelcolor=ink.text)
    for spine in axes.spines.values():
        spine.set_color(ink.line)


def _name_with_counts(score: ClassScore) -> str:
    images = f"{score.n_images:,} image{'' if score.n_images == 1 else 's'}"
    return f"{score.code}  ({images}, {score.n_lesions:,} lesion{'' if score.n_lesions == 1 else 's'})"


def _percent(count: int, total: int) -> str:
    """A share in whole percent that is never rounded to none or to all."""
    if count == 0:
        return "·" if total else ""
    share = 100 * count / total
    if share < 1:
        return "<1"
    return ">99" if 99 < share < 100 else f"{share:.0f}"
