"""The libraries that the program stands on: which versions are here, and whether every one can be imported."""

import importlib
import pkgutil

import engine
from engine.events import Control, OnEvent, ignore_events

LIBRARIES = {
    "gradio": "gradio",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pandas": "pandas",
    "pillow": "PIL",
    "platformdirs": "platformdirs",
    "pyqtgraph": "pyqtgraph",
    "pyside6-essentials": "PySide6",
    "safetensors": "safetensors",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "starlette": "starlette",
    "torch": "torch",
    "torchvision": "torchvision",
    "tqdm": "tqdm",
    "uvicorn": "uvicorn",
    "wakepy": "wakepy",
}
"""The direct dependencies by the names under which they are installed, and those under which they are imported."""
_OF_THE_WEB_DEMO = ("engine.web", "gradio", "starlette", "uvicorn")  # imported where it prepared the environment
_OF_THE_WINDOW = ("PySide6", "pyqtgraph")


def versions() -> dict[str, str]:
    """The version of each direct dependency that is installed; nothing is imported for it."""
    from importlib import metadata  # a tenth of what the window takes to open

    found: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def import_all(*, control: Control | None = None, on_event: OnEvent = ignore_events) -> int:
    """Import every room of the engine and every library but those of the window and the web demo; how many there were.

    Takes seconds and a lot of memory. Raises `ImportError` for the first that is missing.
    """
    control = control or Control()
    rooms = [one.name for one in pkgutil.walk_packages(engine.__path__, "engine.")]
    names = [
        name for name in (*LIBRARIES.values(), *rooms) if not name.startswith((*_OF_THE_WEB_DEMO, *_OF_THE_WINDOW))
    ]
    for name in names:
        control.raise_if_cancelled()
        importlib.import_module(name)
    return len(names)
