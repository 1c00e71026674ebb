"""The build installs what pyproject.toml pins, and nothing that only develops the program."""

import tomllib
from pathlib import Path

import environment
import pytest
from torch_build import BuildRefusedError, Source

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_gpu_variant_is_what_the_source_runs_with() -> None:
    """All dependencies as pinned, and PyInstaller as pinned."""
    wanted = environment.requirements(PROJECT, "gpu", "linux", Source())
    assert sorted(line for line in wanted if not line.startswith("pyinstaller")) == sorted(
        PROJECT["project"]["dependencies"]
    )
    assert [line for line in wanted if line.startswith("pyinstaller==")]
    assert all("==" in line for line in wanted)


def test_only_pytorch_differs_in_the_cpu_variant(tmp_path: Path) -> None:
    """Everything else is the same version in both."""
    (tmp_path / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl").touch()
    gpu = set(environment.requirements(PROJECT, "gpu", "linux", Source()))
    cpu = set(environment.requirements(PROJECT, "cpu", "linux", Source(find_links=tmp_path)))
    assert {line.partition("==")[0] for line in gpu ^ cpu} == {"torch", "torchvision"}


def test_what_pyinstaller_needs_is_held_too() -> None:
    """Its hooks decide what is collected: another version of them builds another program."""
    held = {line.partition("==")[0] for line in PROJECT["tool"]["uv"]["constraint-dependencies"]}
    assert {"altgraph", "pyinstaller-hooks-contrib", "packaging", "pefile", "macholib", "pywin32-ctypes"} <= held


def test_without_uv_the_build_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence instead of a traceback."""
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    with pytest.raises(BuildRefusedError, match=r"uv.*is not on the PATH"):
        environment.make_environment(ROOT, tmp_path, "gpu", Source())
