"""Lists the images of an evaluated part with truth and answer, so that one can look at the errors."""

from pathlib import Path

from engine.config import read_config
from engine.data.readers import open_dataset
from engine.errors import ConfigError, DataError, DiskError
from engine.evaluation.saved import open_saved
from engine.evaluation_results import AnsweredImage
from engine.events import Control, OnEvent, ignore_events
from engine.labels import CODES
from engine.results import Part
from engine.runs import RunFolder


def list_answers(
    run: Path, part: Part = "val", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> tuple[AnsweredImage, ...]:
    """Every image of `part` with the answer that the run's model gave when it was evaluated, sorted by id.

    The data set is only listed, no image is opened; where it is gone, or lacks an image, the path is None. Raises
    `ConfigError` where `part` was not evaluated.
    """
    saved = open_saved(run, part)
    if control is not None:
        control.raise_if_cancelled()
    answers, table = saved.answers, saved.table
    paths = _find_images(saved.folder)
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


def _find_images(folder: RunFolder) -> dict[str, Path]:
    """The file of each image of the run's data set, as far as they are where they were."""
    try:
        data = read_config(folder.config).data
        rows = open_dataset(data).rows
    except (DataError, DiskError, ConfigError):
        return {}
    return {str(image_id): Path(path) for image_id, path in zip(rows["image_id"], rows["path"], strict=True)}
