"""Makes the page of one answer or a batch: pictures, heat maps, bars, every sentence, and the model's card."""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from engine import wording
from engine.config import DeviceName
from engine.data.images import read_image
from engine.errors import DataError
from engine.events import Control, OnEvent, Progress, StatusChanged, ignore_events
from engine.html_page import Cell, bars, definitions, heading, page, paragraph, picture, side_by_side, table
from engine.labels import CLASSES, CODES, DEMO_NOTICE, EQUAL_PRIORS_NOTE, GROUP_NAME, INDEX, NOTICE
from engine.model_wording import describe_card
from engine.prediction.explain import explain
from engine.prediction.overlay import lay_over
from engine.prediction_results import Prediction
from engine.results import ModelCard
from engine.wording import NO_FIGURE, count

_MOST_EXPLAINED = 50  # images with a large picture and a heat map, which takes longer than the answer
_SIDE = 480  # of the pictures, in pixels

_HEAT_MAP = (
    "What speaks for {name} (Grad-CAM), from blue to yellow. It shows what the answer rests on, not where a disease is."
)


Models = Mapping[str, tuple[Path, ModelCard]]
"""Model files with their cards, by the SHA-256 of the file."""


def make_page(
    models: Models,
    predictions: Sequence[Prediction],
    device: DeviceName,
    control: Control,
    on_event: OnEvent,
) -> str:
    """A page of HTML with all `predictions` of `models`; it holds its pictures itself.

    Raises `ModelFileError` and `Cancelled`.
    """
    on_event(StatusChanged(text=f"Writing a page with {count(len(predictions), 'answer')}"))
    progress = Progress(len(predictions), "answers", control, on_event)
    title = f"Answers for {count(sum(not answer.fused_from for answer in predictions), 'image')}"
    blocks = [heading(title, 1), paragraph(_by_whom(models), "about"), *_marks([card for _, card in models.values()])]
    if len(predictions) > 1:
        blocks += [heading("Overview"), _overview(predictions)]
    n_explained = 0
    for answer in predictions:
        pictures: tuple[str, ...] = ()
        if answer.is_named and not answer.fused_from and n_explained < _MOST_EXPLAINED:
            pictures = tuple(_pictures(models[answer.model_sha256][0], answer, device, control))
            n_explained += 1
        blocks += _section(answer, pictures, models)
        progress.advance()
    if sum(answer.is_named for answer in predictions) > n_explained:
        blocks.append(paragraph(f"The first {_MOST_EXPLAINED} images have a large picture and a heat map.", "note"))
    for sha256, (model, card) in models.items():
        blocks += [heading("The model" if len(models) == 1 else card.name), _describe_model(model, card, sha256)]
    blocks.append(f"<footer>{paragraph(NOTICE)}{paragraph(wording.CANNOT_KNOW)}</footer>")
    return page(title, blocks)


def _by_whom(models: Models) -> str:
    names = [card.name for _, card in models.values()]
    if len(names) == 1:
        return f"By the model {names[0]}."
    return f"By {len(names)} models: {'; '.join(names)}. Each answer says which."


def _marks(cards: Sequence[ModelCard]) -> Iterator[str]:
    if any(card.leaking_split for card in cards):
        yield paragraph(wording.LEAKING_SPLIT, "mark")
    if any(card.is_demo for card in cards):
        yield paragraph(DEMO_NOTICE, "mark")
    yield paragraph(NOTICE, "mark")


def _overview(predictions: Sequence[Prediction]) -> str:
    head = ("image", "class", "probability", GROUP_NAME, "remark")
    caption = f"Classes hold {EQUAL_PRIORS_NOTE}; the group at the prevalence of the model's training data."
    return table(head, map(_overview_row, predictions), caption)


def _overview_row(answer: Prediction) -> tuple[Cell, ...]:
    name, remark = wording.name_file(answer.path), ""
    if answer.fused_from:
        name = wording.describe_fusion(answer)
    if answer.error is not None:
        remark = answer.error
    elif answer.is_refused:
        remark = "refused, shown anyway" if answer.shown_anyway else "refused"
    elif answer.seen_in_training:
        remark = "in the model's training"
    code, share, group = NO_FIGURE, NO_FIGURE, NO_FIGURE
    if answer.is_named and answer.code is not None and answer.group_probability is not None:
        code = wording.name_class(answer.code)
        share = wording.name_share(answer.probabilities[INDEX[answer.code]])
        group = wording.name_share(answer.group_probability)
    texts = (Cell(text=name, is_number=False), Cell(text=code, is_number=False))
    return (*texts, Cell(text=share), Cell(text=group), Cell(text=remark, is_number=False))


def _section(answer: Prediction, pictures: Sequence[str], models: Models) -> Iterator[str]:
    name = wording.name_file(answer.path)
    yield heading(f"{name} and {len(answer.fused_from) - 1} more, together" if answer.fused_from else name)
    if len(models) > 1 and answer.model_sha256 in models:
        yield paragraph(f"By the model {models[answer.model_sha256][1].name}.")
    if answer.is_refused and answer.shown_anyway:
        yield paragraph(wording.SHOWN_ANYWAY, "mark")
    if not pictures and answer.thumbnail and not answer.fused_from:
        pictures = (picture(answer.thumbnail, name),)
    yield side_by_side(*pictures)
    if answer.is_named:
        ranked = sorted(zip(answer.probabilities, CODES, strict=True), reverse=True)
        yield bars(
            (wording.name_class(code), wording.name_share(share), share, CLASSES[INDEX[code]].color)
            for share, code in ranked
        )
    for line in wording.describe(answer):
        if line not in (NOTICE, wording.CANNOT_KNOW, wording.SHOWN_ANYWAY):  # said above, or below for all
            yield paragraph(line)


def _pictures(model: Path, answer: Prediction, device: DeviceName, control: Control) -> Iterator[str]:
    """The image as it is now, made anew, and with the heat map of the class; nothing if it cannot be read any more."""
    if answer.code is None:
        return
    try:
        image = read_image(answer.path)
        why = explain(model, answer.path, device, control=control, on_event=ignore_events)
    except DataError:
        return  # it was moved or changed since: the thumbnail stands for it
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    name = wording.name_file(answer.path)
    yield picture(_as_jpeg(image), name)
    class_name = wording.name_class(answer.code)
    with_map = lay_over(image, why.maps[INDEX[answer.code]])
    yield picture(_as_jpeg(with_map), f"{name} with a heat map", _HEAT_MAP.format(name=class_name))


def _as_jpeg(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=88)
    return data.getvalue()


def _describe_model(model: Path, card: ModelCard, sha256: str) -> str:
    lines = (line for line in describe_card(card) if line not in (NOTICE, DEMO_NOTICE, wording.LEAKING_SPLIT))
    hashes = definitions([("Model file, SHA-256", sha256), ("Split, SHA-256", card.split_sha256)])
    return "\n".join([*map(paragraph, lines), paragraph(f"File: {model.name}"), hashes])
