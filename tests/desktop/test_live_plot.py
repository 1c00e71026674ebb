"""The live plot keeps up with any training: few redraws, few dots, none of them while nobody looks."""

import statistics
import sys
import threading
import time

import pyqtgraph
import pytest
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.widgets import live_plot
from desktop.widgets.live_plot import REDRAW_MS, LivePlot
from desktop.widgets.plot_area import PlotArea
from desktop.widgets.training_curves import MAX_DOTS, TrainingCurves
from engine.events import BatchesDone
from engine.labels import CLASSES, CODES
from tests.desktop.made_up_training import batches, epoch_done

STEPS = 500


def long_training(epochs: int = 30) -> TrainingCurves:
    curves = TrainingCurves(30, STEPS)
    for epoch in range(1, epochs + 1):
        for step in range(10, STEPS + 1, 10):
            curves.add_batches(batches(epoch, step, 10, STEPS))
        curves.add_epoch(epoch_done(epoch, best=min(epoch, 9)))
    return curves


@pytest.fixture
def plot(qtbot: QtBot) -> LivePlot:
    plot = LivePlot()
    qtbot.addWidget(plot)
    plot.resize(640, 520)
    return plot


def test_dots_are_thinned_evenly() -> None:
    """15,000 batches are drawn as at most 1,000 dots, evenly over all epochs, each a real one in its place."""
    curves = TrainingCurves(30, STEPS)
    for epoch in range(1, 31):
        for step in range(7, STEPS + 1, 7):
            done = (epoch - 1) * STEPS + step
            event = BatchesDone(
                epoch=epoch,
                step=step,
                losses=tuple(float(number) for number in range(done - 7, done)),
                images_per_second=1.0,
                seconds_left=None,
            )
            curves.add_batches(event)
    assert MAX_DOTS / 2 <= len(curves.batch_losses) <= MAX_DOTS
    for position, loss in zip(curves.batch_positions, curves.batch_losses, strict=True):
        assert position == pytest.approx((loss + 1) / STEPS)
    gaps = [later - earlier for earlier, later in zip(curves.batch_losses, curves.batch_losses[1:], strict=False)]
    assert max(gaps) <= 2 * statistics.median(gaps)


def test_one_outlier_does_not_flatten_the_curves() -> None:
    """The loss axis follows the epochs and 98 % of the batches."""
    curves = TrainingCurves(5, 200)
    curves.add_batches(batches(1, 200, 200, 200))
    usual = curves.highest_loss
    curves.batch_losses[3] = 1000.0
    assert curves.highest_loss == usual
    assert usual >= max(sorted(curves.batch_losses)[:-5])


def test_the_epoch_axis_grows_only_for_long_trainings() -> None:
    """With 30 epochs nothing ever moves; with 1,000 the first ones are not squeezed into a corner."""
    assert TrainingCurves(30, 10).shown_epochs == 30
    curves = TrainingCurves(1000, 10)
    assert curves.shown_epochs == 40
    curves.add_epoch(epoch_done(40))
    assert curves.shown_epochs == 80


def test_curves_can_be_told_in_a_sentence() -> None:
    """Who does not see the plot hears the latest and the best figures."""
    curves = TrainingCurves(30, 10)
    curves.add_epoch(epoch_done(1))
    curves.add_epoch(epoch_done(2, best=1))
    best = curves.records[0].val_balanced_accuracy
    assert curves.summary.startswith("Epoch 2: training loss ")
    assert curves.summary.endswith(f"Best: epoch 1 with {best:.3f}.")


def test_many_events_make_few_redraws(qtbot: QtBot, plot: LivePlot) -> None:
    """500 events a second are drawn at most seven times in it."""
    plot.show()
    curves = TrainingCurves(30, STEPS)
    plot.show_curves(curves)
    started = time.monotonic()
    while time.monotonic() - started < 1.0:
        curves.add_batches(batches(1, 10, 10, STEPS))
        plot.refresh()
        qtbot.wait(2)
    seconds = time.monotonic() - started
    assert 2 <= plot.redraws <= seconds * 1000 / REDRAW_MS + 1


def test_nothing_is_drawn_while_nobody_looks(qtbot: QtBot, plot: LivePlot) -> None:
    """A hidden plot costs nothing, and has caught up when it is shown."""
    curves = TrainingCurves(30, STEPS)
    plot.show_curves(curves)
    curves.add_batches(batches(1, 10, 10, STEPS))
    plot.refresh()
    qtbot.wait(2 * REDRAW_MS)
    assert plot.redraws == 0
    plot.show()
    qtbot.waitUntil(lambda: plot.redraws == 1)


def test_a_whole_training_is_drawn_in_time(qtbot: QtBot, plot: LivePlot) -> None:
    """30 epochs of 500 batches: setting the points and painting both plots takes well under 30 ms of this process."""
    plot.show()
    curves = long_training()
    plot.show_curves(curves)
    qtbot.waitUntil(lambda: plot.redraws > 0)
    spent = []
    for _ in range(15):
        curves.add_epoch(epoch_done(30, best=9))  # the dearest case: every line has a new point
        started = time.process_time()
        plot.redraw()
        for view in plot.findChildren(pyqtgraph.PlotWidget):
            view.viewport().repaint()
        spent.append(1000 * (time.process_time() - started))
    sys.stdout.write(f"redraw: median {statistics.median(spent):.1f} ms, worst {max(spent):.1f} ms\n")
    assert statistics.median(spent) < 30


def test_the_best_epoch_is_marked(qtbot: QtBot, plot: LivePlot) -> None:
    """Which epoch is kept can be read off both plots."""
    plot.show()
    curves = long_training(12)
    plot.show_curves(curves)
    qtbot.waitUntil(lambda: plot.redraws > 0)
    assert curves.best is not None
    assert plot.notes == ("best: epoch 9", f"best: {curves.best.val_balanced_accuracy:.3f}")
    assert plot.accessibleDescription() == curves.summary


def test_lines_are_named(plot: LivePlot) -> None:
    """The legend names both losses, the balanced accuracy and every class."""
    loss, accuracy = plot.legends
    assert "training" in loss
    assert "validation" in loss
    for name in ("balanced&nbsp;accuracy", *CODES):
        assert name in accuracy


def test_the_plot_follows_the_theme(plot: LivePlot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch between light and dark changes paper and lines of a plot that is there already."""
    assert theme.LIGHT.val_line in plot.legends[0]
    monkeypatch.setattr("desktop.widgets.live_plot.colors", lambda: theme.DARK)
    palette = plot.palette()
    palette.setColor(palette.ColorRole.Window, "black")
    plot.setPalette(palette)
    assert theme.DARK.val_line in plot.legends[0]


def test_a_new_training_starts_with_empty_plots(qtbot: QtBot, plot: LivePlot) -> None:
    """Nothing of the last training is left in the next one's plot."""
    plot.show()
    plot.show_curves(long_training(12))
    qtbot.waitUntil(lambda: plot.redraws > 0)
    plot.show_curves(TrainingCurves(5, 10))
    qtbot.waitUntil(lambda: plot.notes == ("", ""))
    assert plot.accessibleDescription() == "No epoch is done yet."


def test_the_plot_comes_when_it_is_loaded(qtbot: QtBot) -> None:
    """The place of the plot shows a sentence at first, loads beside the window's work, and then shows the curves."""
    area = PlotArea("Later.")
    qtbot.addWidget(area)
    area.show()
    curves = long_training(2)
    area.show_curves(curves)
    assert not area.shows_curves
    qtbot.waitUntil(lambda: area.shows_curves, timeout=60_000)
    assert area.plot is not None
    qtbot.waitUntil(lambda: area.plot is not None and area.plot.redraws > 0)
    area.clear()
    assert not area.shows_curves


def test_loading_the_plot_takes_over_nothing() -> None:
    """pyqtgraph puts itself between the program and its error reports; here it does not."""
    handler = pyqtgraph.exceptionHandling.handler
    assert sys.excepthook != handler.sys_excepthook
    assert threading.excepthook != handler.threading_excepthook


def test_classes_are_told_apart_without_colour() -> None:
    """Each line has dashes of its own, and the legend shows them."""
    assert len(set(live_plot._SIGNS)) == len({one.dashes for one in CLASSES}) == len(CODES)
