"""Whether probabilities can be taken at their word: reliability and the expected calibration error."""

import numpy as np
import numpy.typing as npt

from engine.evaluation.answers import Answers
from engine.evaluation.bootstrap import LesionSums, Samples, Weights
from engine.evaluation.intervals import gap, share_of
from engine.evaluation_results import Calibration, Reliability, ReliabilityBin
from engine.model.probabilities import IN_GROUP, Floats, group_probability

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer]

N_BINS = 15


class ReliabilitySampler:
    """The calibration error of weighted lesions: of the group and the top class, before and after temperature."""

    def __init__(self, answers: Answers) -> None:
        """`answers` are by image."""
        self._answers = answers
        group_before = group_probability(answers.stated_before)
        in_group = IN_GROUP[answers.labels]
        self._questions = {
            "group_before": (group_before, in_group),
            "group_after": (answers.group, in_group),
            "top_before": _top(answers.stated_before, answers.labels),
            "top_after": _top(answers.stated, answers.labels),
        }
        nowhere = np.zeros(len(answers), dtype=np.int64)
        self._n_images = LesionSums(nowhere, answers.lesions, (1, answers.n_lesions))
        self._gaps = {name: self._sum_gaps(*question) for name, question in self._questions.items()}

    def sample(self, weights: Weights) -> Samples:
        """The expected calibration error of each draw, by question.

        |mean probability - share observed| times the share of the images, summed over the bins: that is the sum of
        |sum of (probability - truth)| per bin, over the number of images.
        """
        n_images = self._n_images.of(weights)[0]
        return {name: np.abs(gaps.of(weights)).sum(axis=0) / n_images for name, gaps in self._gaps.items()}

    def summarize(self, samples: Samples, prevalence: float, temperature: float) -> Calibration:
        """The reliability of each question, with intervals from `samples`."""
        once = self.sample(np.ones((self._answers.n_lesions, 1)))
        found = {
            name: Reliability(bins=self._bins(*question), ece=gap(float(once[name][0]), samples[name]))
            for name, question in self._questions.items()
        }
        return Calibration(
            prevalence=prevalence,
            part_prevalence=float(IN_GROUP[self._answers.labels].mean()),
            temperature=temperature,
            **found,
        )

    def _sum_gaps(self, probabilities: Floats, is_so: Flags) -> LesionSums:
        """The sum of probability minus truth over the images of each bin."""
        shape = (N_BINS, self._answers.n_lesions)
        return LesionSums(_bin_of(probabilities), self._answers.lesions, shape, probabilities - is_so)

    def _bins(self, probabilities: Floats, is_so: Flags) -> tuple[ReliabilityBin, ...]:
        position, lesions = _bin_of(probabilities), self._answers.lesions
        bins = []
        for index in range(N_BINS):
            here = position == index
            bins.append(
                ReliabilityBin(
                    low=index / N_BINS,
                    high=(index + 1) / N_BINS,
                    n_images=int(here.sum()),
                    n_lesions=len(np.unique(lesions[here])),
                    mean_probability=float(probabilities[here].mean()) if here.any() else None,
                    observed=share_of(is_so, here, lesions),
                )
            )
        return tuple(bins)


def _top(probabilities: Floats, labels: Ints) -> tuple[Floats, Flags]:
    """The highest probability of each image, and whether it is that of the true class."""
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def _bin_of(probabilities: Floats) -> npt.NDArray[np.int64]:
    return np.minimum((probabilities * N_BINS).astype(np.int64), N_BINS - 1)
