"""One command builds the program; where that is not possible, a sentence says why."""

import os
import subprocess
import sys
from pathlib import Path

import build
import finishing
import pytest
from torch_build import Source

ROOT = Path(__file__).parents[2]


def test_without_arguments_it_builds_what_can_be_had() -> None:
    """CUDA on Linux, where PyPI has nothing else, and the CPU elsewhere, or where a place for it is named."""
    assert build.default_variant("linux", Source()) == "gpu"
    assert build.default_variant("linux", Source(index="INDEX")) == "cpu"
    assert build.default_variant("win32", Source()) == build.default_variant("darwin", Source()) == "cpu"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the CPU build is what everybody gets")
def test_a_refused_variant_is_a_sentence_and_code_2(tmp_path: Path) -> None:
    """Before anything is installed, with no traceback."""
    command = [sys.executable, str(ROOT / "packaging/build.py"), "--variant", "cpu", "--work", str(tmp_path / "work")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "needs another place for it" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "work/cpu/env").exists()


def test_the_build_fails_where_its_program_fails_its_own_test(tmp_path: Path) -> None:
    """The self-test is run with an empty home, and without what would lend the program a Python."""
    if os.name == "nt":
        pytest.skip("a script for a shell")
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\n[ "$1" = self-test ] && [ -z "$PYTHONPATH" ] && [ -z "$(ls -A "$HOME")" ]\n')
    program.chmod(0o755)
    assert build.self_test(program)
    program.write_text("#!/bin/sh\nexit 1\n")
    assert not build.self_test(program)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux builds are stripped")
def test_symbols_go_and_what_is_no_library_stays(tmp_path: Path) -> None:
    """A file that cannot be stripped is left as it is."""
    folder = tmp_path / "_internal/torch/lib"
    folder.mkdir(parents=True)
    (folder / "libodd.so").write_bytes(b"no library")
    (folder / "liblink.so").symlink_to("libodd.so")
    assert finishing.strip_symbols(tmp_path) == 0
    assert (folder / "libodd.so").read_bytes() == b"no library"
    assert [path.name for path in sorted(folder.iterdir())] == ["liblink.so", "libodd.so"]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_it_builds_a_program_that_passes_its_own_test(tmp_path: Path) -> None:
    """From a clean checkout, in minutes. LESION_LAB_TORCH_WHEELS names a folder with PyTorch's CPU wheel."""
    wheels = os.environ.get("LESION_LAB_TORCH_WHEELS")
    if not wheels:
        pytest.skip("LESION_LAB_TORCH_WHEELS does not name a folder with PyTorch's CPU wheel")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True)
    command = [sys.executable, "packaging/build.py", "--find-links", wheels]
    subprocess.run(command, cwd=tmp_path / "clone", check=True)
    names = sorted(path.name for path in (tmp_path / "clone/dist").iterdir())
    assert [name.partition("-cpu")[2] for name in names] == [".sha256", ".sizes.txt", ".tar.gz"]
    subprocess.run(["sha256sum", "--check", "--strict", names[0]], cwd=tmp_path / "clone/dist", check=True)
