"""What was built is measured by package, and its checksums are those that other tools check."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import measuring
import pytest


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("lesion-lab", "executables and notes"),
        ("_internal/torch/lib/libtorch_cpu.so", "torch"),
        ("_internal/numpy.libs/libopenblas.so", "numpy"),
        ("_internal/PySide6/Qt/lib/libQt6Core.so.6", "PySide6"),
        ("_internal/_brotli.cpython-311-x86_64-linux-gnu.so", "brotli"),
        ("_internal/libgtk-3.so.0", "libraries of the system"),
        ("_internal/libpython3.11.so.1.0", "Python"),
        ("_internal/python3.11/lib-dynload/_ssl.so", "Python"),
        ("_internal/base_library.zip", "Python"),
        ("_internal/hf_gradio-0.4.1.dist-info/METADATA", "hf_gradio"),
        ("_internal/resources/icon.svg", "resources"),
        ("Contents/Frameworks/torch/lib/libtorch.dylib", "torch"),
        ("Contents/MacOS/Lesion Lab", "executables and notes"),
    ],
)
def test_each_file_belongs_to_a_package(name: str, package: str) -> None:
    """Libraries and metadata count with the package that brought them."""
    assert measuring.package_of(name) == package


def test_sizes_count_each_byte_once(tmp_path: Path) -> None:
    """A link, symbolic or hard, adds nothing; the largest package comes first."""
    inside = tmp_path / "_internal"
    (inside / "torch").mkdir(parents=True)
    (inside / "torch/lib.so").write_bytes(b"x" * 300)
    (tmp_path / "lesion-lab").write_bytes(b"x" * 100)
    (tmp_path / "lesion-lab-cli").symlink_to("lesion-lab")
    (inside / "torch/again.so").hardlink_to(inside / "torch/lib.so")
    assert list(measuring.sizes_by_package(tmp_path).items()) == [("torch", 300), ("executables and notes", 100)]


def test_the_table_adds_up_and_names_the_shim() -> None:
    """Small packages are in one row, the sum is of all, and what stands in for a missing part is said."""
    sizes = {"torch": 5 * 2**20, "numpy": 2 * 2**20, "six": 2**19, "idna": 2**19}
    table = measuring.size_table(sizes, {"tests": 3 * 2**20, "links": 0}, 4 * 2**20, ["Operators are missing."])
    assert re.findall(r"^ *([\d.]+) MB  (.+)$", table, re.MULTILINE) == [
        ("5.0", "torch"),
        ("2.0", "numpy"),
        ("1.0", "2 smaller ones"),
        ("8.0", "Together"),
        ("4.0", "the archive"),
        ("3.0", "tests"),
        ("0.0", "links"),
    ]
    assert table.rstrip().endswith("Operators are missing.")


def test_checksums_are_checked_by_sha256sum(tmp_path: Path) -> None:
    """The file lists what `sha256sum --check` accepts."""
    archive = tmp_path / "a b.tar.gz"
    archive.write_bytes(b"x" * 3_000_000)
    text = measuring.checksums([archive])
    assert text == f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  a b.tar.gz\n"
    (tmp_path / "sums").write_text(text, encoding="utf-8")
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not on this system")
    subprocess.run(["sha256sum", "--check", "--strict", "sums"], cwd=tmp_path, check=True, capture_output=True)
