"""Area under the ROC curve and average precision for weighted lesions: cases are sorted once, then only weighed."""

import numpy as np
import numpy.typing as npt

from engine.evaluation.bootstrap import LesionSums, Weights
from engine.model.probabilities import Floats


class Ranking:
    """The order of n cases by score, one kind against the other; ties count half.

    Both figures change only at the scores of positive cases. So the weights of the negatives are summed between these
    scores, by sparse matrices of [scores, lesions], and what is left to do per draw is short.
    """

    def __init__(
        self,
        scores: Floats,
        is_positive: npt.NDArray[np.bool_],
        lesions: npt.NDArray[np.integer],
        n_lesions: int,
    ) -> None:
        """Takes the score, kind and lesion of each case, [n]. Both kinds must occur."""
        steps = np.unique(scores[is_positive])[::-1]  # falling
        negatives = scores[~is_positive]
        # For each negative the first step that is below it: there and at all later ones it ranks higher.
        step = len(steps) - np.searchsorted(steps[::-1], negatives, side="right")
        tied = np.flatnonzero(np.isin(negatives, steps))
        at = len(steps) - 1 - np.searchsorted(steps[::-1], negatives[tied])
        above = np.setdiff1d(np.flatnonzero(step < len(steps)), tied)
        own = len(steps) - 1 - np.searchsorted(steps[::-1], scores[is_positive])

        of_negatives, shape = lesions[~is_positive], (len(steps), n_lesions)
        self._positives = LesionSums(own, lesions[is_positive], shape)
        self._above = LesionSums(step[above], of_negatives[above], shape)
        self._tied = LesionSums(at, of_negatives[tied], shape)
        self._n_negatives = LesionSums(np.zeros_like(of_negatives), of_negatives, (1, n_lesions))

    def sample(self, weights: Weights) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """AUC and average precision of each draw, [draws] both."""
        positives = self._positives.of(weights)
        tied = self._tied.of(weights)
        higher = np.cumsum(self._above.of(weights) + tied, axis=0)  # negatives at or above each step
        found = np.cumsum(positives, axis=0)
        n_positives, n_negatives = found[-1], self._n_negatives.of(weights)[0]
        pairs_won = (positives * (n_negatives - higher + tied / 2)).sum(axis=0)
        named = found + higher
        precision = np.divide(found, named, out=np.zeros_like(found), where=named > 0)
        return pairs_won / (n_positives * n_negatives), (positives * precision).sum(axis=0) / n_positives
