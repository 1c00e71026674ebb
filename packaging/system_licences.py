"""The licences of the libraries that a Linux build takes from the system it is built on."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_DOCUMENTS = Path("/usr/share/doc")
_RULE = "=" * 100


def licences_of(files: Iterable[str]) -> str:
    """The libraries among `files` by the package that they belong to, each with its copyright file, as one text.

    Of a system without Debian's packages, or of files outside of them, only the names.
    """
    by_package: dict[str, list[str]] = {}
    for file in sorted(set(files)):
        by_package.setdefault(_package_of(file), []).append(Path(file).name)
    parts = []
    for package, names in sorted(by_package.items()):
        copyright_file = _DOCUMENTS / package / "copyright"
        title = f"{package or 'From the system'}: {', '.join(names)}"
        if package and copyright_file.is_file():
            parts.append(f"{title}\n\n{copyright_file.read_text(encoding='utf-8', errors='replace').strip()}")
        else:
            parts.append(title)
    return "".join(f"\n{_RULE}\nLibraries of the system, {part}\n" for part in parts)


def _package_of(file: str) -> str:
    """The name of the Debian package that a file came with, empty where there is none."""
    dpkg = shutil.which("dpkg-query")
    if dpkg is None:
        return ""
    path = str(Path(file).resolve())
    for name in (path, path.removeprefix("/usr"), f"/usr{path}", file):  # packages may name files by the old places
        found = subprocess.run([dpkg, "--search", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.partition(":")[0].strip()
    return ""
