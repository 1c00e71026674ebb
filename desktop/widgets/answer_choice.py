"""What somebody clicked on in an evaluation: which of its images that means, and how it is told in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.comparison_results import AnsweredImage
from engine.comparison_wording import SLICE_TITLES, name_slice
from engine.evaluation_results import ReliabilityBin
from engine.labels import CLASSES, EQUAL_PRIORS_NOTE, GROUP_NAME
from engine.wording import name_class, name_share

Question = Literal["group", "top"]
"""Whose reliability: of the group's probability, or of the most probable class."""


@dataclass(frozen=True, kw_only=True)
class AnswerChoice:
    """Some of the images of an evaluated part."""

    title: str
    """ "Melanoma (mel) named Melanocytic nevus (nv)"."""
    accepts: Callable[[AnsweredImage], bool]
    """Whether an image is among them."""


def of_cell(row: int, column: int) -> AnswerChoice:
    """A cell of the confusion matrix: true and named class by logit order."""
    true, named = CLASSES[row].code, CLASSES[column].code
    title = f"{name_class(true)}, rightly named" if row == column else f"{name_class(true)} named {name_class(named)}"
    return AnswerChoice(title=title, accepts=lambda image: image.dx == true and image.predicted == named)


def of_class(code: str) -> AnswerChoice:
    """All images of a class."""
    return AnswerChoice(title=name_class(code), accepts=lambda image: image.dx == code)


def of_wrong(code: str) -> AnswerChoice:
    """The images of a class that got another name."""
    title = f"{name_class(code)} named otherwise"
    return AnswerChoice(title=title, accepts=lambda image: image.dx == code and not image.is_right)


def of_bin(question: Question, one: ReliabilityBin) -> AnswerChoice:
    """The images whose probability lies in one step of a reliability diagram, after temperature."""
    what = GROUP_NAME if question == "group" else "Most probable class"
    until = 2.0 if one.high >= 1 else one.high  # the last step has 1 too

    def accepts(image: AnsweredImage) -> bool:
        value = image.group_probability if question == "group" else image.top_probability
        return one.low <= value < until

    return AnswerChoice(title=f"{what} with a probability of {one.low:.2f} to {one.high:.2f}", accepts=accepts)


def of_slice(column: str, value: str) -> AnswerChoice:
    """The images that share one value of a column of the data set's table."""
    title = f"{SLICE_TITLES.get(column, column)}: {name_slice(column, value)}"
    return AnswerChoice(title=title, accepts=lambda image: image.slice_value(column) == value)


def describe_answer(image: AnsweredImage) -> tuple[tuple[str, str], ...]:
    """The truth and the answer for one image, as pairs of a title and words."""
    in_group = f"{name_share(image.group_probability)} for {GROUP_NAME.lower()}, at the stated prevalence"
    facts = [
        ("Truth", name_class(image.dx)),
        ("Named", "rightly so" if image.is_right else name_class(image.predicted)),
    ]
    facts.append(("Probability", f"{name_share(image.probability)} ({EQUAL_PRIORS_NOTE})"))
    if not image.is_right:
        facts.append(("Of the truth", name_share(image.probability_of_truth)))
    return (*facts, ("Group", in_group))
