"""Tests of engine.figures."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from engine import figures
from engine.evaluation_results import Evaluation
from engine.labels import CLASSES, CODES
from tests.engine.evaluation.samples import CONFUSION, evaluation, evaluation_of_few, history

_DARK = figures.Ink(
    text="#ECECF0", muted="#A9A9B4", line="#3A3A42", ground="#26262B", train="#A9A9B4", validation="#A9A2F5"
)


@pytest.fixture
def axes() -> Axes:
    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def _texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_counts_stand_in_every_cell_of_the_matrix(axes: Axes) -> None:
    """Rows are true classes, columns named ones, in the order of the logits; no image is a dot."""
    figures.draw_confusion_counts(axes, evaluation())
    assert _texts(axes) == [f"{count:,}" if count else "·" for row in CONFUSION for count in row]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(CODES)
    assert axes.yaxis_inverted()


def test_shares_are_of_the_true_class_and_an_absent_class_is_empty(axes: Axes) -> None:
    """A row is in percent of its own images, never rounded to none or all; an absent class has none."""
    figures.draw_confusion_shares(axes, evaluation_of_few())
    texts = _texts(axes)
    assert texts[:7] == ["·", "·", "67", "·", "33", "·", "·"]
    assert texts[21:28] == [""] * 7
    assert texts[48] == "100"
    few = [["<1", ">99"], [1, 2000]]
    assert [figures._percent(count, 2001) for count in few[1]] == few[0]


def test_wrong_bars_end_at_the_share_wrong_with_its_interval(axes: Axes) -> None:
    """A bar is 1 - sensitivity in the class's colour, its whisker the interval turned round; wide ones say so."""
    of_few = evaluation_of_few()
    figures.draw_share_wrong(axes, of_few)
    bars = [bar for bar in axes.patches if to_hex(bar.get_facecolor()) != "#ffffff"]
    present = [score for score in of_few.classes if score.sensitivity is not None]
    assert [bar.get_width() for bar in bars] == pytest.approx([1 - score.sensitivity.value for score in present])
    assert [to_hex(bar.get_facecolor()).upper() for bar in bars] == [
        lesion_class.color for lesion_class in CLASSES if lesion_class.code != "df"
    ]
    for line, score in zip(axes.lines, present, strict=True):
        assert line.get_xdata() == pytest.approx([1 - score.sensitivity.high, 1 - score.sensitivity.low])
    assert _texts(axes)[0] == "100 %\ntoo few to tell"
    assert _texts(axes)[1] == "47 %"
    assert "no image in this part" in _texts(axes)


def test_curves_show_both_parts_and_mark_the_best_epoch(axes: Axes) -> None:
    """Loss of training and validation, by epoch, with a line at the best."""
    figures.draw_loss(axes, history(12), 9)
    train, validation, best = axes.lines
    assert train.get_xdata().tolist() == list(range(1, 13))
    assert validation.get_ydata().tolist() == [record.val_loss for record in history(12)]
    assert list(best.get_xdata()) == [9, 9]
    assert _texts(axes) == ["best: epoch 9"]


def test_recall_curves_have_the_class_colours_and_absent_classes_none(axes: Axes) -> None:
    """One curve per class that occurs, in its colour, and the two balanced accuracies."""
    of_few = evaluation_of_few()
    figures.draw_accuracy(axes, of_few.history, 1)
    colors = {line.get_label(): line.get_color() for line in axes.lines}
    for lesion_class in CLASSES:
        assert colors.get(lesion_class.code) == (None if lesion_class.code == "df" else lesion_class.color)
    assert {"balanced, training", "balanced, validation"} <= set(colors)
    assert all(line.get_marker() == "o" for line in axes.lines[:-1])  # one epoch must be visible


@pytest.mark.parametrize("shown", [evaluation(), evaluation_of_few()], ids=["many", "few"])
def test_no_text_is_cut_off_or_laid_over_another(axes: Axes, shown: Evaluation) -> None:
    """Row names, values and notes stay inside the figure and clear of each other."""
    figures.draw_share_wrong(axes, shown)
    axes.figure.canvas.draw()
    page = axes.figure.bbox
    boxes = [text.get_window_extent() for text in (*axes.texts, *axes.get_yticklabels(), axes.title, axes.xaxis.label)]
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)
    pairs = [(one, other) for n, one in enumerate(boxes) for other in boxes[n + 1 :]]
    assert not any(one.overlaps(other) for one, other in pairs)


@pytest.mark.parametrize(
    ("draw", "n_lines", "first_area"),
    [
        (figures.draw_roc, 9, "akiec  0.91 (0.88 to 0.94)"),
        (figures.draw_precision_recall, 8, "akiec  0.62 (0.59 to 0.65)"),
    ],
    ids=["roc", "precision_recall"],
)
def test_rank_curves_are_drawn_for_each_class_and_the_group(
    axes: Axes, draw: Callable[[Axes, Evaluation], None], n_lines: int, first_area: str
) -> None:
    """In the class's colour, with the area and its interval in the legend; the group's is the widest."""
    draw(axes, evaluation())
    curves = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    assert len(axes.lines) == n_lines
    assert [str(line.get_label()).split(" ")[0] for line in curves] == [*CODES, "group"]
    assert curves[0].get_label() == first_area
    assert to_hex(curves[4].get_color()).upper() == CLASSES[4].color
    assert curves[-1].get_linewidth() > curves[0].get_linewidth()


@pytest.mark.parametrize("question", ["group", "top"])
def test_reliability_shows_said_and_observed_before_and_after(axes: Axes, question: str) -> None:
    """A point for every bin with images, the ECE with its interval beside it, and the prevalence on the axis."""
    figures.draw_reliability(axes, evaluation(), question)
    diagonal, before, after = axes.lines
    assert list(diagonal.get_xdata()) == [0, 1]
    assert len(before.get_xdata()) == len(after.get_xdata()) == 14  # of 15, one is empty
    assert "after temperature, ECE 0.0" in str(after.get_label())
    assert "19.5 % prevalence" in axes.get_xlabel()


@pytest.mark.parametrize("ink", [figures.PAPER, _DARK], ids=["light", "dark"])
def test_numbers_in_the_matrix_can_be_read_on_their_cells(axes: Axes, ink: figures.Ink) -> None:
    """In light and dark, every number has a contrast of at least 3:1 to its cell."""
    figures.draw_confusion_shares(axes, evaluation_of_few(), ink)
    image = axes.images[0]
    for text in axes.texts:
        column, row = text.get_position()
        cell = image.cmap(image.norm(image.get_array()[int(row)][int(column)]))
        assert _contrast(to_hex(cell), to_hex(text.get_color())) >= 3


def test_importing_figures_loads_no_matplotlib() -> None:
    """The window may import it before its first paint."""
    code = "import sys, engine.figures; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
