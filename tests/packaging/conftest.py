"""Makes the rooms of the build importable, as build.py finds them beside itself."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "packaging"))
