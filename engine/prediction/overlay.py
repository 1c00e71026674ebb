"""Lays the heat map of a class over its image, for files."""

import io

from PIL import Image

from engine.prediction_results import HeatMap

_OPACITY = 0.6


def lay_over(image: Image.Image, heat: HeatMap) -> Image.Image:
    """`image` (RGB) with the heat map over it: nothing where it is 0, yellow and then red where it is more."""
    with Image.open(io.BytesIO(heat.png), formats=("PNG",)) as grey:
        levels = grey.convert("L").resize(image.size, Image.Resampling.BILINEAR)
    green = levels.point([round(220 * (1 - level / 255)) for level in range(256)])
    color = Image.merge("RGB", (levels.point([255] * 256), green, levels.point([40] * 256)))
    return Image.composite(color, image, levels.point([round(_OPACITY * level) for level in range(256)]))
