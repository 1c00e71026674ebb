"""The command of the terminal that serves the web demo until Ctrl+C."""

import argparse
import webbrowser
from pathlib import Path
from typing import Any

from engine import places, runs
from engine.calls import WEB_PORT
from engine.errors import Cancelled, ConfigError
from engine.evaluation_commands import find_model
from engine.events import Control, Event, OnEvent, WebDemoStarted
from engine.outside import users_environment
from engine.starter import starter_model

COMMANDS = ("web",)

Report = tuple[Any, str]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of the command line."""
    web = commands.add_parser("web", help="serve the web demo on this computer, until Ctrl+C")
    web.add_argument(
        "model", metavar="MODEL", type=Path, nargs="?", help="a model file or a run (the newest run, or the starter)"
    )
    web.add_argument(
        "--port", type=int, default=WEB_PORT, metavar="P", help=f"port; a taken one gives the next ({WEB_PORT})"
    )
    web.add_argument("--open", action="store_true", help="open it in the browser")
    web.add_argument("--json", action="store_true", help="print one JSON value at the end, for machines")
    web.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where to compute")
    web.set_defaults(run=run_web)


def run_web(options: argparse.Namespace, control: Control, on_event: OnEvent) -> tuple[Report, int]:
    """Serve the demo until it is cancelled, which is its normal end."""
    if not 0 < options.port < 65536:
        raise ConfigError(f"There is no port {options.port}.", "Choose one from 1024 to 65535.")
    model = find_model(options.model) if options.model is not None else _newest()
    from engine.web_demo import serve

    url = ""

    def listen(event: Event) -> None:
        nonlocal url
        on_event(event)
        if isinstance(event, WebDemoStarted):
            url = event.url
            if options.open:
                with users_environment():
                    webbrowser.open(url)

    try:
        serve(model, options.port, options.device, control=control, on_event=listen)
    except Cancelled:
        return ({"url": url, "ended": True}, "The web demo has ended."), 0
    raise AssertionError("the demo serves until it is cancelled")


def _newest() -> Path:
    found = runs.list_runs(places.runs_dir())
    model = found[0].model if found and found[0].model is not None else starter_model()
    if model is None:
        raise ConfigError("There is no model yet.", "Train one, or name a model file.")
    return model
