"""Finishes the folder that PyInstaller made: symbols that nobody reads go, a second name and notes come."""

import shutil
import subprocess
from pathlib import Path

import branding

_STRIPPED = ("_internal/torch/lib/*.so*", "_internal/libpython3*.so*", "_internal/python3*/lib-dynload/*.so")
"""Only what was linked as it is: libraries of wheels whose paths were rewritten afterwards do not survive it."""


def strip_symbols(folder: Path) -> int:
    """Take the symbols for debuggers out of the large libraries of a Linux build; returns the bytes saved."""
    strip = shutil.which("strip")
    if strip is None:
        return 0
    saved = 0
    for pattern in _STRIPPED:
        for path in sorted(folder.glob(pattern)):
            if path.is_symlink():
                continue
            before, stripped = path.stat().st_size, path.with_name(f"{path.name}.stripped")
            done = subprocess.run([strip, "--strip-unneeded", "-o", str(stripped), str(path)], check=False)
            if done.returncode == 0 and 0 < stripped.stat().st_size < before:
                shutil.copymode(path, stripped)
                saved += before - stripped.stat().st_size
                stripped.replace(path)
            else:
                stripped.unlink(missing_ok=True)
    return saved


def add_linux_files(folder: Path, made: Path, templates: Path) -> None:
    """The name for terminals, the icon, the desktop entry and the notes."""
    (folder / "lesion-lab-cli").symlink_to("lesion-lab")
    shutil.copy2(made / "icon.png", folder / "lesion-lab.png")
    for path in sorted(templates.iterdir()):
        shutil.copy2(path, folder / path.name)


def console_executable(folder: Path, system: str) -> Path:
    """What is started in a terminal, in the built folder or the .app."""
    if system == "darwin":
        return folder / "Contents" / "MacOS" / branding.NAME
    return folder / ("lesion-lab-cli.exe" if system == "win32" else "lesion-lab-cli")
