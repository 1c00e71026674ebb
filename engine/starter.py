"""The starter model that the program brings along: where it is, what to say about it, whom to thank for it."""

from pathlib import Path

from engine import places
from engine.licences import HAM10000

NAME = "Starter model"
DESCRIPTION = (
    "A starter and never more: a small network, trained on reduced images of HAM10000, for looking around before there "
    "is a model of your own. For research and education only, and for non-commercial use."
)
"""What it is, in plain words; its card says how good it is."""
ATTRIBUTION = f"Starter model: trained on {HAM10000.data_set}, {HAM10000.citation}, {HAM10000.name}."


def starter_model() -> Path | None:
    """The model file, None where the program came without one."""
    path = places.resources_dir() / "starter" / "model.safetensors"
    return path if path.is_file() else None


def is_starter(model: Path) -> bool:
    """Whether `model` is the starter model."""
    return model == starter_model()
