"""Libraries that a Linux build takes from its system bring their licences along."""

import shutil
from pathlib import Path

import pytest
import system_licences


def test_a_library_of_no_package_is_named(tmp_path: Path) -> None:
    """Nothing is left unsaid, and nothing stops the build."""
    (tmp_path / "libodd.so.1").touch()
    text = system_licences.licences_of([str(tmp_path / "libodd.so.1")])
    assert "Libraries of the system, From the system: libodd.so.1" in text


def test_a_library_of_a_package_has_its_copyright_file() -> None:
    """As Debian ships it."""
    files = [str(path) for path in sorted(Path("/usr/lib").glob("*-linux-gnu/libstdc++.so.6"))]
    if shutil.which("dpkg-query") is None or not files:
        pytest.skip("this system has no Debian packages")
    text = system_licences.licences_of(files)
    assert "libstdc++6: libstdc++.so.6" in text
    assert "GPL" in text
