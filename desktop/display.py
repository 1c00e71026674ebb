"""Says whether a window can be shown, before Qt is asked: Qt ends the whole process when it cannot."""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path


def why_no_window() -> str | None:
    """None if a window can be shown, otherwise the reason as a sentence."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in (
        "offscreen",
        "minimal",
        "vnc",
    ):
        return None
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    if not os.environ.get("DISPLAY"):
        return "There is no display."
    return _why_no_x_window()


def _why_no_x_window() -> str | None:
    """Load what Qt's X plugin needs and connect to the X server, as Qt would do."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return "Qt (PySide6) is not installed."
    plugin = Path(spec.submodule_search_locations[0]) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        missing = str(error).split(":")[0]
        return f"Qt cannot open a window here, a system library is missing ({missing}; see the README)."
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return f"The display {os.environ['DISPLAY']} does not answer." if failed else None
