"""Answers of the demo as HTML: the window's sentences, bars, heat map and table, with every name escaped."""

import base64
from collections.abc import Sequence
from html import escape

from engine import wording
from engine.labels import CLASSES, EQUAL_PRIORS_NOTE, GROUP_NAME, INDEX, NOTICE
from engine.prediction.overlay import tint
from engine.prediction_results import Explanation, Prediction

EMPTY = '<p class="ll-muted">The answer appears here.</p>'


def show_error(message: str, hint: str) -> str:
    """What went wrong, and what to do."""
    return f'<div class="ll-error" role="alert"><strong>{escape(message)}</strong><p>{escape(hint)}</p></div>'


def show_answer(prediction: Prediction) -> str:
    """All that is to be said about one image: bars for the classes, then the sentences."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in wording.describe(prediction))
    if prediction.error is not None:
        return show_error(prediction.error, prediction.hint or "")
    if not prediction.is_named:
        return f'<div class="ll-refused" role="status">{lines}</div>'
    ranked = sorted(CLASSES, key=lambda one: -prediction.probabilities[INDEX[one.code]])
    bars = "".join(_bar(one.code, prediction.probabilities[INDEX[one.code]]) for one in ranked)
    note = f'<p class="ll-muted">Bars hold {escape(EQUAL_PRIORS_NOTE)}.</p>'
    return f'<div class="ll-answer"><div class="ll-bars">{bars}</div>{note}<div class="ll-words">{lines}</div></div>'


def _bar(code: str, probability: float) -> str:
    lesion_class = CLASSES[INDEX[code]]
    return (
        f'<div class="ll-bar" data-code="{code}" data-probability="{probability!r}" '
        f'title="{escape(lesion_class.description)}"><span class="ll-name">{escape(wording.name_class(code))}</span>'
        f'<span class="ll-share">{wording.name_share(probability)}</span>'
        f'<span class="ll-track"><span style="width:{100 * probability:.1f}%;background:{lesion_class.color}"></span>'
        "</span></div>"
    )


def show_heat_map(picture: bytes, explanation: Explanation, code: str) -> str:
    """The image (PNG) with the map of one class over it; class and opacity are chosen in the browser, without delay."""
    options = "".join(
        f'<option value="{one.code}"{" selected" if one.code == code else ""}>{escape(wording.name_class(one.code))}'
        "</option>"
        for one in explanation.maps
    )
    layers = "".join(
        f'<img class="ll-layer" alt="" data-code="{one.code}"{"" if one.code == code else " hidden"} '
        f'src="{_data(tint(one))}">'
        for one in explanation.maps
    )
    choose = (
        "for (const one of this.closest('.ll-map').querySelectorAll('.ll-layer')) "
        "one.hidden = one.dataset.code !== this.value"
    )
    fade = "this.closest('.ll-map').style.setProperty('--ll-opacity', this.value / 100)"
    return (
        f'<div class="ll-map"><div class="ll-stack"><img src="{_data(picture)}" alt="The image">{layers}</div>'
        f'<label>What speaks for <select onchange="{choose}">{options}</select></label>'
        f'<label>Opacity <input type="range" min="0" max="100" value="60" oninput="{fade}"></label>'
        '<p class="ll-muted">Bright where the network found what speaks for the class (Grad-CAM). It shows what the '
        "answer rests on, not where a disease is.</p>"
        f"{_show_hidden(explanation)}</div>"
    )


def _show_hidden(explanation: Explanation) -> str:
    """What the network says when the lesion is painted over."""
    if not explanation.hidden_probabilities or explanation.hidden_share is None:
        return '<p class="ll-muted">No lesion stands out that could be hidden.</p>'
    best = max(CLASSES, key=lambda one: explanation.hidden_probabilities[INDEX[one.code]])
    says = f"{wording.name_class(best.code)}: {wording.name_share(explanation.hidden_probabilities[INDEX[best.code]])}"
    return (
        "<details><summary>What if the lesion is hidden?</summary>"
        f'<img src="{_data(explanation.hidden_image)}" alt="The image with the lesion painted over">'
        f"<p>With the lesion painted over ({wording.name_percent(explanation.hidden_share)} of the image) the model "
        f"says {escape(says)}. An answer that stays the same rests on the background.</p></details>"
    )


def show_table(predictions: Sequence[Prediction]) -> str:
    """A row for each image of a batch."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("", "Image", "Answer", GROUP_NAME, "Remarks"))
    rows = "".join(map(_row, predictions))
    return (
        f'<div class="ll-wide"><table class="ll-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f'<p class="ll-muted">Classes hold {escape(EQUAL_PRIORS_NOTE)}. {escape(NOTICE)}</p>'
    )


def _row(prediction: Prediction) -> str:
    picture = f'<img src="{_data(prediction.thumbnail)}" alt="">' if prediction.thumbnail else ""
    answer, group, remarks = "", "", []
    if prediction.is_named and prediction.code is not None:
        share = wording.name_share(prediction.probabilities[INDEX[prediction.code]])
        answer = f"{wording.name_class(prediction.code)}: {share}"
        if prediction.group_probability is not None:
            group = wording.name_share(prediction.group_probability)
        if prediction.seen_in_training:
            remarks.append(wording.describe_training(prediction))
    else:
        remarks += [line for line in wording.describe(prediction) if line != NOTICE]  # it stands below the table
    cells = (escape(prediction.path.name), escape(answer), escape(group), escape(" ".join(remarks)))
    return f"<tr><td>{picture}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _data(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
