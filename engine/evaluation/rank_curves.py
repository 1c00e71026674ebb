"""ROC and precision-recall curves of the classes and the group, short enough to be kept and drawn."""

import numpy as np
import numpy.typing as npt

from engine.evaluation.answers import Answers
from engine.evaluation_results import RankCurve
from engine.labels import CODES
from engine.model.probabilities import IN_GROUP, Floats

_MOST_POINTS = 200


def trace(answers: Answers) -> tuple[RankCurve, ...]:
    """A curve for each class, at equal priors, and for the group, where both kinds of case occur."""
    questions = {code: (answers.equal[:, index], answers.labels == index) for index, code in enumerate(CODES)}
    questions["group"] = (answers.group, IN_GROUP[answers.labels])
    return tuple(
        _trace_one(target, scores, is_target)
        for target, (scores, is_target) in questions.items()
        if is_target.any() and not is_target.all()
    )


def _trace_one(target: str, scores: Floats, is_target: npt.NDArray[np.bool_]) -> RankCurve:
    from sklearn.metrics import precision_recall_curve, roc_curve

    false_alarms, found, _ = roc_curve(is_target, scores)
    precision, recall, _ = precision_recall_curve(is_target, scores, drop_intermediate=True)
    rising = slice(-2, None, -1)  # the last point is none of the data's: recall 0 at precision 1
    return RankCurve(
        target=target, roc=_thin(false_alarms, found), precision_recall=_thin(recall[rising], precision[rising])
    )


def _thin(across: Floats, up: Floats) -> tuple[tuple[float, float], ...]:
    """At most 200 points, evenly along the list, first and last among them."""
    chosen = np.unique(np.linspace(0, len(across) - 1, min(len(across), _MOST_POINTS)).round().astype(int))
    return tuple((round(float(across[n]), 5), round(float(up[n]), 5)) for n in chosen)
