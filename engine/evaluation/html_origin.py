"""The part of a report that says where its numbers come from: data, split, model, settings, versions and files."""

from collections.abc import Iterator, Mapping

from engine import evaluation_wording as words
from engine.config import TrainingConfig
from engine.evaluation_results import Evaluation
from engine.html_page import definitions, heading, paragraph
from engine.licences import HAM10000
from engine.recipes import CUSTOM, RECIPES
from engine.results import ModelCard
from engine.wording import count

_BALANCING = {
    "none": "as they occur",
    "sqrt": "by the square root of their number",
    "equal": "all equally often",
    "notebook": "by the notebook's multipliers",
}
_GEOMETRY = {"crop": "the central square of the image", "squash": "the whole image, squashed to a square"}


def describe_origin(evaluation: Evaluation, card: ModelCard | None, provenance: Mapping[str, object]) -> Iterator[str]:
    """The blocks of HTML."""
    yield heading("Where these numbers come from")
    yield definitions(_data(evaluation, card, provenance))
    if card is not None:
        yield heading("The model", 3)
        yield definitions(_model(card, provenance))
    if card is not None and card.training is not None:
        yield heading("How it was trained", 3)
        yield definitions(_settings(card.training))
    yield heading("To compute it again", 3)
    yield paragraph(
        "predictions.csv, beside this report, has one row per image with the truth, the seven probabilities "
        "and what the "
        "network put out. Every figure here follows from it; metrics.json says what each column holds, the "
        "priors and the "
        "temperature. The bootstrap has a fixed seed, so the same answers give the same intervals."
    )
    files = ", ".join(sorted(path.name for path in evaluation.files))
    yield definitions((("Files", files), ("Versions", _versions(provenance))))


def _data(
    evaluation: Evaluation, card: ModelCard | None, provenance: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    yield "Written", str(provenance.get("created", ""))
    external = evaluation.external
    if external is not None:
        yield "Data", f"{external.name}: {external.layout}"
        yield "Fingerprint of the data", f"SHA-256 {external.data_fingerprint}"
        yield "Trained on data with fingerprint", str(provenance.get("data_fingerprint", ""))
    else:
        yield "Fingerprint of the data", f"SHA-256 {provenance.get('data_fingerprint', '')}"
    if card is not None:
        yield "Licence of the training data", card.data_licence
        if "HAM10000" in card.data_licence:
            yield "Please cite", HAM10000.citation
    yield "Split", f"SHA-256 {evaluation.split_sha256}"
    yield (
        "How it was split",
        "Images of one lesion stood in several parts."
        if evaluation.leaking_split
        else "By lesion: no lesion stands in two parts, so that no image of the test was seen in training from another "
        "angle. Nothing was copied before the split.",
    )
    yield "Test openings", words.describe_openings(evaluation.test_openings) if external is None else ""


def _model(card: ModelCard, provenance: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield "Name", card.name
    yield "Trained", card.created
    yield "Network", f"{card.backbone}, starting from {card.weights}"
    size = card.preprocessing.image_size
    yield "Input", f"{size} x {size} pixels: {_GEOMETRY[card.preprocessing.geometry]}"
    finished = "" if card.is_finished else ", the training was not finished"
    yield "Best epoch", f"{card.best_epoch} of {card.epochs_run}{finished}, chosen on validation"
    yield "File", f"SHA-256 {provenance.get('model_sha256', '')}"
    for point in card.operating_points:
        found = point.n_lesions - point.n_missed
        yield (
            point.name,
            f"threshold {point.threshold:.3f}; on validation it found {found:,} of "
            f"{count(point.n_lesions, 'lesion')} of "
            f"the group, and alarmed for {point.n_false_alarms:,} of {point.n_other_lesions:,} others",
        )


def _settings(config: TrainingConfig) -> Iterator[tuple[str, str]]:
    recipe = RECIPES.get(config.recipe, CUSTOM)
    yield "Recipe", f"{recipe.title}. {recipe.description}"
    yield "Length", f"at most {count(config.epochs, 'epoch')}, {count(config.batch_size, 'image')} per step"
    yield "Patience", f"stopped after {count(config.patience, 'epoch')} without improvement"
    yield "Rare diagnoses", f"drawn {_BALANCING[config.balancing]}; no row is copied"
    yield (
        "Learning rate",
        f"{config.learning_rate:g} ({config.optimizer}, {config.schedule}), weight decay {config.weight_decay:g}",
    )
    augmentation = config.augmentation
    turns = f"turned up to {augmentation.rotation:g} degrees"
    varied = (
        f"{'mirrored, ' if augmentation.flips else ''}{turns}, zoomed {augmentation.scale[0]:g} to "
        f"{augmentation.scale[1]:g} times, brightness and contrast changed up to "
        f"{100 * augmentation.brightness:g} % and "
        f"{100 * augmentation.contrast:g} %"
    )
    as_they_are = "not at all: only the last layer learned, from features of the images as they are"
    yield "Images are varied", as_they_are if config.is_frozen else varied
    limit = "all of the data" if config.limit is None else f"about {count(config.limit, 'image')} of the data"
    yield "Data used", limit
    yield "Seed", f"{config.seed}: decides split, first weights, order and variation"


def _versions(provenance: Mapping[str, object]) -> str:
    versions = provenance.get("versions")
    return ", ".join(f"{name} {version}" for name, version in versions.items()) if isinstance(versions, dict) else ""
