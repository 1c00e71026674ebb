"""Lesion Lab's entry: nothing or a path opens the window, a command runs in the terminal."""

import multiprocessing
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Open the window or run a command; returns the exit code."""
    from engine import cli, home_choice, streams
    from engine.calls import Call

    home_choice.obey()
    streams.ensure()
    if arguments and (arguments[0] in cli.COMMANDS or _is_meant_as_command(arguments[0])):
        return cli.main(arguments, window_check=Call("desktop.window_check:check", {}))

    from desktop import display

    if (reason := display.why_no_window()) is not None:
        print(f"{reason} Running the demo in the terminal instead.", file=sys.stderr)  # noqa: T201
        return cli.main(["demo"])
    try:
        from desktop import app

        return app.run(arguments)
    except Exception as error:  # noqa: BLE001 - nobody sees a traceback of a program that was double-clicked
        from desktop import early_errors

        return early_errors.tell(error)


def _is_meant_as_command(argument: str) -> bool:
    """An option, or a word that names nothing on this disk: a command that was mistyped."""
    return argument.startswith("-") or (argument.isidentifier() and not Path(argument).exists())


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
