"""Lays the heat map of a class over its image, for files and for the browser."""

import io

from PIL import Image

from engine.heat_colors import heat_color
from engine.prediction_results import HeatMap

_OPACITY = 0.6  # where the map is brightest


def lay_over(image: Image.Image, heat: HeatMap) -> Image.Image:
    """`image` (RGB) with the heat map over it: nothing where it is 0, then blue, and yellow where it is brightest."""
    levels = _levels(heat).resize(image.size, Image.Resampling.BILINEAR)
    opacity = levels.point([round(_OPACITY * level) for level in range(256)])
    return Image.composite(Image.merge("RGB", _colors(levels)), image, opacity)


def tint(heat: HeatMap) -> bytes:
    """The heat map in those colours as a PNG to lay over an image: see-through where it is 0."""
    levels = _levels(heat)
    png = io.BytesIO()
    Image.merge("RGBA", (*_colors(levels), levels)).save(png, "PNG", compress_level=3)
    return png.getvalue()


def _levels(heat: HeatMap) -> Image.Image:
    with Image.open(io.BytesIO(heat.png), formats=("PNG",)) as grey:
        return grey.convert("L")


def _colors(levels: Image.Image) -> tuple[Image.Image, Image.Image, Image.Image]:
    red, green, blue = (levels.point([heat_color(level)[channel] for level in range(256)]) for channel in range(3))
    return red, green, blue
