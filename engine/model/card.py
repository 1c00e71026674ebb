"""Writes a model's card as JSON and reads it back, refusing any value that the program could not work with."""

import json
import math
from collections.abc import Sequence

from engine.config import BACKBONES
from engine.errors import ConfigError
from engine.labels import CODES
from engine.records import as_json, from_json
from engine.results import GateSettings, HeldOut, ModelCard

_MOST = 100_000  # rows or columns of a gate's table


class CardError(Exception):
    """The text is no card; the message says why, as the end of a sentence."""


def to_text(card: ModelCard) -> str:
    """`card` as JSON. Raises `ValueError` for a number that JSON does not have."""
    return json.dumps(as_json(card), ensure_ascii=False, allow_nan=False)


def from_text(text: str) -> ModelCard:
    """The card in `text`. Raises `CardError`."""
    try:
        card = from_json(ModelCard, json.loads(text, parse_constant=_refuse_constant), "its card")
    except ConfigError as error:
        raise CardError(str(error).rstrip(".")) from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise CardError("its card is not JSON that this program can read") from error
    _check(card)
    return card


def _check(card: ModelCard) -> None:
    if card.backbone not in BACKBONES:
        raise CardError(f"it holds a {card.backbone!r}, which this version does not know")
    if card.classes != CODES:
        raise CardError(f"it knows other classes ({', '.join(card.classes)}) than this program")
    for name, prior in (("training prior", card.training_prior), ("data prior", card.data_prior)):
        if not _is_distribution(prior):
            raise CardError(f"the {name} on its card is not seven shares that sum to 1")
    if not 32 <= card.preprocessing.image_size <= 512:
        raise CardError(f"the image size on its card is {card.preprocessing.image_size}, not 32 to 512")
    numbers = (*card.preprocessing.mean, *card.preprocessing.std, card.temperature)
    if not all(map(math.isfinite, numbers)) or min(*card.preprocessing.std, card.temperature) <= 0:
        raise CardError("mean, deviation or temperature on its card is not a usable number")
    if not all(math.isfinite(point.threshold) for point in card.operating_points):
        raise CardError("an operating point on its card is not a usable number")
    if card.held_out is not None and not _is_plausible(card.held_out):
        raise CardError("the figures of the test part on its card are not shares with intervals")
    if card.gate is not None and not _is_usable(card.gate):
        raise CardError("the gate on its card has numbers that are not usable")


def _is_distribution(prior: Sequence[float]) -> bool:
    inside = len(prior) == len(CODES) and all(0 <= share <= 1 for share in prior)
    return inside and math.isclose(sum(prior), 1, abs_tol=1e-6)


def _is_plausible(held_out: HeldOut) -> bool:
    return all(0 <= low <= value <= high <= 1 for value, low, high in held_out.figures.values())


def _is_usable(gate: GateSettings) -> bool:
    limits = (gate.sharpness_limit, gate.looks_limit, gate.features_limit)
    edges = [edge for one in gate.ranges for edge in (one.low, one.high)]
    sizes = (gate.n_measures, gate.n_features, gate.n_directions, gate.n_examples)
    counts_fit = all(0 <= family.n_refused <= family.n_images for family in gate.families)
    return all(map(math.isfinite, (*limits, *edges))) and all(0 < size <= _MOST for size in sizes) and counts_fit


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON has")
