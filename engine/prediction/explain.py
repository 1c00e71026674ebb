"""Explains an answer: where in the image the network found what speaks for each class, and what it says without it."""

import io
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.func import jacrev

from engine.config import DeviceName, Preprocessing
from engine.data.images import read_image, thumbnail, to_pixels
from engine.errors import ModelFileError
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import CODES
from engine.model.device import choose, half_type
from engine.model.file import LoadedModel
from engine.model.probabilities import EQUAL_PRIOR, posterior
from engine.prediction.hiding import Paint, find_paint, hide
from engine.prediction.loaded import open_model
from engine.prediction.logits import to_input
from engine.prediction_results import Explanation, HeatMap

MAP_SIDE = 256
"""The longest side of a heat map in pixels."""
HIDDEN_SIDE = 512
"""The longest side of the image with the lesion hidden, in pixels."""


def explain(
    model: Path,
    path: Path,
    device: DeviceName = "auto",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Explanation:
    """Heat maps of every class for the image in `path`, and the answer of `model` with the lesion hidden.

    The image and the one with the lesion hidden pass through the network together, once. What is hidden changes the
    network's input there and nowhere else. Raises `ModelFileError`, `DataError` and `Cancelled`.
    """
    control = control or Control()
    chosen = choose(device)
    loaded = open_model(model, chosen, on_event)
    on_event(StatusChanged(text="Looking for what speaks for each class"))
    image = read_image(path)
    control.raise_if_cancelled()
    card = loaded.card
    pixels, paint = to_pixels(image, card.preprocessing), find_paint(image)
    both = [pixels] if paint is None else [pixels, _hide_pixels(pixels, paint, card.preprocessing)]
    logits, maps = compute_maps(loaded.module, np.stack(both), card.preprocessing, chosen)
    if not np.isfinite(logits).all():
        raise ModelFileError("The model's answer is not a number.", "Its weights are of no use; choose another model.")
    control.raise_if_cancelled()
    return Explanation(
        path=path,
        maps=tuple(
            HeatMap(code=code, png=_draw(one, image.size, card.preprocessing))
            for code, one in zip(CODES, maps, strict=True)
        ),
        hidden_image=b"" if paint is None else _draw_hidden(image, paint),
        hidden_share=None if paint is None else paint.share,
        hidden_probabilities=() if paint is None else _name(logits[1:], loaded),
    )


def compute_maps(
    module: nn.Module, pixels: NDArray[np.uint8], preprocessing: Preprocessing, device: torch.device
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits [n, 7] of `pixels` [n, S, S, 3], and Grad-CAM [7, h, w] of the first for each class, before the ReLU.

    The body runs once; only the small head is differentiated. A map's channels are weighed by the mean gradient of
    the class's logit over the last stage (Selvaraju et al., 2017). Where the head is a mean and one linear layer, as
    in a ResNet, the mean of a map is the logit without its bias, over h x w.
    """
    body, head = _split(module)
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad(), torch.autocast(device.type, half_type(device), enabled=device.type == "cuda"):
            stage = body(to_input(torch.from_numpy(pixels), preprocessing, device)).float()
        logits = head(stage).detach().cpu().numpy()
        slopes = jacrev(head)(stage[:1])[0, :, 0].mean(dim=(2, 3)).detach()
    finally:
        module.train(was_training)
    maps: NDArray[np.float32] = torch.einsum("kc,chw->khw", slopes, stage[0]).cpu().numpy()
    return logits, maps


def _split(module: nn.Module) -> tuple[nn.Module, nn.Module]:
    """All up to the last stage, and the rest: every backbone ends with a mean over space and what tells classes apart.

    Their children stand in the order in which `forward` calls them; a test holds it against the whole network.
    """
    *body, pool, classifier = module.children()
    return nn.Sequential(*body), nn.Sequential(pool, nn.Flatten(), classifier)


def _hide_pixels(pixels: NDArray[np.uint8], paint: Paint, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """The network's input with the lesion hidden, the same to the bit where there is no paint."""
    opacity = to_pixels(paint.opacity, preprocessing).astype(np.float32) / 255
    skin = to_pixels(paint.skin, preprocessing)
    return np.asarray((pixels + opacity * (skin.astype(np.float32) - pixels)).round(), dtype=np.uint8)


def _name(logits: NDArray[np.float32], model: LoadedModel) -> tuple[float, ...]:
    card = model.card
    return tuple(float(one) for one in posterior(logits, card.training_prior, EQUAL_PRIOR, card.temperature)[0])


def _draw(values: NDArray[np.float32], size: tuple[int, int], preprocessing: Preprocessing) -> bytes:
    """A map as a grey PNG in the proportions of an image of `size`, 255 at the class's own maximum.

    A class that nothing speaks for has an empty map: 0 everywhere. Outside the central square, where "crop" lets the
    network see nothing, it is 0 too.
    """
    scale = min(1.0, MAP_SIDE / max(size))
    width, height = (max(1, round(scale * side)) for side in size)
    box = (0, 0, width, height)
    if preprocessing.geometry == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        box = (left, top, left + side, top + side)
    positive = np.maximum(values, 0)
    top_value = float(positive.max())
    canvas = Image.new("L", (width, height))
    if top_value > 0:
        seen = (box[2] - box[0], box[3] - box[1])
        smooth = Image.fromarray(255 * positive / top_value).resize(seen, Image.Resampling.BILINEAR)
        canvas.paste(Image.fromarray(np.asarray(smooth).round().astype(np.uint8)), box)
    png = io.BytesIO()
    canvas.save(png, "PNG", compress_level=3)
    return png.getvalue()


def _draw_hidden(image: Image.Image, paint: Paint) -> bytes:
    small = image.copy()
    small.thumbnail((HIDDEN_SIDE, HIDDEN_SIDE), Image.Resampling.BICUBIC)
    return thumbnail(hide(small, paint), HIDDEN_SIDE)
