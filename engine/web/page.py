"""The demo's page, made with Gradio: one image with its heat map, or a batch with a table."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from engine.config import DeviceName
from engine.data.images import preview
from engine.errors import ConfigError, EngineError
from engine.labels import NOTICE
from engine.model_wording import describe_card
from engine.prediction.explain import explain
from engine.prediction.export import save_answers
from engine.prediction.predictor import predict
from engine.prediction_results import Prediction
from engine.results import ModelCard
from engine.samples import ATTRIBUTION, list_samples
from engine.web.answers import EMPTY, show_answer, show_error, show_heat_map, show_table
from engine.web.guard import MAX_IMAGES, MAX_UPLOAD
from engine.wording import count

_LOG = logging.getLogger(__name__)
_QUEUE = 40  # who comes later is told to try again
_KEPT_SECONDS = 600
_PREVIEW_SIDE = 512
_TYPES = [".jpg", ".jpeg", ".png"]
_TITLE = "Lesion Lab: web demo"
_PURPOSE = (
    "Show a dermatoscopic image of one skin lesion to the model. Images stay on this computer and are deleted "
    "after ten minutes."
)
_FAULT = "This is a fault of the program; its log says more. Other images may work."
Shown = TypeVar("Shown")
Payload = dict[str, Any]
"""What the page sends for an uploaded file: its path in the demo's folder, its name, its size."""


class Demo:
    """Answers what the page asks, with one model, one question at a time."""

    def __init__(self, model: Path, device: DeviceName) -> None:
        self._model, self._device = model, device

    def answer(self, image: Payload | None, anyway: bool = False) -> tuple[str, str, Any]:
        """The answer and the heat map as HTML, and whether "Show anyway" is offered."""
        if image is None:
            return EMPTY, "", gr.update(visible=False)

        def look() -> tuple[str, str, Any]:
            path = _uploaded(image)
            (prediction, *_) = predict(self._model, [path], self._device)
            prediction = replace(_named(prediction, image), shown_anyway=anyway and prediction.is_refused)
            if not prediction.is_named or prediction.code is None:
                return show_answer(prediction), "", gr.update(visible=prediction.is_refused)
            explanation = explain(self._model, path, self._device)
            heat_map = show_heat_map(preview(path, _PREVIEW_SIDE), explanation, prediction.code)
            return show_answer(prediction), heat_map, gr.update(visible=False)

        return _told(look, lambda words: (words, "", gr.update(visible=False)))

    def answer_anyway(self, image: Payload | None) -> tuple[str, str, Any]:
        """As `answer`, for an image that the gate refused."""
        return self.answer(image, anyway=True)

    def answer_batch(self, images: Sequence[Payload] | None) -> tuple[str, Any]:
        """The table as HTML, and the CSV file to download."""
        nothing = gr.update(value=None, visible=False)
        if not images:
            return EMPTY, nothing

        def look() -> tuple[str, Any]:
            if len(images) > MAX_IMAGES:
                raise ConfigError(
                    f"{count(len(images), 'image')} are too many at once.", f"Choose {MAX_IMAGES} at most."
                )
            paths = [_uploaded(image) for image in images]
            answers = predict(self._model, paths, self._device)[: len(paths)]
            named = [_named(answer, image) for answer, image in zip(answers, images, strict=True)]
            folder = Path(tempfile.mkdtemp(dir=os.environ["GRADIO_TEMP_DIR"]))
            table = save_answers([self._model], named, folder / "answers.csv")
            return show_table(named), gr.update(value=str(table), visible=True)

        return _told(look, lambda words: (words, nothing))


def build(model: Path, card: ModelCard, device: DeviceName) -> gr.Blocks:
    """The page for one model. Set the environment as `engine.web_demo` does before this file is imported."""
    demo = Demo(model, device)
    kept = (60, _KEPT_SECONDS)
    with gr.Blocks(title=_TITLE, analytics_enabled=False, delete_cache=kept, fill_width=False) as page:
        gr.Markdown(f"# Lesion Lab\n{_PURPOSE}")
        gr.HTML(f'<p class="ll-notice" role="note"><strong>{NOTICE}</strong></p>')
        with gr.Tab("One image"):
            _build_single(demo)
        with gr.Tab("Several images"):
            _build_batch(demo)
        with gr.Tab("About the model"):
            gr.HTML("".join(f"<p>{escape(line)}</p>" for line in describe_card(card)))
    page.queue(max_size=_QUEUE, default_concurrency_limit=1, api_open=False)
    return page  # type: ignore[no-any-return]


def _build_single(demo: Demo) -> None:
    with gr.Row():
        with gr.Column(min_width=300):
            image = gr.Image(
                label="Image", type="filepath", sources=["upload", "clipboard"], image_mode=None, buttons=[], height=320
            )
            _offer_samples(image)
        with gr.Column(min_width=300):
            answer = gr.HTML(EMPTY, label="Answer")
            anyway = gr.Button("Show anyway", visible=False)
            heat_map = gr.HTML("")
    outputs = [answer, heat_map, anyway]
    asked: dict[str, Any] = {"preprocess": False, "concurrency_id": "model", "api_visibility": "private"}
    image.change(demo.answer, [image], outputs, **asked)
    anyway.click(demo.answer_anyway, [image], outputs, **asked)


def _offer_samples(image: gr.Image) -> None:
    """The program's own images, copied into the demo's folder: the server shows files from nowhere else."""
    samples = list_samples()
    if not samples:
        return
    folder = Path(os.environ["GRADIO_TEMP_DIR"]) / "samples"
    folder.mkdir(exist_ok=True)
    copies = [shutil.copy(sample.path, folder / sample.path.name) for sample in samples]
    gr.Examples(
        [[str(path)] for path in copies],
        [image],
        example_labels=[sample.dx for sample in samples],
        label="Or try one of these, by their diagnosis",
        cache_examples=False,
        api_visibility="private",
    )
    gr.HTML(f'<p class="ll-muted">{escape(ATTRIBUTION)}</p>')


def _build_batch(demo: Demo) -> None:
    images = gr.Files(label=f"Up to {MAX_IMAGES} images", file_types=_TYPES, height=160)
    table = gr.HTML(EMPTY)
    download = gr.DownloadButton("Download as CSV", visible=False)
    asked: dict[str, Any] = {"preprocess": False, "concurrency_id": "model", "api_visibility": "private"}
    images.change(demo.answer_batch, [images], [table, download], **asked)


def _uploaded(image: Payload) -> Path:
    """Where an uploaded file lies; the guard has seen that it is in the demo's folder. Raises `ConfigError`."""
    folder = Path(os.environ["GRADIO_TEMP_DIR"]).resolve()
    path = Path(str(image.get("path") or "")).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise ConfigError("This image is not here any more.", "Choose it again; images are deleted after ten minutes.")
    if path.stat().st_size > MAX_UPLOAD:
        raise ConfigError(f"The image is larger than {MAX_UPLOAD // 1_000_000} MB.", "Save it smaller.")
    return path


def _named(prediction: Prediction, image: Payload) -> Prediction:
    """By the name that the file had where it came from."""
    return replace(prediction, path=Path(Path(str(image.get("orig_name") or prediction.path.name)).name))


def _told(look: Callable[[], Shown], tell: Callable[[str], Shown]) -> Shown:
    """What `look` gives; where it fails, `tell` of a sentence for the page, never of a stack trace."""
    try:
        return look()
    except EngineError as error:
        return tell(show_error(error.message, error.hint))
    except Exception as error:  # noqa: BLE001 - whatever it is, the page gets a sentence and the log the rest
        _LOG.exception("A question could not be answered")
        return tell(show_error(f"This could not be answered ({type(error).__name__}).", _FAULT))
