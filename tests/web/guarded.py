"""Runs a web demo in this process with a guard on its sockets, asks it one question, and prints whom it talked to."""

import contextlib
import json
import sys
import threading
from pathlib import Path
from typing import Any

HERE: list[str] = []
ELSEWHERE: list[str] = []
_OWN = {"127.0.0.1", "localhost", "::1", "", None, "0.0.0.0"}


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: whatever asks for a name or a connection is written down."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else address
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
    else:
        return
    (HERE if host in _OWN else ELSEWHERE).append(f"{event} {host}")


def main(model: Path, photo: Path) -> None:
    """Serve, ask, stop."""
    sys.addaudithook(watch)
    import httpx

    from engine.errors import Cancelled
    from engine.events import Control, Event, WebDemoStarted
    from engine.web_demo import serve
    from tests.web.conftest import make_asker

    control, urls = Control(), []
    started = threading.Event()
    answered: list[bool] = []

    def listen(event: Event) -> None:
        if isinstance(event, WebDemoStarted):
            urls.append(event.url)
            started.set()

    def ask() -> None:
        try:
            started.wait(200)
            with httpx.Client(base_url=urls[0], timeout=120, trust_env=False) as client:
                client.get("/")
                asker = make_asker(client)
                (image,) = asker.upload((photo.name, photo.read_bytes()))
                answered.append("ll-bar" in asker.ask("answer", image)["output"]["data"][0])
        finally:
            control.cancel()

    threading.Thread(target=ask, daemon=True).start()
    with contextlib.suppress(Cancelled):
        serve(model, device="cpu", control=control, on_event=listen)
    sys.stdout.write(json.dumps({"answered": answered == [True], "here": HERE, "elsewhere": ELSEWHERE}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
