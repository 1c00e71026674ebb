"""Where the program keeps things: runs, cache, demo data, downloaded weights and logs, in the system's right places."""

import os
from pathlib import Path

import platformdirs

_NAME = "lesion-lab"


def resources_dir() -> Path:
    """The folder of what the program brings along: icons, styles, sample images."""
    return Path(__file__).parents[1] / "resources"


def home_dir() -> Path:
    """The folder of everything the user would miss. `LESION_LAB_HOME` moves it, and cache and logs into it."""
    moved = os.environ.get("LESION_LAB_HOME")
    return Path(moved) if moved else platformdirs.user_data_path(_NAME, appauthor=False)


def runs_dir() -> Path:
    """The default folder for runs."""
    return home_dir() / "runs"


def demo_dir() -> Path:
    """The folder for the demo data, made anew when it is missing."""
    return home_dir() / "demo"


def ham10000_dir() -> Path:
    """The folder for HAM10000 where the user names no other."""
    return home_dir() / "ham10000"


def weights_dir() -> Path:
    """The folder for downloaded ImageNet weights."""
    return home_dir() / "weights"


def models_dir() -> Path:
    """The folder for imported models."""
    return home_dir() / "models"


def cache_dir() -> Path:
    """The folder for what can be made again: pixel caches."""
    moved = os.environ.get("LESION_LAB_HOME")
    return Path(moved) / "cache" if moved else platformdirs.user_cache_path(_NAME, appauthor=False)


def log_dir() -> Path:
    """The folder for log files."""
    moved = os.environ.get("LESION_LAB_HOME")
    return Path(moved) / "logs" if moved else platformdirs.user_log_path(_NAME, appauthor=False)
