"""Lesion Lab's entry: nothing or a path opens the window, a command runs in the terminal."""

import multiprocessing
import sys


def main(arguments: list[str]) -> int:
    """Open the window or run a command; returns the exit code."""
    from engine import cli, home_choice, streams
    from engine.calls import Call

    home_choice.obey()
    streams.ensure()
    if arguments and (arguments[0] in cli.COMMANDS or arguments[0].startswith("-")):
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


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
