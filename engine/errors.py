"""The errors a user can act on: a sentence that says what went wrong and a hint that says what to do."""

from pathlib import Path


class EngineError(Exception):
    """Something the user can mend. `str()` is the sentence; `hint` the way out."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint)  # both, so that it pickles
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class DataError(EngineError):
    """The data set cannot be used as it is."""


class ModelFileError(EngineError):
    """The file is not a model that this program can use."""


class ConfigError(EngineError):
    """A setting is out of range, unknown or does not fit another."""


class DiskError(EngineError):
    """The disk is full, read-only or gone."""


class TrainingError(EngineError):
    """The training cannot go on."""


class ChildDiedError(EngineError):
    """The process that did the work ended without an answer."""


class Cancelled(Exception):  # noqa: N818 - a decision of the user, not an error
    """The user asked to stop; nothing is kept."""


class Paused(Exception):  # noqa: N818 - a decision of the user, not an error
    """The user asked to pause; a checkpoint is written and the training can be resumed."""

    def __init__(self, run: Path, epochs_run: int, epochs: int) -> None:
        """`epochs_run` of `epochs` are done; what was learned of the next one is kept too."""
        super().__init__(run, epochs_run, epochs)
        self.run = run
        self.epochs_run = epochs_run
        self.epochs = epochs

    def __str__(self) -> str:
        return f"Paused at epoch {self.epochs_run} of {self.epochs}."


class UnexpectedError(Exception):
    """A fault of the program, carried across a process boundary as text."""

    def __init__(self, kind: str, message: str, traceback: str) -> None:
        super().__init__(kind, message, traceback)
        self.kind = kind
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


ENGINE_ERRORS: dict[str, type[EngineError]] = {
    kind.__name__: kind
    for kind in (EngineError, DataError, ModelFileError, ConfigError, DiskError, TrainingError, ChildDiedError)
}
