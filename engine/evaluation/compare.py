"""Compares two runs on the same images: how much better one is, and whether that could be luck."""

from pathlib import Path

import numpy as np

from engine.comparison_results import ClassDifference, Comparison, Difference
from engine.errors import ConfigError
from engine.evaluation.bootstrap import DRAWS, SEED, Samples, resample
from engine.evaluation.intervals import mean_of_shares, paired_difference
from engine.evaluation.saved import SavedAnswers, open_saved
from engine.evaluation.scores import ScoreSampler, group_threshold, summarize
from engine.evaluation_results import Interval, Scores
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.labels import PART_NAMES
from engine.model.probabilities import IN_GROUP, group_prevalence
from engine.results import Part

_TOGETHER = "Train both on the same data with the same split, then evaluate both."


def compare(
    run_a: Path,
    run_b: Path,
    part: Part = "val",
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> Comparison:
    """How run B does beside run A on `part`, from the answers that were saved when both were evaluated.

    Every draw of the bootstrap takes the same lesions for both, so that hard and easy lesions do not blur the
    difference. Raises `ConfigError` unless both were evaluated on the same images of one split.
    """
    control = control or Control()
    if run_a.absolute() == run_b.absolute():
        raise ConfigError("A run cannot be compared with itself.", "Choose two runs.")
    a, b = open_saved(run_a, part), open_saved(run_b, part)
    _refuse_different(a, b, part)
    control.raise_if_cancelled()
    on_event(StatusChanged(text="Comparing the answers of both runs"))
    return _compare(a, b, part)


def _refuse_different(a: SavedAnswers, b: SavedAnswers, part: Part) -> None:
    """Raise `ConfigError` unless both answered the same images, with the same diagnoses, of the same split."""
    names = f"{a.folder.path.name} and {b.folder.path.name}"
    if a.card.split_sha256 != b.card.split_sha256:
        raise ConfigError(f"The runs {names} have different splits: their figures are about other images.", _TOGETHER)
    if a.table["image_id"].tolist() != b.table["image_id"].tolist():
        raise ConfigError(f"The runs {names} answered different images of the {PART_NAMES[part]}.", _TOGETHER)
    for column in ("dx", "lesion_id"):
        if a.table[column].tolist() != b.table[column].tolist():
            raise ConfigError(f"The runs {names} were evaluated with different diagnoses or lesions.", _TOGETHER)


def _compare(a: SavedAnswers, b: SavedAnswers, part: Part, *, draws: int = DRAWS, seed: int = SEED) -> Comparison:
    levels = {
        "a by image": a.answers,
        "b by image": b.answers,
        "a by lesion": a.answers.by_lesion(),
        "b by lesion": b.answers.by_lesion(),
    }
    samplers = {name: ScoreSampler(answers) for name, answers in levels.items()}
    samples = resample(samplers, a.answers.lesion_labels, draws=draws, seed=seed)
    scores = {
        name: summarize(answers, samples[name], group_threshold(card), group_prevalence(card.data_prior))
        for (name, answers), card in zip(levels.items(), (a.card, b.card, a.card, b.card), strict=True)
    }
    n_lesions = np.bincount(a.answers.lesion_labels, minlength=7)
    n_group = int(n_lesions[IN_GROUP].sum())
    balanced = mean_of_shares([int(n) for n in n_lesions if n])
    pair = _Pair(scores["a by image"], scores["b by image"], samples["a by image"], samples["b by image"])
    by_lesion = _Pair(scores["a by lesion"], scores["b by lesion"], samples["a by lesion"], samples["b by lesion"])
    return Comparison(
        run_a=a.folder.path,
        run_b=b.folder.path,
        part=part,
        split_sha256=a.card.split_sha256,
        n_images=len(a.table),
        n_lesions=int(a.table["lesion_id"].nunique()),
        balanced_accuracy=pair.of("balanced_accuracy", balanced),
        balanced_accuracy_by_lesion=by_lesion.of("balanced_accuracy", balanced),
        accuracy=pair.of("accuracy", a.answers.n_lesions),
        macro_auc=pair.of("macro_auc", balanced),
        group_auc=pair.between(
            pair.scores_a.group.auc, pair.scores_b.group.auc, "auc_group", min(n_group, a.answers.n_lesions - n_group)
        ),
        log_loss=pair.of("log_loss", None),
        classes=tuple(pair.of_class(index) for index in range(len(n_lesions))),
        is_demo=a.card.is_demo or b.card.is_demo,
        leaking_split=a.card.leaking_split or b.card.leaking_split,
    )


class _Pair:
    """Two runs at one level, with their draws."""

    def __init__(self, scores_a: Scores, scores_b: Scores, samples_a: Samples, samples_b: Samples) -> None:
        self.scores_a, self.scores_b = scores_a, scores_b
        self._samples_a, self._samples_b = samples_a, samples_b

    def of(self, name: str, n: float | None) -> Difference:
        """The difference of the figure `name` of `Scores`, a mean over about `n` lesions; None for a loss."""
        return self.between(getattr(self.scores_a, name), getattr(self.scores_b, name), name, n)

    def of_class(self, index: int) -> ClassDifference:
        """The differences of one class."""
        a, b = self.scores_a.classes[index], self.scores_b.classes[index]
        n_rarer = min(a.n_lesions, sum(score.n_lesions for score in self.scores_a.classes) - a.n_lesions)
        return ClassDifference(
            code=a.code,
            n_images=a.n_images,
            n_lesions=a.n_lesions,
            sensitivity=self.between(a.sensitivity, b.sensitivity, f"sensitivity_{a.code}", a.n_lesions),
            auc=self.between(a.auc, b.auc, f"auc_{a.code}", n_rarer),
        )

    def between(self, a: Interval | None, b: Interval | None, name: str, n: float | None) -> Difference:
        """The difference of two figures whose draws are called `name`."""
        if a is None or b is None:
            return Difference(a=None if a is None else a.value, b=None if b is None else b.value, difference=None)
        drawn = self._samples_b[name] - self._samples_a[name]
        return Difference(a=a.value, b=b.value, difference=paired_difference(b.value - a.value, drawn, n))
