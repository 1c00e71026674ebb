"""Gives programs that are started from here the user's environment: that of the bundle breaks them."""

import contextlib
import os
import sys
from collections.abc import Iterator

_KEPT_AS = "_ORIG"  # PyInstaller's starter keeps the user's value under the name with this behind it
_PATHS = ("LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


@contextlib.contextmanager
def users_environment() -> Iterator[None]:
    """As this program was started with: a browser that loads the libraries of this bundle may not start."""
    before = dict(os.environ)
    if getattr(sys, "frozen", False):
        for name in [one for one in before if one.startswith("_PYI_")]:
            del os.environ[name]
        for name in _PATHS:
            os.environ.pop(name, None)
            if (original := os.environ.pop(name + _KEPT_AS, None)) is not None:
                os.environ[name] = original
    try:
        yield
    finally:
        os.environ.update(before)
        for name in set(os.environ) - set(before):
            del os.environ[name]
