"""The table predictions.csv: one row per image of a part, from which others can compute every figure again."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import DataError
from engine.labels import CODES, GROUP_NAME, INDEX
from engine.model.probabilities import EQUAL_PRIOR, Floats, group_probability, posterior
from engine.results import ModelCard

NAME = "predictions.csv"
METADATA = ("sex", "age", "localization", "dx_type", "source")
"""Columns of the data set's table that are kept beside the answers; never an input of the model."""

COLUMNS: dict[str, str] = {
    "image_id": "The image, as the data set names it.",
    "lesion_id": "The lesion it shows. Images of one lesion are alike: intervals draw lesions, not images.",
    "group": "What the split keeps together: a lesion, or several that share near-duplicate images.",
    "part": "The part of the split: val or test.",
    "dx": "The true class, by its code.",
    "predicted": "The class with the highest p_.",
    **{
        f"p_{code}": f"Probability of {code} if every class were equally common, after temperature; the seven sum to 1."
        for code in CODES
    },
    "group_probability": f"Probability of “{GROUP_NAME}” at the stated prevalence (data_prior), after temperature.",
    **{
        f"logit_{code}": f"What the network put out for {code}. Probabilities at any prior are "
        "softmax((logit - log(training_prior) + log(prior)) / temperature)."
        for code in CODES
    },
    "sex": "As the data set's table says; empty where it says nothing. The same for the columns after it.",
    "age": "In years.",
    "localization": "Where on the body.",
    "dx_type": "How the diagnosis was made: histo (histology), follow_up, consensus or confocal.",
    "source": "Which collection the image is from.",
}
"""What each column holds. Priors and temperature stand in metrics.json beside the table."""

_AGAIN = "Evaluate the run again to get a new table."


def make_table(
    rows: pd.DataFrame, logits: Floats, card: ModelCard, metadata: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The table for `rows` (columns of a split) and their `logits` [n, 7], in the order of `COLUMNS`.

    `metadata` has columns image_id and `METADATA`; what it lacks stays empty.
    """
    exact = np.round(np.asarray(logits, dtype=np.float64), 6)  # so that the file says what was computed with
    classes = posterior(exact, card.training_prior, EQUAL_PRIOR, card.temperature)
    table = rows[["image_id", "lesion_id", "group", "part", "dx"]].reset_index(drop=True)
    table["predicted"] = [CODES[named] for named in classes.argmax(axis=1)]
    for index, code in enumerate(CODES):
        table[f"p_{code}"] = classes[:, index]
    table["group_probability"] = group_probability(
        posterior(exact, card.training_prior, card.data_prior, card.temperature)
    )
    for index, code in enumerate(CODES):
        table[f"logit_{code}"] = exact[:, index]
    known = None if metadata is None else metadata.set_index("image_id").reindex(table["image_id"])
    for column in METADATA:
        empty = np.nan if column == "age" else ""
        found = None if known is None or column not in known else known[column].to_numpy()
        table[column] = empty if found is None else pd.Series(found, index=table.index).fillna(empty)
    return table


def read_table(path: Path, card: ModelCard) -> pd.DataFrame:
    """The table in `path`, checked; `card` is that of the model that gave the answers.

    Where an older version wrote no logits they are had from the probabilities; metadata that are missing are empty.
    Raises `DataError`.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} of {_home(path)} could not be read.", _AGAIN) from error
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, index_col=False)
        numbers = [name for name in COLUMNS if name in table and (name.startswith(("p_", "logit_", "group_p")))]
        table = table.astype(dict.fromkeys(numbers, np.float64))
        table["age"] = pd.to_numeric(table["age"]) if "age" in table else np.nan
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{path.name} of {_home(path)} is not a table of answers.", _AGAIN) from error
    _check(table, path)
    return _complete(table, card)


def _check(table: pd.DataFrame, path: Path) -> None:
    """Raise `DataError` unless every row has an id, a known class, and seven probabilities that sum to 1."""
    where = f"{path.name} of {_home(path)}"
    needed = [name for name in COLUMNS if name not in METADATA and not name.startswith("logit_")]
    missing = [name for name in needed if name not in table]
    if missing:
        raise DataError(f"{where} has no column {missing[0]}.", _AGAIN)
    if table.empty:
        raise DataError(f"{where} has no row.", _AGAIN)
    twice = table.loc[table["image_id"].duplicated(), "image_id"]
    if len(twice):
        raise DataError(f"{where} names the image {twice.iloc[0]} twice.", _AGAIN)
    for column in ("dx", "predicted"):
        unknown = table.loc[~table[column].isin(list(INDEX)), column]
        if len(unknown):
            raise DataError(f"{where} names the class {unknown.iloc[0]!r}, which the program does not know.", _AGAIN)
    bars = table[[f"p_{code}" for code in CODES]].to_numpy()
    wrong = ~(np.isfinite(bars).all(axis=1) & (bars >= 0).all(axis=1) & (np.abs(bars.sum(axis=1) - 1) < 1e-3))
    if wrong.any():
        image = table["image_id"][wrong.argmax()]
        raise DataError(f"The probabilities of {image} in {where} are not seven shares that sum to 1.", _AGAIN)
    logits = [f"logit_{code}" for code in CODES if f"logit_{code}" in table]
    if logits and not np.isfinite(table[logits].to_numpy()).all():
        raise DataError(f"{where} has network outputs that are not numbers.", _AGAIN)


def _complete(table: pd.DataFrame, card: ModelCard) -> pd.DataFrame:
    """`table` with all of `COLUMNS`, in their order."""
    if not all(f"logit_{code}" in table for code in CODES):
        bars = np.maximum(table[[f"p_{code}" for code in CODES]].to_numpy(), np.finfo(np.float64).tiny)
        trained = np.log(np.maximum(card.training_prior, np.finfo(np.float64).tiny))
        logits = card.temperature * np.log(bars) + trained
        table = table.assign(**{f"logit_{code}": logits[:, index] for index, code in enumerate(CODES)})
    empty = {column: "" for column in METADATA if column not in table}
    return table.assign(**empty)[list(COLUMNS)]


def _home(path: Path) -> str:
    """The run that the table is of, by its folder's name."""
    return path.parents[2].name if len(path.parents) > 2 else path.parent.name
