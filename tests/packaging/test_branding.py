"""Each system shows and opens the packaged program as what it is."""

import ast
import configparser
import os
import plistlib
import subprocess
from pathlib import Path

import branding
import icons
import pytest
from PIL import Image

from engine import __version__

ROOT = Path(__file__).parents[2]
LINUX = ROOT / "packaging" / "linux"


def test_macos_reads_the_plist() -> None:
    """It survives as a property list, and images and model files may be opened with the program."""
    plist = plistlib.loads(plistlib.dumps(branding.info_plist()))
    assert plist["CFBundleShortVersionString"] == __version__
    kinds = [str(kind) for kind in plist["CFBundleDocumentTypes"]]
    assert any("public.jpeg" in kind for kind in kinds)
    assert any("safetensors" in kind for kind in kinds)


def test_windows_reads_the_version_resource() -> None:
    """The text that PyInstaller evaluates is one expression, with four numbers and the notice."""
    text = branding.windows_version("1.2.3")
    ast.parse(text, mode="eval")
    assert "filevers=(1, 2, 3, 0)" in text
    assert "Not a medical device" in text


def test_the_desktop_entry_is_whole() -> None:
    """The keys that menus need, with a place for where the program lies."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(LINUX / "lesion-lab.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    assert entry["Name"] == branding.NAME
    assert entry["Exec"].endswith(" %F")
    assert entry["StartupWMClass"] == "lesion-lab"
    assert {"image/jpeg", "image/png"} <= set(entry["MimeType"].split(";"))


@pytest.mark.skipif(os.name == "nt", reason="a script for Linux")
@pytest.mark.parametrize("place", ["plain", "with space & ümlaut | pipe", 'a"quote$dollar`tick'])
def test_the_menu_leads_to_where_the_program_lies(tmp_path: Path, place: str) -> None:
    """Whatever the folder is called; unquoted as the specification says, Exec gives the path back."""
    folder, data = tmp_path / place, tmp_path / "data"
    folder.mkdir()
    for path in LINUX.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_DATA_HOME": str(data)}
    subprocess.run(["sh", str(folder / "add-to-menu.sh")], env=environment, check=True, capture_output=True)
    text = (data / "applications/lesion-lab.desktop").read_text(encoding="utf-8")
    assert "@" not in text
    line = next(line for line in text.splitlines() if line.startswith("Exec="))
    value = line.removeprefix("Exec=").removesuffix(" %F").replace("\\\\", "\\")  # a string of the file
    assert value[0] == value[-1] == '"'
    assert unquoted(value[1:-1]) == str(folder / "lesion-lab")


def unquoted(text: str) -> str:
    """An argument of Exec without its quoting."""
    out, rest = "", iter(text)
    for letter in rest:
        out += next(rest) if letter == "\\" else letter
    return out


def test_icons_have_all_sizes_and_a_drawing(tmp_path: Path) -> None:
    """Each size is drawn, none is empty, corners included where they are transparent."""
    icons.write_icons(ROOT / "resources/icon.svg", tmp_path)
    with Image.open(tmp_path / "icon.ico") as image:
        assert image.info["sizes"] == {(size, size) for size in (16, 24, 32, 48, 64, 128, 256)}
    with Image.open(tmp_path / "icon.icns") as image:
        assert (512, 512, 2) in image.info["sizes"]
    with Image.open(tmp_path / "icon.png") as image:
        assert image.size == (256, 256)
        assert len(image.convert("RGBA").getcolors(1 << 20) or ()) > 10
