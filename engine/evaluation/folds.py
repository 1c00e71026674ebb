"""Pools the test parts of all folds: every image answered once, by a model that never saw it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from engine.comparison_results import PooledEvaluation
from engine.data.split import read_split
from engine.errors import ConfigError, DataError
from engine.evaluation.answers import join
from engine.evaluation.saved import SavedAnswers, open_saved
from engine.evaluation.scores import score
from engine.evaluation.slices import cut
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.results import Part
from engine.wording import count

_ONE_SET = "Choose the runs of one set of folds, all of them, each once."


def pool(
    runs: Sequence[Path], part: Part = "test", *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> PooledEvaluation:
    """The figures of the answers of all `runs` together, one run for each fold, each evaluated on its own `part`.

    Each model answers at its own priors and temperature; it has its own operating point, so that the pooled group has
    none. Raises `ConfigError` or `DataError` unless every image of the data is answered exactly once.
    """
    if len(runs) < 2:
        raise ConfigError("Folds are pooled from two runs or more.", _ONE_SET)
    saved = [open_saved(run, part) for run in runs]
    table = _join_tables(saved)
    if control is not None:
        control.raise_if_cancelled()
    on_event(StatusChanged(text=f"Pooling {count(len(table), 'answer')} of {count(len(saved), 'fold')}"))
    answers = join([one.answers for one in saved], table["lesion_id"].tolist())
    prior = np.mean([one.card.data_prior for one in saved], axis=0)
    card = replace(saved[0].card, data_prior=tuple(prior.tolist()), operating_points=())
    figures = score(answers, card)
    return PooledEvaluation(
        runs=tuple(one.folder.path for one in saved),
        part=part,
        n_images=len(table),
        n_lesions=int(table["lesion_id"].nunique()),
        by_image=figures.by_image,
        by_lesion=figures.by_lesion,
        slices=cut(answers, table, None),
        is_demo=any(one.card.is_demo for one in saved),
    )


def _join_tables(saved: Sequence[SavedAnswers]) -> pd.DataFrame:
    """All answers in one table, checked: one data set, every image of it once, no lesion in two folds."""
    if len({one.card.data_fingerprint for one in saved}) > 1:
        raise DataError("These runs were trained on different data.", _ONE_SET)
    if any(one.card.leaking_split for one in saved):
        raise DataError("One of these runs has a split that leaks: its answers are no result.", _ONE_SET)
    table = pd.concat([one.table.assign(answered_by=n) for n, one in enumerate(saved)], ignore_index=True)
    twice = table.loc[table["image_id"].duplicated(), "image_id"]
    if len(twice):
        raise DataError(
            f"There are images in the part of more than one of these runs: {len(twice):,}, {twice.iloc[0]} for one.",
            _ONE_SET,
        )
    for column in ("group", "lesion_id"):
        in_several = table.groupby(column)["answered_by"].nunique() > 1
        if in_several.any():
            name = in_several.index[in_several][0]
            raise DataError(f"Images of {name} were answered by two folds; their figures would be wrong.", _ONE_SET)
    expected = set(read_split(saved[0].folder.split)["image_id"])
    missing = sorted(expected - set(table["image_id"]))
    if missing:
        raise DataError(
            f"There are images of the data answered by no fold: {len(missing):,}, {missing[0]} for one.", _ONE_SET
        )
    return table
