"""Lays the heat map of a class over its image, for files."""

import io

from PIL import Image

from engine.prediction_results import HeatMap

_OPACITY = 0.6  # where the map is brightest
_COLORS = ((40, 60, 255), (0, 220, 230), (255, 255, 0))  # from dim to bright; red and brown are the image's own


def lay_over(image: Image.Image, heat: HeatMap) -> Image.Image:
    """`image` (RGB) with the heat map over it: nothing where it is 0, then blue, and yellow where it is brightest."""
    with Image.open(io.BytesIO(heat.png), formats=("PNG",)) as grey:
        levels = grey.convert("L").resize(image.size, Image.Resampling.BILINEAR)
    colors = [levels.point([_color(level, channel) for level in range(256)]) for channel in range(3)]
    opacity = levels.point([round(_OPACITY * level) for level in range(256)])
    return Image.composite(Image.merge("RGB", colors), image, opacity)


def _color(level: int, channel: int) -> int:
    """A channel of the colour for a level of 0..255, between the two of `_COLORS` next to it."""
    at = level / 255 * (len(_COLORS) - 1)
    first = min(int(at), len(_COLORS) - 2)
    return round(_COLORS[first][channel] + (at - first) * (_COLORS[first + 1][channel] - _COLORS[first][channel]))
