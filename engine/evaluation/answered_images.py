"""Lists the images of an evaluated part with truth and answer, so that one can look at the errors."""

from pathlib import Path

import pandas as pd

from engine.comparison_results import AnsweredImage
from engine.config import read_config
from engine.data.readers import open_dataset
from engine.errors import ConfigError, DataError, DiskError
from engine.evaluation.answers import Answers, answers_of
from engine.evaluation.fingerprint import hash_file
from engine.evaluation.predictions import NAME, read_table
from engine.evaluation.report import read_provenance, read_report
from engine.evaluation.saved import open_saved
from engine.events import Control, OnEvent, ignore_events
from engine.labels import CODES
from engine.model.file import read_card
from engine.results import Part
from engine.runs import RunFolder


def list_answers(
    run: Path, part: Part = "val", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> tuple[AnsweredImage, ...]:
    """Every image of `part` with the answer that the run's model gave when it was evaluated, sorted by id.

    For "external", `run` is the folder that holds the result. The data set is only listed, no image is opened; where
    it is gone, or lacks an image, the path is None. Raises `ConfigError` where `part` was not evaluated.
    """
    if part == "external":
        answers, table, data = _open_external(run)
    else:
        saved = open_saved(run, part)
        answers, table, data = saved.answers, saved.table, _data_of(saved.folder)
    if control is not None:
        control.raise_if_cancelled()
    paths = _find_images(data)
    tops = answers.stated.argmax(axis=1)
    texts = {name: table[name].tolist() for name in ("image_id", "lesion_id", "dx", "sex", "localization")}
    texts |= {name: table[name].tolist() for name in ("dx_type", "source")}
    return tuple(
        AnsweredImage(
            **{name: str(values[row]) for name, values in texts.items()},
            path=paths.get(str(texts["image_id"][row])),
            predicted=CODES[named],
            probability=float(answers.equal[row, named]),
            probability_of_truth=float(answers.equal[row, answers.labels[row]]),
            group_probability=float(answers.group[row]),
            top_class=CODES[tops[row]],
            top_probability=float(answers.stated[row, tops[row]]),
            age=None if age != age else float(age),  # nan
        )
        for row, (named, age) in enumerate(zip(answers.named, table["age"], strict=True))
    )


def _open_external(folder: Path) -> tuple[Answers, pd.DataFrame, Path | None]:
    """The answers in a folder that `evaluate_external` wrote, their table, and where the images were."""
    evaluation, provenance = read_report(folder), read_provenance(folder)
    if evaluation is None or evaluation.external is None or provenance is None:
        raise ConfigError(f"{folder.name} holds no result on other images.", "Score the model on them again.")
    if provenance.get("model_sha256") != hash_file(evaluation.model):
        raise ConfigError(
            f"The model that gave these answers, {evaluation.model.name}, is not where it was, or is another one now.",
            "Score the model on these images again.",
        )
    card = read_card(evaluation.model)
    table = read_table(folder / NAME, card).sort_values("image_id", ignore_index=True)
    data = provenance.get("data")
    return answers_of(table, card), table, Path(data) if isinstance(data, str) else None


def _data_of(folder: RunFolder) -> Path | None:
    """The data set of a run."""
    try:
        return read_config(folder.config).data
    except ConfigError:
        return None


def _find_images(data: Path | None) -> dict[str, Path]:
    """The file of each image of the data set in `data`, as far as they are where they were."""
    try:
        rows = None if data is None else open_dataset(data).rows
    except (DataError, DiskError, ConfigError):
        rows = None
    if rows is None:
        return {}
    return {str(image_id): Path(path) for image_id, path in zip(rows["image_id"], rows["path"], strict=True)}
