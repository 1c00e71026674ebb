"""Makes the build's own virtual environment: the versions that pyproject.toml pins, and the right build of PyTorch."""

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch_build
from torch_build import BuildRefusedError, Source, Variant

_TORCH = ("torch", "torchvision")
_TOOL = "pyinstaller"
_ASK_OPERATORS = "import torchvision; print(torchvision.extension._has_ops())"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtual environment that holds the program's packages and PyInstaller."""

    python: Path
    shim: str
    """As in the build info: empty where nothing is missing."""


def requirements(project: dict[str, Any], variant: Variant, system: str, source: Source) -> list[str]:
    """All that is installed by name: the program's dependencies, PyTorch as `variant` wants it, and PyInstaller."""
    pinned = list(project["project"]["dependencies"])
    torch = [line for line in pinned if _name(line) in _TORCH]
    tool = [line for line in project["dependency-groups"]["dev"] if _name(line) == _TOOL]
    others = [line for line in pinned if _name(line) not in _TORCH]
    return [*others, *torch_build.torch_requirements(torch, variant, system, source), *tool]


def make_environment(root: Path, folder: Path, variant: Variant, source: Source) -> Environment:
    """A fresh environment in `folder`; raises `BuildRefusedError` where something for it is not to be had."""
    uv = shutil.which("uv")
    if uv is None:
        raise BuildRefusedError("uv, which sets up this project, is not on the PATH: python -m pip install uv")
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise BuildRefusedError("The program is built with Python 3.11 to 3.13; start build.py with one of them.")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = requirements(project, variant, sys.platform, source)
    folder.mkdir(parents=True, exist_ok=True)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(project["tool"]["uv"]["constraint-dependencies"]), encoding="utf-8")
    venv = folder / "env"
    shutil.rmtree(venv, ignore_errors=True)
    _run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)])
    python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--constraint", str(constraints)]
    if source.find_links is not None:
        install += ["--find-links", str(source.find_links.absolute())]
    if source.index is not None:  # PyTorch's own index has the other packages too, but not all versions of them
        install += ["--index", source.index, "--index-strategy", "unsafe-best-match"]
    _run([*install, *wanted])
    return Environment(python=python, shim=_mend_operators(python, variant))


def _mend_operators(python: Path, variant: Variant) -> str:
    """What stands in for torchvision's operators, if they do not load; a GPU variant without them is refused."""
    answer = subprocess.run([str(python), "-c", _ASK_OPERATORS], capture_output=True, text=True, check=False)
    if answer.stdout.strip() == "True":
        return ""
    if variant == "gpu":
        raise BuildRefusedError(f"torchvision does not load beside this build of PyTorch.\n{answer.stderr[-2000:]}")
    find = "import importlib.util as u; print(u.find_spec('torchvision').submodule_search_locations[0])"
    package = subprocess.run([str(python), "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    torch_build.mend_torchvision(Path(package))
    _run([str(python), "-c", _ASK_OPERATORS])
    return torch_build.SHIM


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)
