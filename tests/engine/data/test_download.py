"""Get HAM10000: from a server that speaks like Dataverse to a folder that reads as a data set."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import cli, fetch, https
from engine.data import download
from engine.data.archive import extract_zip
from engine.data.demo import TABLE_NAME
from engine.data.download import LICENCE_FILE, download_ham10000
from engine.data.readers import open_dataset
from engine.errors import Cancelled, ConfigError, DataError, DiskError, EngineError
from engine.events import Control, Event, ProgressDone, StatusChanged
from tests.engine.flaky_server import Deed, FlakyServer, answer, drip, give, hang, running

LIST = "/api/datasets/:persistentId/?persistentId=doi:10.7910/DVN/DBW86T"
TABLE = "/api/access/datafile/4338392?format=original"
PART_1, PART_2 = "/api/access/datafile/3172585", "/api/access/datafile/3172584"
FOLDERS = ("HAM10000_images_part_1", "HAM10000_images_part_2")


def _zip(paths: list[Path], folder: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for path in paths:
            made.write(path, f"{folder}{path.name}")
    return content.getvalue()


def _table(demo_data: Path) -> bytes:
    """The demo data's table as Dataverse has HAM10000's: with a column more."""
    lines = (demo_data / TABLE_NAME).read_text(encoding="utf-8").splitlines()
    return "\n".join([f"{lines[0]},dataset", *(f"{line},vidir_modern" for line in lines[1:])]).encode() + b"\n"


def _entry(file_id: int, name: str, content: bytes, **more: object) -> dict[str, Any]:
    md5 = hashlib.md5(content).hexdigest()
    return {
        "label": name,
        "restricted": False,
        "version": 1,
        "dataFile": {
            "id": file_id,
            "filename": name,
            "contentType": "application/zip",
            "filesize": len(content),
            "storageIdentifier": "s3://dvn-cloud:162b1ba7ef9-f2a5ba8b0d0b",
            "md5": md5,
            "checksum": {"type": "MD5", "value": md5},
            **more,
        },
    }


def _list(*entries: dict[str, Any]) -> bytes:
    version = {"id": 1, "versionState": "RELEASED", "versionNumber": 4, "files": entries}
    return json.dumps({"status": "OK", "data": {"id": 3146210, "latestVersion": version}}).encode()


@pytest.fixture(scope="session")
def files(demo_data: Path) -> dict[str, bytes]:
    """What the server gives at each address: the demo data in HAM10000's place."""
    images = sorted(demo_data.rglob("*.jpg"))
    half = len(images) // 2
    files = {
        TABLE: _table(demo_data),
        PART_1: _zip(images[:half]),
        PART_2: _zip(images[half:], "HAM10000_images_part_2/"),
    }
    table = {"originalFileFormat": "text/csv", "originalFileSize": len(files[TABLE]), "filesize": 830_428}
    files[LIST] = _list(
        _entry(3838943, "HAM10000_segmentations_lesion_tschandl.zip", b"?"),
        _entry(3172585, "HAM10000_images_part_1.zip", files[PART_1]),
        _entry(3172584, "HAM10000_images_part_2.zip", files[PART_2]),
        _entry(4338392, "HAM10000_metadata.tab", files[TABLE], **table),
    )
    return files


@pytest.fixture
def server(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyServer]:
    """A server in Harvard Dataverse's place."""
    monkeypatch.setattr(fetch, "WAITS_SECONDS", (0.01, 0.01))
    with running() as server:
        server.files |= files
        monkeypatch.setattr(download, "SERVER", server.url(""))
        yield server


def _asked(server: FlakyServer) -> list[str]:
    return [address for address, _ in server.requests]


def _get(target: Path, control: Control | None = None, on_event: Callable[[Event], None] | None = None) -> Path:
    return download_ham10000(target, True, control=control, on_event=on_event or (lambda event: None))


def test_the_result_reads_as_a_data_set(server: FlakyServer, demo_data: Path, tmp_path: Path) -> None:
    """All images and rows are there in the Kaggle layout, the licence beside them, and nothing else."""
    target = _get(tmp_path / "new" / "ham10000")
    assert {path.name for path in target.iterdir()} == {TABLE_NAME, LICENCE_FILE, *FOLDERS}
    ours, theirs = open_dataset(target), open_dataset(demo_data)
    assert ours.rows["image_id"].tolist() == theirs.rows["image_id"].tolist()
    assert ours.findings == theirs.findings
    assert not ours.is_demo
    licence = (target / LICENCE_FILE).read_text(encoding="utf-8")
    assert "CC BY-NC 4.0" in licence
    assert "Tschandl" in licence
    assert _asked(server) == [LIST, TABLE, PART_1, PART_2]


def test_it_is_told_how_far_it_is(server: FlakyServer, tmp_path: Path) -> None:
    """One count of megabytes over all files, and a line for each step."""
    events: list[Event] = []
    _get(tmp_path / "ham10000", on_event=events.append)
    steps = [event.text for event in events if isinstance(event, StatusChanged)]
    assert steps[0] == "Asking Harvard Dataverse for its files"
    assert {"Downloading HAM10000_images_part_2.zip", "Unpacking HAM10000_images_part_1.zip"} <= set(steps)
    megabytes = [event for event in events if isinstance(event, ProgressDone) and event.unit == "MB"]
    assert megabytes[-1].done == megabytes[-1].total > 0


def test_what_is_there_is_not_fetched_again(server: FlakyServer, tmp_path: Path) -> None:
    """A second call for the same folder asks nobody."""
    target = _get(tmp_path / "ham10000")
    server.requests.clear()
    assert _get(target) == target
    assert server.requests == []


def test_without_the_licence_nothing_happens(server: FlakyServer, tmp_path: Path) -> None:
    """The licence is accepted first: until then no server is asked and no folder made."""
    with pytest.raises(ConfigError, match=r"CC BY-NC 4\.0") as caught:
        download_ham10000(tmp_path / "ham10000", False)
    assert caught.value.hint
    assert server.requests == []
    assert not (tmp_path / "ham10000").exists()


def test_a_bad_line_is_no_obstacle(server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts, redirects to a store, a busy server and a silent one, all in one download."""
    monkeypatch.setattr(https, "SILENCE_SECONDS", 1.0)
    server.files["/store/1"] = server.files[PART_1]
    server.deeds = {
        LIST: [answer(503)],
        TABLE: [give(cut_after=100)],
        PART_1: [answer(303, Location="/store/1") for _ in range(3)],
        "/store/1": [give(cut_after=100_000), give(cut_after=1_000_000)],
        PART_2: [hang, give(cut_after=200_000, ranges=False)],
    }
    assert len(open_dataset(_get(tmp_path / "ham10000")).rows) > 100


def test_cancel_and_go_on(server: FlakyServer, tmp_path: Path) -> None:
    """Cancelled in the second archive: nothing passes for a data set; the next call fetches what is missing alone."""
    target, control = tmp_path / "ham10000", Control()
    server.deeds[PART_2] = [drip]

    def on_event(event: Event) -> None:
        if isinstance(event, ProgressDone) and _asked(server)[-1] == PART_2:
            control.cancel()

    with pytest.raises(Cancelled):
        _get(target, control, on_event)
    assert [path.name for path in target.iterdir() if not path.name.startswith(".")] == []
    with pytest.raises(DataError):
        open_dataset(target)
    server.requests.clear()
    _get(target)
    assert _asked(server) == [LIST, PART_2]
    start = int((server.ranges()[-1] or "").removeprefix("bytes=").removesuffix("-"))
    assert 0 < start < len(server.files[PART_2])
    assert len(open_dataset(target).rows) > 100


def test_a_stop_at_any_later_step_is_gone_on_with(
    server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the moves and unpackings fails, no archive is fetched twice and the end is the same."""
    unpack, move = extract_zip, download.atomic.move
    for step in range(6):
        target, calls = tmp_path / f"stopped-{step}", 0

        def count(step: int = step) -> None:
            nonlocal calls
            calls += 1
            if calls == step + 1:
                raise OSError(5, "pulled out")

        def counted_unpack(path: Path, folder: Path, **more: Any) -> Path:
            count()
            return unpack(path, folder, **more)

        def counted_move(source: Path, folder: Path) -> None:
            if folder.name in (TABLE_NAME, *FOLDERS) and folder.parent.name != ".ham10000-download":
                count()
            move(source, folder)

        monkeypatch.setattr(download, "extract_zip", counted_unpack)
        monkeypatch.setattr(download.atomic, "move", counted_move)
        if step < 5:
            with pytest.raises(DiskError):
                _get(target)
            with pytest.raises(DataError):
                open_dataset(target)
        monkeypatch.setattr(download, "extract_zip", unpack)
        monkeypatch.setattr(download.atomic, "move", move)
        server.requests.clear()
        _get(target)
        assert not {PART_1, PART_2} & set(_asked(server)) or step == 5
        assert {path.name for path in target.iterdir()} == {TABLE_NAME, LICENCE_FILE, *FOLDERS}
        shutil.rmtree(target)


def test_wrong_bytes_are_thrown_away(server: FlakyServer, tmp_path: Path) -> None:
    """An archive with another checksum than the list has is an error, and is not unpacked."""
    server.files[PART_2] = server.files[PART_2][::-1]
    target = tmp_path / "ham10000"
    with pytest.raises(EngineError, match=r"something else than HAM10000_images_part_2\.zip") as caught:
        _get(target)
    assert "by hand" in caught.value.hint
    with pytest.raises(DataError):
        open_dataset(target)


def test_an_archive_that_does_harm_is_refused(server: FlakyServer, tmp_path: Path) -> None:
    """Even with the right checksum an archive writes nowhere but in its folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("../../evil.jpg", b"evil")
    entries = json.loads(server.files[LIST])["data"]["latestVersion"]["files"]
    entries[1] = _entry(3172585, "HAM10000_images_part_1.zip", content.getvalue())
    server.files |= {PART_1: content.getvalue(), LIST: _list(*entries)}
    with pytest.raises(DataError, match="leads out of its folder"):
        _get(tmp_path / "ham10000")
    assert list(tmp_path.rglob("evil.jpg")) == []


def _change(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        entries = json.loads(content)["data"]["latestVersion"]["files"]
        change(entries)
        return _list(*entries)

    return changed


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda content: b"<html>Maintenance</html>", "does not understand"),
        (lambda content: b"\xff\xfe", "does not understand"),
        (lambda content: b"[" * 100_000, "does not understand"),
        (lambda content: b'{"status": "OK", "data": []}', "does not understand"),
        (lambda content: b'{"status": "OK", "data": {"latestVersion": {"files": [{"dataFile": 3}]}}}', "understand"),
        (lambda content: content + b" " * 10_000_000, "sends more than it should for its list of files"),
        (_change(lambda files: files.pop()), r"no longer lists HAM10000_metadata\.csv"),
        (_change(lambda files: files[1]["dataFile"].pop("checksum")), "does not understand"),
        (_change(lambda files: files[1]["dataFile"].update(checksum={"type": "CRC", "value": "0"})), "understand"),
        (_change(lambda files: files[1]["dataFile"].update(checksum={"type": "MD5", "value": ""})), "understand"),
        (_change(lambda files: files[1]["dataFile"].update(filesize=-1)), "does not understand"),
        (_change(lambda files: files[1]["dataFile"].update(filesize=10**12)), "does not understand"),
        (_change(lambda files: files[1]["dataFile"].update(filesize="large")), "does not understand"),
    ],
)
def test_a_strange_list_is_said(
    server: FlakyServer, tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    """Whatever the list holds: a sentence, the way to do it by hand, and no archive is asked for."""
    server.files[LIST] = spoil(server.files[LIST])
    with pytest.raises(EngineError, match=said) as caught:
        _get(tmp_path / "ham10000")
    assert "https://doi.org/10.7910/DVN/DBW86T" in caught.value.hint
    assert set(_asked(server)) == {LIST}


@pytest.mark.parametrize("deed", [answer(403), answer(404), answer(429, Retry_After="600")])
def test_a_server_that_refuses_is_said(server: FlakyServer, tmp_path: Path, deed: Deed) -> None:
    """A server that does not want to is asked once, and the way to do it by hand is said."""
    server.deeds[LIST] = [deed]
    with pytest.raises(EngineError, match="Harvard Dataverse") as caught:
        _get(tmp_path / "ham10000")
    assert "by hand" in caught.value.hint
    assert len(server.requests) == 1


def test_a_later_version_is_found_by_name(server: FlakyServer, tmp_path: Path) -> None:
    """A new version of a file has a new number: then its name counts. Other checksums than MD5 are known too."""
    entries = json.loads(server.files[LIST])["data"]["latestVersion"]["files"]
    entries[3]["dataFile"]["id"] = 9999999
    sha256 = hashlib.sha256(server.files[PART_1]).hexdigest()
    entries[1]["dataFile"]["checksum"] = {"type": "SHA-256", "value": sha256.upper()}
    server.files[LIST] = _list(*entries)
    server.files["/api/access/datafile/9999999?format=original"] = server.files.pop(TABLE)
    assert len(open_dataset(_get(tmp_path / "ham10000")).rows) > 100


def test_other_data_are_never_touched(server: FlakyServer, demo_data: Path, tmp_path: Path) -> None:
    """A folder that holds anything else, demo data included, is refused before anybody is asked."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("three years of work")
    (tmp_path / "file").write_text("a file")
    before = sorted(demo_data.iterdir())
    for folder in (tmp_path / "mine", tmp_path / "file", demo_data):
        with pytest.raises(DataError) as caught:
            _get(folder)
        assert "empty folder" in caught.value.hint
    assert server.requests == []
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    assert sorted(demo_data.iterdir()) == before


def test_an_empty_folder_will_do(server: FlakyServer, tmp_path: Path) -> None:
    """A folder is empty even where the system hid something in it."""
    (tmp_path / ".DS_Store").write_bytes(b"")
    assert len(open_dataset(_get(tmp_path)).rows) > 100


def test_a_small_disk_is_said_before_anything_is_fetched(
    server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room for archives and images is checked first; what has arrived already counts."""
    sizes = [len(server.files[name]) for name in (TABLE, PART_1, PART_2)]
    needed = sum(sizes) + max(sizes)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(download, "_SPARE_BYTES", 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, needed + 999))
    with pytest.raises(DiskError, match="GB are free") as caught:
        _get(tmp_path / "ham10000")
    assert "another disk" in caught.value.hint
    assert _asked(server) == [LIST]
    work = tmp_path / "ham10000" / ".ham10000-download"
    (work / TABLE_NAME).write_bytes(server.files[TABLE])
    server.deeds[PART_1] = [answer(404)]
    with pytest.raises(EngineError, match="refused HAM10000_images_part_1"):
        _get(tmp_path / "ham10000")


def test_what_a_killed_program_left_is_removed(server: FlakyServer, tmp_path: Path) -> None:
    """Half an unpacked archive takes no room for long."""
    leftover = tmp_path / "ham10000" / ".ham10000-download" / ".HAM10000_images_part_1.1-a.unpacking"
    leftover.mkdir(parents=True)
    server.deeds[LIST] = [answer(404)]
    with pytest.raises(EngineError):
        _get(tmp_path / "ham10000")
    assert not leftover.exists()


def test_the_terminal_shows_the_licence_first(
    server: FlakyServer, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --accept-licence the licence is printed, with what to do, and nothing is fetched."""
    assert cli.main(["download"]) == 2
    said = capsys.readouterr()
    for words in ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/", "Tschandl", "--accept-licence"):
        assert words in said.err
    assert said.out == ""
    assert server.requests == []
    assert cli.main(["download", "--json"]) == 2
    value = json.loads(capsys.readouterr().out)
    assert "not accepted" in value["error"]
    assert "--accept-licence" in value["hint"]


def test_the_terminal_downloads(
    server: FlakyServer, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the licence accepted the data set comes to the named folder, or to the program's own."""
    assert cli.main(["download", str(tmp_path / "here"), "--accept-licence", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value == {"path": str(tmp_path / "here"), "licence": "CC BY-NC 4.0"}
    assert cli.main(["download", "--accept-licence"]) == 0
    said = capsys.readouterr()
    assert str(home / "ham10000") in said.out
    assert "Scientific Data" in said.out
    with (home / "ham10000" / TABLE_NAME).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[-1] == "dataset"


def test_a_cancelled_download_says_what_is_kept(
    server: FlakyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl+C in the terminal: what has arrived waits for the same command."""

    def cancelled(*_: object, **__: object) -> Path:
        raise Cancelled

    monkeypatch.setattr(download, "download_ham10000", cancelled)
    assert cli.main(["download", str(tmp_path), "--accept-licence"]) == 130
    assert "goes on from there" in capsys.readouterr().err
