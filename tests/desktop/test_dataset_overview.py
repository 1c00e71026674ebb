"""The charts of a data set."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.dataset_overview import DatasetOverview
from engine.data_results import DatasetCounts
from tests.desktop.datasets import summary, value

COUNTS = DatasetCounts(
    sexes=(value("female", 0, 0, 0, 0, 40, 60, 0), value("unknown", 0, 0, 0, 0, 0, 5, 0)),
    ages=(value("50 to 59", 0, 0, 0, 0, 40, 65, 0),),
    dx_types=(value("histo", 0, 0, 0, 0, 40, 0, 0), value("follow_up", 0, 0, 0, 0, 0, 65, 0)),
    images_per_lesion=(value("2 images", 0, 0, 0, 0, 40, 60, 0, n_lesions=50),),
)


@pytest.fixture
def overview(qtbot: QtBot) -> DatasetOverview:
    overview = DatasetOverview()
    qtbot.addWidget(overview)
    overview.resize(736, 300)
    overview.show()
    return overview


def test_a_chart_for_each_column_that_the_table_has(overview: DatasetOverview, tmp_path: Path) -> None:
    """In plain words, with the colours of the classes inside; what the table lacks has no empty chart."""
    overview.show_summary(summary(tmp_path, counts=COUNTS))
    charts = {chart.accessibleName(): chart for chart in overview.charts}
    assert list(charts) == ["Sex", "Age in years", "How the diagnosis was made", "Images per lesion"]
    assert charts["Sex"].accessibleDescription() == "Female: 100; Unknown: 5"
    assert [bar.label for bar in charts["How the diagnosis was made"].bars] == ["Histopathology", "Follow-up"]
    parts = charts["Sex"].bars[0].parts
    assert [length for length, _ in parts] == [40, 60]
    assert [color for _, color in parts] == ["#CC79A7", "#0072B2"]


def test_images_per_lesion_count_lesions(overview: DatasetOverview, tmp_path: Path) -> None:
    """Their parts have the proportions of the images."""
    overview.show_summary(summary(tmp_path, counts=COUNTS))
    (bar,) = overview.charts[-1].bars
    assert bar.value == 50
    assert [length for length, _ in bar.parts] == [20, 30]


def test_very_many_values_end_in_a_sum(overview: DatasetOverview, tmp_path: Path) -> None:
    """A table with a thousand sites does not make a chart of a thousand bars."""
    sites = tuple(value(f"site {number}", 0, 0, 0, 0, 1, 0, 0) for number in range(1000))
    overview.show_summary(summary(tmp_path, counts=DatasetCounts(localizations=sites)))
    (chart,) = overview.charts
    assert len(chart.bars) == 18
    assert chart.bars[-1].label == "983 others"
    assert sum(bar.value for bar in chart.bars) == 1000


def test_the_next_data_set_takes_the_place(overview: DatasetOverview, tmp_path: Path) -> None:
    """No chart of the last one is left."""
    overview.show_summary(summary(tmp_path, counts=COUNTS))
    old = overview.charts[0]
    overview.show_summary(summary(tmp_path))
    assert overview.charts == ()
    assert not old.isVisible()
    assert sum(bar.value for bar in overview.chart.bars) == 10_015
