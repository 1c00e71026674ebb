"""How this copy of the program was packaged, for About, diagnostics and the self-test; nothing when run from source."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import ConfigError
from engine.places import resources_dir
from engine.records import from_json

FILE_NAME = "build_info.json"
"""Lies among the resources of the packaged program."""


@dataclass(frozen=True, kw_only=True)
class BuildInfo:
    """What the build wrote about itself."""

    version: str
    """Of the program."""
    variant: Literal["cpu", "gpu"]
    """Which build of PyTorch is inside."""
    built: str
    """The day, as 2026-11-23."""
    commit: str
    """Of the source, short; "-dirty" behind it where files were changed; empty where it is not known."""
    system: str
    """What it was built on and for, as "Linux x86_64"."""
    python: str
    """The version of Python inside."""
    packages: dict[str, str] = field(default_factory=dict)
    """The version of every package inside, by name."""
    shim: str = ""
    """What stands in for a part that this build lacks, in a sentence; empty where nothing is missing."""


def read_build_info(path: Path | None = None) -> BuildInfo | None:
    """How this copy was packaged; None when it runs from source, or the file is damaged."""
    path = path or resources_dir() / FILE_NAME
    try:
        return from_json(BuildInfo, json.loads(path.read_text(encoding="utf-8")), path.name)
    except (OSError, ValueError, ConfigError):
        return None
