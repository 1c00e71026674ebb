"""Tests of engine.heat_colors."""

from itertools import pairwise

from engine.heat_colors import heat_color


def test_colours_go_from_blue_over_cyan_to_yellow() -> None:
    """The ends and the middle are as told, and no step between two levels is a leap."""
    assert heat_color(0) == (40, 60, 255)
    assert heat_color(255) == (255, 255, 0)
    colors = [heat_color(level) for level in range(256)]
    assert min(abs(red) + abs(green - 220) + abs(blue - 230) for red, green, blue in colors) < 4
    assert all(0 <= channel <= 255 for color in colors for channel in color)
    steps = [max(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in pairwise(colors)]
    assert max(steps) <= 3
