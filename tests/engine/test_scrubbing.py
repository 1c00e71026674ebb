"""Names and paths are taken out of texts; what the program consists of stays readable."""

import getpass
import platform
from pathlib import Path

import pytest

from engine import places, scrubbing
from engine.scrubbing import Scrubber, paths_in


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("opened /home/anna/lesions/x.jpg at once", "opened <path>.jpg at once"),
        ('FileNotFoundError: "/data/Anna Meier/1.jpg"', 'FileNotFoundError: "<path>.jpg"'),
        ("[Errno 2] No such file: 'C:\\Users\\Anna Meier\\1.png'", "[Errno 2] No such file: '<path>.png'"),
        ("\\\\server\\share\\anna.csv, again", "<path>.csv, again"),
        ("~/Pictures/a.jpeg", "<path>.jpeg"),
        ("meier_1970.jpg could not be read.", "<file>.jpg could not be read."),
        ("12 images/s, loss 1/2, and/or https://pytorch.org/get-started", None),
        ("epoch 3: 0.71", None),
    ],
)
def test_texts(text: str, scrubbed: str | None) -> None:
    """Paths of every system, quoted or not; None where the text stays as it is."""
    assert Scrubber().scrub(text) == (scrubbed if scrubbed is not None else text)


def test_the_program_s_own_files_stay_readable() -> None:
    """A traceback without them would be of no use."""
    line = f'  File "{places.resources_dir().parent / "desktop" / "app.py"}", line 3, in run'
    assert Scrubber().scrub(line) == '  File "<program>/desktop/app.py", line 3, in run'


def test_the_home_is_named_not_shown(home: Path) -> None:
    """What lies in it may be called anything."""
    assert Scrubber().scrub(f"wrote {home}/runs/meier/x.csv") == "wrote <home>/<path>.csv"


def test_names_of_user_and_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As words, in any case; not inside other words, and not where they are too short to be told from them."""
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    monkeypatch.setattr(platform, "node", lambda: "pc")
    monkeypatch.setattr(scrubbing.Path, "home", lambda: Path("/home/meier"))
    assert Scrubber().scrub("Anna's savannah, pc of meier") == "<user>'s savannah, pc of <user>"


def test_known_paths_with_blanks_need_no_quotes() -> None:
    """A log says them as they come."""
    scrubber = Scrubber(["/data/Anna Meier/images"])
    assert scrubber.scrub("reading /data/Anna Meier/images now") == "reading <path> now"


def test_json_values_that_are_paths_are_replaced_whole() -> None:
    """In any depth; numbers and words stay."""
    value = {"data": "/data/Anna Meier/set", "epochs": 3, "more": ["D:\\Anna Meier\\m.safetensors", "resnet18", None]}
    scrubbed = {"data": "<path>", "epochs": 3, "more": ["<path>.safetensors", "resnet18", None]}
    assert Scrubber().scrub_json(value) == scrubbed


def test_paths_are_found_in_json() -> None:
    """And damaged JSON has none."""
    assert paths_in('{"a": ["/x/y z", 3, "word"]}') == {"/x/y z"}
    assert paths_in("{") == set()
