"""Asks a web demo on this computer one question over HTTP, as its page does."""

import json
import secrets
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_SECONDS = 120.0
_LAST = ("process_completed", "unexpected_error", "server_stopped")


def ask(url: str, image: Path) -> str:
    """The page's answer about `image`, as HTML. Raises `OSError` or `ValueError` where the demo does not answer."""
    address = urlsplit(url).netloc
    if not _get(address, "/").lstrip().lower().startswith(b"<!doctype html"):
        raise ValueError("The address does not show a page.")
    config = json.loads(_get(address, "/config"))
    (number,) = (one["id"] for one in config["dependencies"] if one["api_name"] == "answer")
    session = secrets.token_hex(8)
    payload = {"path": _upload(address, image), "orig_name": image.name, "meta": {"_type": "gradio.FileData"}}
    question = json.dumps({"data": [payload], "fn_index": number, "session_hash": session}).encode()
    _post(address, "/gradio_api/queue/join", question, "application/json")
    return str(_await(address, session)["output"]["data"][0])


def _get(address: str, path: str) -> bytes:
    return _exchange(address, "GET", path, None, {})


def _post(address: str, path: str, body: bytes, kind: str) -> bytes:
    return _exchange(address, "POST", path, body, {"Content-Type": kind})


def _exchange(address: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
    connection = HTTPConnection(address, timeout=_SECONDS)  # no proxy is asked, unlike by urllib
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise ValueError(f"{method} {path} was answered with {answer.status}.")
        return content
    finally:
        connection.close()


def _upload(address: str, image: Path) -> str:
    """Send the image; the name that the demo gave it."""
    border = secrets.token_hex(16)
    head = f'--{border}\r\nContent-Disposition: form-data; name="files"; filename="{image.name}"\r\n\r\n'
    body = head.encode() + image.read_bytes() + f"\r\n--{border}--\r\n".encode()
    (path,) = json.loads(_post(address, "/gradio_api/upload", body, f"multipart/form-data; boundary={border}"))
    return str(path)


def _await(address: str, session: str) -> dict[str, Any]:
    """The last message of the queue about the question."""
    connection = HTTPConnection(address, timeout=_SECONDS)
    try:
        connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
        for line in connection.getresponse():
            if line.startswith(b"data:"):
                message: dict[str, Any] = json.loads(line.removeprefix(b"data:"))
                if message["msg"] in _LAST:
                    return message
        raise ValueError("The demo ended its answer too early.")
    finally:
        connection.close()
