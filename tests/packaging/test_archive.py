"""The archive of each system gives back what was built."""

import os
import tarfile
import zipfile
from pathlib import Path

import archive
import pytest


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "lesion-lab"
    (folder / "_internal/Löße").mkdir(parents=True)
    (folder / "lesion-lab").write_bytes(b"program")
    (folder / "lesion-lab").chmod(0o755)
    (folder / "_internal/Löße/a.txt").write_text("text", encoding="utf-8")
    return folder


def test_names_say_system_machine_and_variant() -> None:
    """As people look for them."""
    assert archive.archive_name("0.1.0", "linux", "x86_64", "cpu") == "lesion-lab-0.1.0-linux-x86_64-cpu"
    assert archive.archive_name("0.1.0", "win32", "AMD64", "gpu") == "lesion-lab-0.1.0-windows-amd64-gpu"
    assert archive.archive_name("0.1.0", "darwin", "arm64", "cpu") == "lesion-lab-0.1.0-macos-arm64-cpu"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit and rarely links")
def test_tar_keeps_links_and_the_executable_bit(built: Path, tmp_path: Path) -> None:
    """Whoever unpacks it owns it, can start it, and finds both names of it."""
    (built / "lesion-lab-cli").symlink_to("lesion-lab")
    packed = archive.pack(built, tmp_path / "out.x86_64", "linux")
    assert packed.name == "out.x86_64.tar.gz"
    with tarfile.open(packed) as file:
        assert {entry.uid for entry in file} == {0}
        file.extractall(tmp_path / "there", filter="data")
    there = tmp_path / "there/lesion-lab"
    assert os.access(there / "lesion-lab", os.X_OK)
    assert (there / "lesion-lab-cli").readlink() == Path("lesion-lab")
    assert (there / "_internal/Löße/a.txt").read_text(encoding="utf-8") == "text"


def test_zip_holds_every_file_under_the_folders_name(built: Path, tmp_path: Path) -> None:
    """Unpacked, it is one folder."""
    packed = archive.pack(built, tmp_path / "out", "win32")
    with zipfile.ZipFile(packed) as file:
        assert sorted(file.namelist()) == ["lesion-lab/_internal/Löße/a.txt", "lesion-lab/lesion-lab"]
        assert file.testzip() is None
