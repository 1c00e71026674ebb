"""Lesion Lab's entry: nothing or a path opens the window, a command runs in the terminal."""

import multiprocessing
import sys


def main(arguments: list[str]) -> int:
    """Open the window or run a command; returns the exit code."""
    from engine import cli

    if arguments and (arguments[0] in cli.COMMANDS or arguments[0].startswith("-")):
        from engine.calls import Call

        return cli.main(arguments, window_check=Call("desktop.window_check:check", {}))

    from desktop import display

    if (reason := display.why_no_window()) is not None:
        print(f"{reason} Running the demo in the terminal instead.", file=sys.stderr)  # noqa: T201
        return cli.main(["demo"])

    from desktop import app

    return app.run(arguments)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
