"""Runs damaged images, models and weights through the program's readers: `python -m tests.fuzz.images --seconds 60`.

Case N of a seed is always the same file, so that what was found can be looked at again with `--only N`.
"""

import argparse
import faulthandler
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import Random

import numpy as np
import psutil
import torch

from engine.config import Preprocessing
from engine.data.images import decode_image, thumbnail, to_pixels
from engine.errors import EngineError
from engine.model.file import load_model, read_card
from tests.fuzz.corpus import GATE, make_images, make_model_header, pack_header
from tests.fuzz.mutations import damage, damage_header
from tests.fuzz.weights import make_damaged_weights, read_weights

KINDS = ("image", "model", "weights")
SLOW = 2.0  # seconds of computing, however busy the machine is: longer is a hang
_GIVE_UP = 30  # seconds by the clock: then the process ends with a traceback of where it hangs
_SMALL = Preprocessing(image_size=32)
_CPU = torch.device("cpu")


@dataclass
class Found:
    """What came out."""

    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """"image read", "model refused" and so on."""
    faults: list[str] = field(default_factory=list)
    """Errors that no user could mend, with the number of their case."""
    slow: list[str] = field(default_factory=list)
    longest: float = 0.0
    """Seconds of the slowest case."""
    megabytes: tuple[float, float] = (0.0, 0.0)
    """Memory of the process when a tenth was done, and at the end."""

    @property
    def is_clean(self) -> bool:
        """No fault and no hang."""
        return not self.faults and not self.slow


class Fuzzer:
    """Makes case after case and tries it."""

    def __init__(self, seed: int, folder: Path, kind: str = "") -> None:
        """`folder` takes the model file of the moment, and files that show a fault. `kind`: one of `KINDS`, or all."""
        self._seed, self._folder, self._kind = seed, folder, kind
        self._images = make_images()
        self._names = sorted(self._images)
        self._headers = (make_model_header(), make_model_header(GATE))
        self._model = folder / "model.safetensors"

    def run(self, numbers: Iterator[int], go_on: Callable[[int, float], bool]) -> Found:
        """Try the cases while `go_on(cases done, seconds)`."""
        found = Found()
        started = time.perf_counter()
        begun = 0.0
        for number in numbers:
            faulthandler.dump_traceback_later(_GIVE_UP, exit=True)
            self._try(number, found)
            found.cases += 1
            seconds = time.perf_counter() - started
            if found.cases == 500:
                begun = _megabytes()
            if not go_on(found.cases, seconds):
                break
        faulthandler.cancel_dump_traceback_later()
        found.megabytes = (begun or _megabytes(), _megabytes())
        return found

    def _try(self, number: int, found: Found) -> None:
        random = Random(f"{self._seed}-{number}")
        kind = self._kind or random.choices(KINDS, (75, 15, 10))[0]
        content = self._make(kind, random)
        started = time.process_time()
        try:
            outcome = self._read(kind, random, content)
        except EngineError as error:
            outcome = "refused"
            if not error.message or not error.hint:
                found.faults.append(f"case {number}: an error without a sentence or a hint")
        except Exception:  # noqa: BLE001 - what fuzzing is for
            outcome = "fault"
            found.faults.append(f"case {number} ({kind}): {traceback.format_exc()}")
        seconds = time.process_time() - started
        if seconds > SLOW:
            found.slow.append(f"case {number} ({kind}): {seconds:.1f} s")
        if seconds > SLOW or outcome == "fault":
            (self._folder / f"{kind}-{self._seed}-{number}").write_bytes(content)
        found.outcomes[f"{kind} {outcome}"] += 1
        found.longest = max(found.longest, seconds)

    def _make(self, kind: str, random: Random) -> bytes:
        if kind == "weights":
            return make_damaged_weights(random)
        return self._make_model(random) if kind == "model" else self._make_image(random)

    def _read(self, kind: str, random: Random, content: bytes) -> str:
        if kind == "weights":
            return read_weights(content)
        return self._read_model(random, content) if kind == "model" else _read_image(random, content)

    def _make_image(self, random: Random) -> bytes:
        name, other = random.choice(self._names), random.choice(self._names)
        return damage(random, self._images[name], self._images[other])

    def _make_model(self, random: Random) -> bytes:
        """The start of a model file, with a gate or without, up to its weights, damaged as bytes or value by value."""
        header = random.choice(self._headers)[0]
        if random.random() < 0.3:
            whole = pack_header(header)
            return damage(random, whole, whole)
        return pack_header(damage_header(random, header))

    def _read_model(self, random: Random, content: bytes) -> str:
        n_bytes = self._headers[b'"gate.' in content][1]
        with self._model.open("wb") as file:
            file.write(content)
            file.truncate(len(content) + n_bytes)  # weights of zeros, which take no room
        if random.random() < 0.9:
            read_card(self._model)
        else:
            load_model(self._model, _CPU)
        return "read"


def _read_image(random: Random, content: bytes) -> str:
    at_least = 16 if random.random() < 0.2 else None
    image = decode_image(content, "fuzz", at_least=at_least)
    pixels = to_pixels(image, _SMALL)
    if pixels.shape != (32, 32, 3) or pixels.dtype != np.uint8 or image.info:
        raise AssertionError(f"pixels are {pixels.shape} {pixels.dtype}, metadata {image.info}")
    if not thumbnail(image, 16).startswith(b"\x89PNG"):
        raise AssertionError("the thumbnail is no PNG")
    return "read"


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)


def main(arguments: list[str]) -> int:
    """Exit code 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.images", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (60)")
    parser.add_argument("--cases", type=int, default=None, help="how many, however long it takes")
    parser.add_argument("--seed", type=int, default=0, help="another number gives other files (0)")
    parser.add_argument("--kind", choices=KINDS, default="", help="files of this kind alone")
    parser.add_argument("--only", type=int, default=None, metavar="N", help="case N alone")
    parser.add_argument("--keep", type=Path, default=None, metavar="FOLDER", help="for files that show a fault")
    options = parser.parse_args(arguments)
    faulthandler.enable()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="lesion-lab-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    numbers = iter([options.only]) if options.only is not None else islice(count(), options.cases)
    started = time.perf_counter()
    found = Fuzzer(options.seed, folder, options.kind).run(
        numbers, lambda _, seconds: options.cases is not None or seconds < options.seconds
    )
    _report(found, options.seed, time.perf_counter() - started, folder)
    return int(not found.is_clean)


def _report(found: Found, seed: int, seconds: float, folder: Path) -> None:
    lines = [
        f"{found.cases:,} cases in {seconds:.0f} s ({found.cases / seconds:.0f} a second), seed {seed}",
        *(f"  {outcome:15s} {number:9,}" for outcome, number in sorted(found.outcomes.items())),
        f"  slowest {found.longest:.2f} s; memory {found.megabytes[0]:.0f} MB, then {found.megabytes[1]:.0f} MB",
        f"  faults {len(found.faults)}, hangs over {SLOW:g} s: {len(found.slow)}; files in {folder}",
        *found.faults[:10],
        *found.slow[:10],
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))
