"""Turns the logits of a part into answers and figures: one row per image, scores per class, one answer per lesion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.evaluation import metrics
from engine.evaluation.intervals import bootstrap, wilson
from engine.evaluation_results import ClassScore, Interval
from engine.labels import CODES
from engine.model.probabilities import EQUAL_PRIOR, IN_GROUP, Floats, decide, group_probability, posterior
from engine.results import ModelCard

Ints = npt.NDArray[np.integer]


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What `Evaluation` says about the answers themselves; its fields of the same names."""

    balanced_accuracy: Interval
    balanced_accuracy_by_lesion: Interval
    accuracy: Interval
    majority_baseline: float
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    group_auc: float | None
    log_loss: float


def answer_images(rows: pd.DataFrame, logits: Floats, card: ModelCard) -> pd.DataFrame:
    """The table of predictions.csv, one row per image.

    `rows` has the columns of a split; `logits` is [n, 7]. p_<code> holds at equal priors, group_probability at the
    data's prevalence.
    """
    classes = posterior(logits, card.training_prior, EQUAL_PRIOR, card.temperature)
    at_data_prior = posterior(logits, card.training_prior, card.data_prior, card.temperature)
    answers = rows[["image_id", "lesion_id", "group", "part", "dx"]].reset_index(drop=True)
    answers["predicted"] = [CODES[named] for named in decide(logits, card.training_prior)]
    for index, code in enumerate(CODES):
        answers[f"p_{code}"] = classes[:, index]
    answers["group_probability"] = group_probability(at_data_prior)
    return answers


def score(rows: pd.DataFrame, logits: Floats, card: ModelCard) -> Scores:
    """All figures of a part from its rows (columns of a split) and their logits [n, 7]; n is at least 1."""
    labels, lesion_ids = metrics.labels_of(rows["dx"].tolist()), rows["lesion_id"].tolist()
    classes = posterior(logits, card.training_prior, EQUAL_PRIOR, card.temperature)
    at_data_prior = posterior(logits, card.training_prior, card.data_prior, card.temperature)
    named = decide(logits, card.training_prior)
    confusion = metrics.count_confusion(labels, named)
    by_image = bootstrap(labels, named, lesion_ids)
    by_lesion = bootstrap(*answer_lesions(labels, classes, lesion_ids))
    return Scores(
        balanced_accuracy=by_image.balanced_accuracy,
        balanced_accuracy_by_lesion=by_lesion.balanced_accuracy,
        accuracy=by_image.accuracy,
        majority_baseline=metrics.majority_baseline(confusion),
        classes=_score_classes(labels, classes, lesion_ids, confusion),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        group_auc=metrics.area_under_roc(group_probability(at_data_prior), IN_GROUP[labels]),
        log_loss=metrics.log_loss(at_data_prior, labels),
    )


def answer_lesions(labels: Ints, probabilities: Floats, lesion_ids: Sequence[str]) -> tuple[Ints, Ints, list[str]]:
    """True class, named class and id of each lesion: named is the highest mean log-probability of its images."""
    ids, first, position = np.unique(np.asarray(lesion_ids, dtype=str), return_index=True, return_inverse=True)
    logs = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    sums = np.zeros((len(ids), probabilities.shape[1]))
    np.add.at(sums, position, logs)
    means = sums / np.bincount(position)[:, None]
    return labels[first], means.argmax(axis=1), ids.tolist()


def _score_classes(
    labels: Ints, probabilities: Floats, lesion_ids: Sequence[str], confusion: Ints
) -> tuple[ClassScore, ...]:
    recalls = metrics.recalls(confusion)
    specificities, precisions = metrics.specificities(confusion), metrics.precisions(confusion)
    lesions = np.asarray(lesion_ids, dtype=str)
    scores = []
    for index, code in enumerate(CODES):
        is_class, recall = labels == index, recalls[index]
        n_lesions = len(np.unique(lesions[is_class]))
        scores.append(
            ClassScore(
                code=code,
                n_images=int(is_class.sum()),
                n_lesions=n_lesions,
                sensitivity=None if recall is None else wilson(recall, n_lesions),
                specificity=specificities[index],
                precision=precisions[index],
                auc=metrics.area_under_roc(probabilities[:, index], is_class),
                average_precision=metrics.average_precision(probabilities[:, index], is_class),
            )
        )
    return tuple(scores)
