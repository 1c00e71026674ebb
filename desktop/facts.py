"""What this copy of the program is and runs on, for About and for diagnostics: versions, build, device, screen."""

import platform

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from desktop.state import AppState
from desktop.theme import is_dark
from engine import __version__
from engine.build_info import read_build_info
from engine.libraries import versions


def gather(state: AppState) -> dict[str, str]:
    """What only the window knows."""
    device, screen = state.device, QGuiApplication.primaryScreen()
    size = screen.size()
    return {
        "qt": f"{qVersion()} on {QGuiApplication.platformName()}",
        "screen": f"{size.width()} x {size.height()}, scaled {screen.devicePixelRatio():g} times",
        "scheme": "dark" if is_dark() else "light",
        "device": f"{device.kind}: {device.name}. {device.reason}" if device is not None else "not known yet",
    }


def describe(state: AppState) -> tuple[str, ...]:
    """In lines, for people."""
    device, build = state.device, read_build_info()
    if build is None:
        packaging = "Run from its source."
    else:
        of = f", commit {build.commit}" if build.commit else ""
        packaging = f"Packaged on {build.built} for {build.system}, {build.variant.upper()} variant{of}."
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f"Version {__version__}. {packaging}",
        *([build.shim] if build is not None and build.shim else []),
        f"Computes on: {device.name}. {device.reason}" if device is not None else "Looking for the device…",
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.release()}.",
        f"Made with {libraries}.",
    )
