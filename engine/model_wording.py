"""Says a model's card in plain words: the same lines in the window, in the terminal and in the browser."""

from collections.abc import Sequence
from datetime import datetime

from engine.evaluation_results import Interval
from engine.evaluation_wording import TRAINING_UNKNOWN, name_interval
from engine.labels import CODES, DEMO_NOTICE, GROUP_NAME, NOTICE
from engine.licences import HAM10000
from engine.results import GateFamily, ModelCard
from engine.wording import LEAKING_SPLIT, count, explain_point, name_class, name_percent

NO_GATE = "It has no gate: it names a class for every image, whatever the image shows."
NO_CLAIM = "Nothing is known about how its gate judges clinical photographs taken without a dermatoscope."
_IN_ALL = {
    "balanced_accuracy": "balanced accuracy",
    "macro_auc": "mean AUC of the classes",
    "group_auc": f"AUC of “{GROUP_NAME}”",
}
_WEAK = 0.5
"""A class is weak where less than so much of it is recognised."""


def describe_card(card: ModelCard) -> tuple[str, ...]:
    """What a model is, what it learned from, what it can do and what not, line by line, the notice included."""
    lines = (
        describe_kind(card),
        card.about,
        describe_network(card),
        describe_learning(card),
        describe_figures(card),
        describe_weak_classes(card),
        *describe_held_out(card),
        describe_points(card),
        *describe_gate_fit(card),
        LEAKING_SPLIT if card.leaking_split else "",
        DEMO_NOTICE if card.is_demo else "",
        f"Limits: {card.limits[:1].lower()}{card.limits[1:]}" if card.limits else "",
        describe_licence(card),
        card.notice or NOTICE,
    )
    return tuple(line for line in lines if line)


def describe_kind(card: ModelCard) -> str:
    """The model's name and what it is for."""
    names = ", ".join(map(name_class, card.classes))
    return f"{card.name}: a classifier of dermatoscopic images into {len(card.classes)} classes: {names}."


def describe_network(card: ModelCard) -> str:
    """The network, its input and what it started from."""
    shaping = card.preprocessing
    how = "the central square" if shaping.geometry == "crop" else "the whole image, squeezed into a square,"
    size = shaping.image_size
    started = f" It started from {card.weights}." if card.training is not None else f" Its weights: {card.weights}."
    return f"Network: {card.backbone}, which sees {how} at {size} x {size} pixels.{started}"


def describe_learning(card: ModelCard) -> str:
    """What it was trained on, when and for how long."""
    if card.training is None:
        return f"Imported on {_when(card.created)}. {TRAINING_UNKNOWN}"
    data = "demo data" if card.is_demo else f"the data set {card.training.data.name}"
    few = f", limited to about {count(card.training.limit, 'image')}" if card.training.limit is not None else ""
    epochs = f"best epoch {card.best_epoch} of {card.epochs_run}"
    state = "" if card.is_finished else " The training was not finished."
    return (
        f"Trained on {data}{few}, started on {_when(card.created)}, recipe {card.training.recipe}, {epochs}.{state} "
        f"Split by the key {card.split_sha256[:8]}, data with the key {card.data_fingerprint[:8]}."
    )


def describe_figures(card: ModelCard) -> str:
    """What it reaches on the part that its best epoch was chosen on; empty where nothing was measured."""
    balanced = card.validation.get("balanced_accuracy")
    if balanced is None:
        return "How good it is was not measured here." if card.training is None else ""
    text = f"On its validation part: balanced accuracy {balanced:.2f}"
    accuracy, baseline = card.validation.get("accuracy"), card.validation.get("majority_baseline")
    if accuracy is not None and baseline is not None:
        text += f", accuracy {accuracy:.2f} where always saying the most common class reaches {baseline:.2f}"
    return f"{text}. The best epoch was chosen on this part, so a little luck is in these numbers."


def describe_weak_classes(card: ModelCard) -> str:
    """The classes that it often misses on the validation part; empty where there is none."""
    recalls = {code: card.validation.get(f"recall_{code}") for code in CODES}
    weak = [
        f"{name_class(code)} {recall:.2f}" for code, recall in recalls.items() if recall is not None and recall < _WEAK
    ]
    if not weak:
        return ""
    return f"Weak classes, of which it recognised less than half on validation (share recognised): {', '.join(weak)}."


def describe_held_out(card: ModelCard) -> tuple[str, ...]:
    """What it reaches on lesions that neither its training nor any choice saw; empty where its card does not say."""
    if card.held_out is None:
        return ()
    figures = {name: Interval(value=one[0], low=one[1], high=one[2]) for name, one in card.held_out.figures.items()}
    parts = [f"{words} {name_interval(figures[name])}" for name, words in _IN_ALL.items() if name in figures]
    lesions, images = count(card.held_out.n_lesions, "lesion"), count(card.held_out.n_images, "image")
    opened = "opened once" if card.held_out.openings == 1 else f"opened {card.held_out.openings} times"
    lines = [f"On its test part ({lesions}, {images}, {opened}), by lesion, with 95 % intervals: {', '.join(parts)}."]
    recalls = {code: figures[f"recall_{code}"] for code in card.classes if f"recall_{code}" in figures}
    areas = {code: figures[f"auc_{code}"] for code in card.classes if f"auc_{code}" in figures}
    for title, found in (("Share of each class that it recognises there", recalls), ("AUC of each class", areas)):
        if found:
            each = (f"{name_class(code)} {name_interval(one)}" for code, one in found.items())
            lines.append(f"{title}: {', '.join(each)}.")
    if len(recalls) > 1:
        weakest = sorted(recalls, key=lambda code: recalls[code].value)[:2]
        lines.append(f"It is weakest at {' and '.join(map(name_class, weakest))}.")
    unsure = [name_class(code) for code, one in recalls.items() if one.is_too_wide]
    if unsure:
        lines.append(f"Too few lesions to tell: {', '.join(unsure)}.")
    return tuple(lines)


def describe_licence(card: ModelCard) -> str:
    """Under what terms its training data are, and whom to cite."""
    cite = f" Please cite: {HAM10000.citation}." if "HAM10000" in card.data_licence else ""
    return f"Licence of its training data: {card.data_licence}.{cite}"


def describe_points(card: ModelCard) -> str:
    """Its operating points; that there is none, otherwise."""
    if not card.operating_points:
        return "It has no operating point."
    return " ".join(map(explain_point, card.operating_points))


def describe_gate_fit(card: ModelCard) -> tuple[str, ...]:
    """That it has a gate, and the shares of images that the gate passed and refused, kind by kind."""
    if card.gate is None:
        return (NO_GATE,)
    lesions = [family for family in card.gate.families if family.is_lesion]
    others = [family for family in card.gate.families if not family.is_lesion]
    lines = ["It has a gate, which refuses to name a class for what does not look like its training images."]
    lines += [
        f"Of {count(family.n_images, 'image')} ({family.name}) the gate passed "
        f"{name_percent(1 - family.n_refused / family.n_images)}."
        for family in lesions
        if family.n_images
    ]
    if any(family.is_lesion and "test" in family.name for family in lesions):
        lines.append("For this the test part was looked at without diagnoses and without scores.")
    if others:
        lines.append(_describe_refused(others))
    return (*lines, NO_CLAIM)


def _describe_refused(families: Sequence[GateFamily]) -> str:
    total, refused = sum(family.n_images for family in families), sum(family.n_refused for family in families)
    kinds = ", ".join(f"{family.name} {family.n_refused:,} of {family.n_images:,}" for family in families)
    return f"Of {count(total, 'image')} of other things, none used to fit it, it refused {refused:,}: {kinds}."


def _when(created: str) -> str:
    try:
        return f"{datetime.fromisoformat(created):%d %b %Y}"
    except ValueError:
        return created
