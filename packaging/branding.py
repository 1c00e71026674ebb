"""What systems show of the packaged program: its identifier, macOS's Info.plist, Windows' version resource."""

from pathlib import Path
from typing import Any

from engine import __version__

NAME = "Lesion Lab"
IDENTIFIER = "org.lesionlab.LesionLab"
NOTICE = "Research and education only. Not a medical device."


def info_plist() -> dict[str, Any]:
    """What macOS reads: which files it may hand to the program, and that it draws for sharp screens, light and dark."""
    return {
        "CFBundleDisplayName": NAME,
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "LSApplicationCategoryType": "public.app-category.education",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": NOTICE,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Image",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.jpeg", "public.png"],
            },
            {
                "CFBundleTypeName": "Model file",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "CFBundleTypeExtensions": ["safetensors"],
            },
        ],
    }


def windows_version(version: str = __version__) -> str:
    """The version resource of the Windows executables, as PyInstaller reads it."""
    numbers = tuple([*(int(part) for part in version.split(".")), 0, 0, 0, 0][:4])
    strings = {
        "CompanyName": f"The makers of {NAME}",
        "FileDescription": NAME,
        "FileVersion": version,
        "InternalName": NAME,
        "LegalCopyright": NOTICE,
        "OriginalFilename": f"{NAME}.exe",
        "ProductName": NAME,
        "ProductVersion": version,
    }
    table = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, "
        "fileType=0x1, subtype=0x0, date=(0, 0)), kids=["
        f"StringFileInfo([StringTable('040904B0', [{table}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


def desktop_entry(template: Path, executable: str, icon: str) -> str:
    """The Linux desktop entry in `template` for a program that lies at `executable`."""
    return template.read_text(encoding="utf-8").replace("@EXECUTABLE@", executable).replace("@ICON@", icon)
