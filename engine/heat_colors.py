"""The colours of heat maps: the same in the window, in saved pictures and in the browser."""

_COLORS = ((40, 60, 255), (0, 220, 230), (255, 255, 0))  # from dim to bright; red and brown are the image's own


def heat_color(level: int) -> tuple[int, int, int]:
    """Red, green and blue, 0..255, for a level of a heat map, 0..255: blue, then cyan, then yellow."""
    at = level / 255 * (len(_COLORS) - 1)
    first = min(int(at), len(_COLORS) - 2)
    low, high = _COLORS[first], _COLORS[first + 1]
    red, green, blue = (round(a + (at - first) * (b - a)) for a, b in zip(low, high, strict=True))
    return red, green, blue
