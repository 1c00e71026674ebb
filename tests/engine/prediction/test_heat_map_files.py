"""Tests of engine.prediction.heat_map_files and of what it lays over the images."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from engine.prediction.heat_map_files import save_heat_maps
from engine.prediction.overlay import lay_over
from engine.prediction.predictor import predict
from engine.prediction_results import GateVerdict, HeatMap


def test_each_named_image_has_a_picture(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Named by image and class, as large as the image; images of one name in two folders do not replace each other."""
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / photos[0].name
    twin.write_bytes(photos[0].read_bytes())
    single = predict(model, [photos[0], twin, photos[1], tmp_path / "nothing.jpg"])
    refused = replace(single[2], gate=GateVerdict(passed=False, reasons=("Blurred.",)))
    folder = save_heat_maps(model, [*single[:2], refused, single[3]], tmp_path / "maps")
    name = f"{photos[0].name}_{single[0].code}"
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.png", f"{name}_2.png"]
    with Image.open(folder / f"{name}.png") as map_file, Image.open(photos[0]) as image:
        assert map_file.size == image.size


def test_a_map_changes_the_image_only_where_it_is_bright() -> None:
    """Nothing where it is 0; towards yellow where it is highest."""
    image = Image.new("RGB", (8, 8), (100, 100, 100))
    values = np.zeros((8, 8), np.uint8)
    values[:, 4:] = 255
    png = io.BytesIO()
    Image.fromarray(values).save(png, "PNG")
    over = np.asarray(lay_over(image, HeatMap(code="mel", png=png.getvalue())))
    assert (over[:, :4] == 100).all()
    red, green, blue = over[0, 7].tolist()
    assert red == green > 150
    assert blue < 60
