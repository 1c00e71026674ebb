"""Packs the built program into the archive that people of each system expect."""

import stat
import subprocess
import tarfile
import zipfile
from pathlib import Path


def archive_name(version: str, system: str, machine: str, variant: str) -> str:
    """Without its ending, as "lesion-lab-0.1.0-linux-x86_64-cpu"; `system` is as `sys.platform` says."""
    names = {"win32": "windows", "darwin": "macos"}
    return f"lesion-lab-{version}-{names.get(system, system)}-{machine.lower()}-{variant}"


def pack(folder: Path, target: Path, system: str) -> Path:
    """Pack the folder (on macOS the .app) as .tar.gz for Linux and .zip for Windows and macOS; returns the archive."""
    if system == "win32":
        return _zip(folder, target.with_name(f"{target.name}.zip"))
    if system == "darwin":  # ditto keeps what a signed .app needs
        archive = target.with_name(f"{target.name}.zip")
        subprocess.run(["ditto", "-c", "-k", "--keepParent", str(folder), str(archive)], check=True)
        return archive
    archive = target.with_name(f"{target.name}.tar.gz")
    with tarfile.open(archive, "w:gz", compresslevel=9) as file:
        file.add(folder, folder.name, filter=_nobodys)
    return archive


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Belongs to whoever unpacks it; readable for all."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode |= stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
    return entry


def _zip(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, Path(folder.name) / path.relative_to(folder))
    return archive
