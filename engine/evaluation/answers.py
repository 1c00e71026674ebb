"""The answers for the images of a part as arrays, by image and by lesion: what every figure is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.evaluation.metrics import labels_of
from engine.labels import CODES
from engine.model.probabilities import EQUAL_PRIOR, Floats, group_probability, mean_of_logs, posterior
from engine.results import ModelCard

Ints = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Answers:
    """What was said about each of n cases (images, or lesions), and what was so."""

    labels: npt.NDArray[np.int64]
    """Class indices of the truth, [n]."""
    lesions: npt.NDArray[np.int64]
    """The lesion of each case, [n]: numbers from 0; a lesion has one class. What the bootstrap draws."""
    equal: Floats
    """Probabilities at equal priors, after temperature, [n, 7]."""
    stated: Floats
    """The same at the stated prevalence, [n, 7]."""
    stated_before: Floats
    """At the stated prevalence before temperature, [n, 7]."""
    group: Floats
    """Probability of the group at the stated prevalence, [n]."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def named(self) -> npt.NDArray[np.int64]:
        """Class index of the highest probability at equal priors, [n]."""
        return np.asarray(self.equal.argmax(axis=1), dtype=np.int64)

    @property
    def n_lesions(self) -> int:
        """How many lesions the cases are of."""
        return int(self.lesions.max()) + 1 if len(self) else 0

    @cached_property
    def lesion_labels(self) -> npt.NDArray[np.int64]:
        """Class index of each lesion, [lesions]."""
        labels = np.zeros(self.n_lesions, dtype=np.int64)
        labels[self.lesions] = self.labels
        return labels

    def by_lesion(self) -> "Answers":
        """One answer per lesion: the mean log-probability over its images, and the group's mean probability."""
        n_images = np.bincount(self.lesions)
        return Answers(
            labels=self.lesion_labels,
            lesions=np.arange(self.n_lesions),
            equal=mean_of_logs(self.equal, self.lesions, self.n_lesions),
            stated=mean_of_logs(self.stated, self.lesions, self.n_lesions),
            stated_before=mean_of_logs(self.stated_before, self.lesions, self.n_lesions),
            group=np.bincount(self.lesions, weights=self.group) / n_images,
        )


def number_lesions(labels: Ints, lesion_ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """A number from 0 for the lesion of each image, [n]; images of one id but of two classes are of two lesions."""
    ids = np.unique(np.asarray(lesion_ids, dtype=str), return_inverse=True)[1]
    return np.asarray(np.unique(ids * len(CODES) + labels, return_inverse=True)[1], dtype=np.int64)


def answers_of(table: pd.DataFrame, card: ModelCard) -> Answers:
    """The answers of a table with the columns of predictions.csv, at the priors and temperature of the model's card."""
    logits = table[[f"logit_{code}" for code in CODES]].to_numpy(dtype=np.float64)
    labels = labels_of(table["dx"].tolist())
    stated = posterior(logits, card.training_prior, card.data_prior, card.temperature)
    return Answers(
        labels=labels,
        lesions=number_lesions(labels, table["lesion_id"].tolist()),
        equal=posterior(logits, card.training_prior, EQUAL_PRIOR, card.temperature),
        stated=stated,
        stated_before=posterior(logits, card.training_prior, card.data_prior, 1.0),
        group=group_probability(stated),
    )


def join(parts: Sequence[Answers], lesion_ids: Sequence[str]) -> Answers:
    """The answers of several models together; `lesion_ids` are those of all cases, in order."""
    labels = np.concatenate([part.labels for part in parts])
    return Answers(
        labels=labels,
        lesions=number_lesions(labels, lesion_ids),
        equal=np.concatenate([part.equal for part in parts]),
        stated=np.concatenate([part.stated for part in parts]),
        stated_before=np.concatenate([part.stated_before for part in parts]),
        group=np.concatenate([part.group for part in parts]),
    )
