"""Makes what a build adds to the program: icons, licences, what it says about itself. Run inside its environment."""

import datetime
import importlib.metadata
import json
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import branding  # noqa: E402
import icons  # noqa: E402

from engine import __version__, build_info, bundled_licences  # noqa: E402
from engine.records import as_json, from_json  # noqa: E402


def main(target: Path, variant: str, commit: str, shim: str) -> None:
    """Fill the folder `target`; what lies in its `resources` goes to the program's own."""
    resources = target / "resources"
    resources.mkdir(parents=True, exist_ok=True)
    inside = bundled_licences.distributions_of(bundled_licences.direct_dependencies())
    (resources / bundled_licences.FILE_NAME).write_text(bundled_licences.make_licences_text(inside), encoding="utf-8")
    value = {
        "version": __version__,
        "variant": variant,
        "built": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": commit,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {each.name: importlib.metadata.version(each.name) for each in inside},
        "shim": shim,
    }
    info = from_json(build_info.BuildInfo, value)
    (resources / build_info.FILE_NAME).write_text(json.dumps(as_json(info), indent=1), encoding="utf-8")
    (target / "version.txt").write_text(branding.windows_version(), encoding="utf-8")
    icons.write_icons(ROOT / "resources" / "icon.svg", target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5])
