"""Lists the models that were imported, from their headers alone."""

import json
from dataclasses import dataclass
from pathlib import Path

from engine import places

_MOST_BYTES = 100_000_000  # the limit of the safetensors format


@dataclass(frozen=True, kw_only=True)
class ImportedModel:
    """A model file among the imported models, for lists."""

    path: Path
    name: str
    """As on its card."""
    backbone: str


def list_imported() -> tuple[ImportedModel, ...]:
    """All imported models, newest first; files that are no models are passed over."""
    folder = places.models_dir()
    paths = sorted(folder.glob("*.safetensors"), key=_age) if folder.is_dir() else []
    return tuple(model for model in map(_read, paths) if model is not None)


def _age(path: Path) -> tuple[int, str]:
    try:
        return -path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name


def _read(path: Path) -> ImportedModel | None:
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length)) if length <= _MOST_BYTES else {}
        card = json.loads(header["__metadata__"]["card"])
        return ImportedModel(path=path, name=str(card["name"]), backbone=str(card["backbone"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
