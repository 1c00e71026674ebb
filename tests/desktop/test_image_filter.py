"""Choosing among the images of a data set."""

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.image_filter import LEFT_OUT, WITH, WITHOUT, FilterBar, ImageFilter
from engine.data_results import ImageRow
from tests.desktop.datasets import image

IMAGES = (
    image(0, dx="mel", sex="female", localization="back"),
    image(1, dx="nv", sex="male", localization="", kinds=("conflict",)),
    image(2, dx="nv", sex="", localization="back", kinds=("cut", "missing"), is_used=False),
)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (ImageFilter(), [0, 1, 2]),
        (ImageFilter(dx="nv"), [1, 2]),
        (ImageFilter(sex=""), [2]),
        (ImageFilter(localization="back", dx="nv"), [2]),
        (ImageFilter(finding=WITH), [1, 2]),
        (ImageFilter(finding=WITHOUT), [0]),
        (ImageFilter(finding="conflict"), [1]),
        (ImageFilter(finding=LEFT_OUT), [2]),
        (ImageFilter(text="isic_0000001"), [1]),
        (ImageFilter(text="ham_0000000"), [0, 1]),
        (ImageFilter(dx="nv", text="0000000"), [1]),
    ],
)
def test_all_conditions_hold_together(wanted: ImageFilter, numbers: list[int]) -> None:
    """Class, sex, site, finding and a part of an image's or lesion's id."""
    assert [number for number, one in enumerate(IMAGES) if wanted.accepts(one)] == numbers


@pytest.fixture
def bar(qtbot: QtBot) -> FilterBar:
    bar = FilterBar()
    qtbot.addWidget(bar)
    bar.set_images(IMAGES)
    return bar


def words(bar: FilterBar, name: str) -> list[str]:
    choice = getattr(bar, name)
    return [choice.itemText(number) for number in range(choice.count())]


def test_only_what_occurs_is_offered_in_plain_words(bar: FilterBar) -> None:
    """What the table does not tell stands last, as unknown."""
    assert words(bar, "classes") == ["All classes", "Melanoma (mel)", "Melanocytic nevus (nv)"]
    assert words(bar, "sexes") == ["All sexes", "Female", "Male", "Unknown"]
    assert words(bar, "sites") == ["All sites", "Back", "Unknown"]
    assert words(bar, "findings")[0] == "All findings"
    assert "Missing images" in words(bar, "findings")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("sexes", "Unknown", ImageFilter(sex="")),
        ("findings", "With a finding", ImageFilter(finding=WITH)),
        ("classes", "Melanoma (mel)", ImageFilter(dx="mel")),
    ],
)
def test_a_choice_becomes_a_filter(qtbot: QtBot, bar: FilterBar, name: str, text: str, expected: ImageFilter) -> None:
    """And says that it changed."""
    with qtbot.waitSignal(bar.changed):
        getattr(bar, name).setCurrentText(text)
    assert bar.filter == expected


def test_typing_asks_once(qtbot: QtBot, bar: FilterBar) -> None:
    """Ten thousand images are not searched for each letter; capitals and blanks do not matter."""
    changes: list[ImageFilter] = []
    bar.changed.connect(lambda: changes.append(bar.filter))
    qtbot.keyClicks(bar.search, " Isic_1 ")
    qtbot.waitUntil(lambda: bool(changes))
    qtbot.wait(200)
    assert changes == [ImageFilter(text="isic_1")]


def test_other_images_want_everything_again(bar: FilterBar) -> None:
    """A filter of the last data set never hides images of the next one. What has no choice is off."""
    bar.classes.setCurrentIndex(1)
    bar.search.setText("ISIC")
    same: list[ImageRow] = [image(7), image(7)]
    bar.set_images(same)
    assert bar.filter == ImageFilter()
    assert not bar.classes.isEnabled()
    assert not bar.findings.isEnabled()
